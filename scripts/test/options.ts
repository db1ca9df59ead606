import { Command, InvalidArgumentError } from 'commander';
import type { Engine } from './engine.js';
import { mariadb, mysql } from './mysql.js';
import { postgres } from './postgres.js';
import { sqlite } from './sqlite.js';

const engines: readonly Engine[] = [sqlite, postgres, mysql, mariadb];

export interface Options {
  readonly engines: readonly Engine[];
  /** Whether these are all there are. */
  readonly complete: boolean;
  /** Whether a missing database is a failure. */
  readonly required: boolean;
  readonly grep: string | undefined;
  /** Whether nothing is run twice, and nothing is packed and installed. */
  readonly quick: boolean;
  /** Whether faults are all that is tried, and all of them: every kill, and hours of it. */
  readonly faults: boolean;
}

export function readOptions(continuous: boolean): Options {
  const { only, all, grep, quick, faults } = new Command('npm test --')
    .description(
      'Runs the tests on SQLite, PostgreSQL, MySQL and MariaDB: test/contract, test/database and test/faults on each in a ' +
        'fresh database, then test/contract again in another time zone. test/unit and test/installed (the packages, commands and ' +
        'README as a user gets them) run without a database, test/together and test/moving with one of each kind at the same time.',
    )
    .option('--only <databases>', 'run on these alone, and fail if one is missing', named)
    .option('--all', 'fail if one of the four is missing, as with CI=true')
    .option('--grep <pattern>', 'run only the tests whose titles match')
    .option('--quick', 'without test/installed and test/moving, and not again in another time zone')
    .option('--faults', 'test/faults and test/moving alone, with every kill that there is to be: hours')
    .addHelpText('after', help)
    .parse()
    .opts<{ only?: Engine[]; all?: true; grep?: string; quick?: true; faults?: true }>();
  return {
    engines: engines.filter((engine) => only?.includes(engine) ?? true),
    complete: only === undefined,
    required: all === true || only !== undefined || continuous,
    grep,
    quick: quick === true,
    faults: faults === true,
  };
}

function named(list: string): Engine[] {
  return list.split(',').map((name) => {
    const found = engines.find((engine) => engine.name === name.trim());
    if (!found) throw new InvalidArgumentError(`Known are ${engines.map((engine) => engine.name).join(', ')}.`);
    return found;
  });
}

const help = `
Where a server comes from:
  1. You give its URL, in JANUS_TEST_POSTGRES_URL, JANUS_TEST_MYSQL_URL or JANUS_TEST_MARIADB_URL. Its user may create
     databases: every run makes its own, named janus_test_…, and drops it. Nothing else there is touched.
  2. Or the tests start a private one from a program on this machine, and delete it at their end.
  3. Or its tests do not run, and the end says so. \`docker compose up --wait\` gives all three; see compose.yaml.

Examples:
  npm test                                       on what this machine has
  npm run test:sqlite                            the quickest
  npm run test:faults -- --only sqlite           kills, by the hundred
  npm run test:sqlite -- --grep "second copy"    a few tests
  npm test -- --only mysql,mariadb               two databases
  JANUS_TEST_URL=sqlite:/tmp/janus.db npx mocha --import=tsx/esm test/contract/images-list.test.ts
                                                 one file, without any of this`;
