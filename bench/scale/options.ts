import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Engine } from '../../scripts/test/engine.js';
import { engines } from './target.js';

export interface Options {
  readonly engines: readonly Engine[];
  /** Numbers of images, the smallest first. */
  readonly sizes: readonly number[];
  /** The folder in which the databases are kept. */
  readonly keep: string | undefined;
  readonly json: string | undefined;
  readonly call: number;
  /** Whether indexes are taken off while images are loaded. */
  readonly bare: boolean;
  readonly queries: boolean;
  readonly grep: RegExp;
}

export function readOptions(): Options {
  const given = new Command('npm run bench:scale --')
    .description(
      'Loads images through Janus into a database for each size, and asks each query of all of them in turns: ' +
        'what a page takes should not grow with the number of images, nor what it takes to load one.',
    )
    .option('--dialect <names>', 'sqlite, postgres, mysql, mariadb: all that can be had, if left out', namedEngines)
    .option('--sizes <numbers>', 'how many images', sizes, [100_000, 1_000_000])
    .option('--keep <folder>', 'where the databases stay: what is loaded there already is not loaded again')
    .option('--json <file>', 'write the results there, beside those of other databases; else with --keep in its folder')
    .option('--call <number>', 'images that one call of createMany creates, at the most', positive, 50_000)
    .option('--bare', 'load without indexes, which are built at the end: faster, and says nothing of a load with them')
    .option('--load-only', 'measure no queries')
    .option('--grep <pattern>', 'only the queries whose names match', (text) => new RegExp(text))
    .addHelpText('after', help)
    .parse()
    .opts<{
      dialect?: Engine[];
      sizes: number[];
      keep?: string;
      json?: string;
      call: number;
      bare?: true;
      loadOnly?: true;
      grep?: RegExp;
    }>();
  const { keep } = given;
  return {
    engines: given.dialect ?? engines,
    sizes: given.sizes,
    keep,
    json: given.json ?? (keep === undefined ? undefined : join(keep, 'results.json')),
    call: given.call,
    bare: given.bare === true,
    queries: given.loadOnly !== true,
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
  return [...new Set(all)].toSorted((a, b) => a - b);
}

function namedEngines(list: string): Engine[] {
  return list.split(',').map((name) => {
    const found = engines.find((engine) => engine.name === name.trim());
    if (!found) throw new InvalidArgumentError(`Known are ${engines.map((engine) => engine.name).join(', ')}.`);
    return found;
  });
}

const help = `
SQLite's databases are files. The others' are on the server that JANUS_TEST_POSTGRES_URL and its like name, where they stay
(janus_scale_100000 and so on), or on a private one, which has as much of the memory as its makers advise, and is not safe from a
power cut. Without --keep, files and private servers are thrown away.

A load that was stopped goes on where it ended, with --keep or on a server that was given. Ten million images take many gigabytes.

Examples:
  npm run bench:scale -- --dialect sqlite --sizes 10000,100000
  npm run bench:scale -- --dialect postgres --sizes 100000,1000000,10000000 --bare --keep /var/tmp/scale --load-only
  npm run bench:scale -- --dialect postgres --sizes 100000,1000000,10000000 --keep /var/tmp/scale --grep tags`;
