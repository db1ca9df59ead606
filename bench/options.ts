import { Command, InvalidArgumentError } from 'commander';
import { DIALECT_NAMES, isDialectName, type DialectName } from './dialect-name.js';

export interface Options {
  readonly dialect: readonly DialectName[];
  readonly only: readonly string[];
  readonly images: number;
  readonly rounds: number;
  readonly slice: number;
  readonly knex: boolean;
  readonly json?: string;
  readonly profile?: string;
  readonly check?: true;
}

export function readOptions(): Options {
  return new Command('npm run bench --')
    .description(
      'Compares Janus with prepared statements written by hand on the bare drivers, and with plain Knex. In each of some rounds ' +
        'each side does the same number of the same calls, in alternating order; the figure is the median of the ratios of ' +
        "the driver's time to the side's in one round: 1.00 is as fast as the driver by itself, 2.00 twice as fast. " +
        'Before it is measured, a side must give, or leave behind, the very same objects as the others.',
    )
    .option('--dialect <names>', `of ${DIALECT_NAMES.join(', ')}; those that can be had`, dialects, [...DIALECT_NAMES])
    .option('--only <titles>', 'workloads with one of these in their title', parts, [''])
    .option('--images <count>', 'how many there are', whole(1_000), 100_000)
    .option('--rounds <count>', 'at least 5 for a figure to rely on', whole(1), 7)
    .option('--slice <milliseconds>', 'how long each side is measured in a round', whole(10), 300)
    .option('--no-knex', 'without the side of plain Knex')
    .option('--json <file>', "also write everything there, each round's figures too")
    .option(
      '--profile <folder>',
      "also write there where Janus's time goes, as .cpuprofile files for Chrome or VS Code",
    )
    .option('--check', 'exit with 1 when Janus is slower than a target')
    .addHelpText('after', help)
    .parse()
    .opts<Options>();
}

export function dialects(list: string): DialectName[] {
  return list.split(',').map((entry) => {
    const name = entry.trim();
    if (!isDialectName(name)) throw new InvalidArgumentError(`Known are ${DIALECT_NAMES.join(', ')}.`);
    return name;
  });
}

const parts = (list: string) => list.split(',').map((part) => part.trim());

export function whole(least: number) {
  return (value: string): number => {
    const number = Number(value.replaceAll(/[_,]/g, ''));
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`A whole number, ${least} or more.`);
    }
    return number;
  };
}

const help = `
Where a server comes from: as in the tests (npm test -- --help), from JANUS_TEST_POSTGRES_URL, JANUS_TEST_MYSQL_URL or
JANUS_TEST_MARIADB_URL, or else a private one is started; those write nothing to disk for good (fsync is off), so that what
is compared is the work of the client and not of the disk. Each run makes a database of its own, and drops it.

Machines are noisy: compare only figures of one run, and run again what surprises.

Examples:
  npm run bench -- --dialect sqlite --only "find by id" --images 5000      a minute's look
  npm run bench -- --json results.json                                     all of it: about ten minutes a database
  npm run bench:chart -- results.json docs/performance.svg                 a picture of that
  npm run bench -- --dialect sqlite --only "keyset" --profile profiles     where the time goes`;
