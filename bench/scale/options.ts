import { Command, InvalidArgumentError } from 'commander';
import type { Engine } from '../../scripts/test/engine.js';
import { canBeBare } from './bare.js';
import { dialectOfUrl, engines, keptUrl } from './target.js';

export interface Options {
  readonly engines: readonly Engine[];
  /** Numbers of images, the smallest first. */
  readonly sizes: readonly number[];
  /** The URL of a database that is kept. */
  readonly keep: string | undefined;
  readonly json: string | undefined;
  readonly call: number;
  /** Whether indexes are taken off while images are loaded. */
  readonly bare: boolean;
  readonly loads: boolean;
  readonly queries: boolean;
  /** Whether the database's statistics are brought up to date. */
  readonly analyses: boolean;
  readonly grep: RegExp;
}

export function readOptions(): Options {
  const program = new Command('npm run bench:scale --')
    .description(
      'Loads images through Janus into one database, up to each size in turn, and measures at each what queries take. ' +
        'What a page takes should not grow with the number of images, nor what it takes to load one.',
    )
    .option('--dialect <names>', 'sqlite, postgres, mysql, mariadb: all that can be had, if left out', namedEngines)
    .option('--sizes <numbers>', 'how many images', sizes, [100_000, 1_000_000])
    .option('--keep <where>', 'a folder or file (SQLite) or the URL of a database, which is used and kept', keptUrl)
    .option('--json <file>', 'write the results there, beside those of other dialects and sizes that are there already')
    .option('--call <number>', 'images that one call of createMany creates, at the most', positive, 50_000)
    .option('--bare', 'load without indexes (SQLite, PostgreSQL): faster, and says nothing of what a load takes')
    .option('--load-only', 'measure no queries')
    .option('--query-only', 'load nothing: the database of --keep has as many images as --sizes says')
    .option('--no-analyse', 'leave the statistics of the database as they are')
    .option('--grep <pattern>', 'only the queries whose names match', (text) => new RegExp(text))
    .addHelpText('after', help)
    .parse();
  const given = program.opts<{
    dialect?: Engine[];
    sizes: number[];
    keep?: string;
    json?: string;
    call: number;
    bare?: true;
    loadOnly?: true;
    queryOnly?: true;
    analyse: boolean;
    grep?: RegExp;
  }>();
  const { keep, loadOnly = false, queryOnly = false } = given;
  if (queryOnly && (keep === undefined || loadOnly || given.sizes.length !== 1)) {
    program.error('--query-only needs --keep and one size, and is not --load-only');
  }
  if (given.bare && given.dialect?.some(({ name }) => !canBeBare(name)))
    program.error('--bare is not for this database');
  const kept = keep === undefined ? undefined : dialectOfUrl(keep);
  if (keep !== undefined && (kept === undefined || (given.dialect ?? []).some(({ name }) => name !== kept))) {
    program.error('--keep is of another dialect, or of none that is known');
  }
  return {
    engines: engines.filter((engine) =>
      kept === undefined ? (given.dialect?.includes(engine) ?? true) : engine.name === kept,
    ),
    sizes: given.sizes,
    keep,
    json: given.json,
    call: given.call,
    bare: given.bare === true,
    loads: !queryOnly,
    queries: !loadOnly,
    analyses: given.analyse,
    grep: given.grep ?? /^/,
  };
}

function positive(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number from 1.');
  return value;
}

function sizes(list: string): number[] {
  const all = list.split(',').map(positive);
  if (all.some((size) => size < 1000)) throw new InvalidArgumentError('At least 1,000 images.');
  return all.toSorted((a, b) => a - b);
}

function namedEngines(list: string): Engine[] {
  return list.split(',').map((name) => {
    const found = engines.find((engine) => engine.name === name.trim());
    if (!found) throw new InvalidArgumentError(`Known are ${engines.map((engine) => engine.name).join(', ')}.`);
    return found;
  });
}

const help = `
Without --keep a database is made and thrown away: SQLite's in a folder for temporary files; the others' where
JANUS_TEST_POSTGRES_URL and its like say, or on a private server, as for npm test (small buffers, nothing safe from a crash).
With --keep an interrupted load goes on where it ended. Ten million images take many gigabytes, and hours.

Examples:
  npm run bench:scale -- --dialect sqlite --sizes 10000,100000
  npm run bench:scale -- --keep /var/tmp/scale --sizes 100000,1000000,10000000 --json scale.json
  npm run bench:scale -- --keep postgres://me@localhost/scale --sizes 1000000 --query-only --grep tags`;
