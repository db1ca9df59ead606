// Compares Janus with the bare drivers and with plain Knex. `npm run bench -- --help` says how.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import colours from 'picocolors';
import { readOptions } from './options.js';
import { statusLine } from './report/status-line.js';
import { tables } from './report/table.js';
import { reached, type DialectResults, type Results } from './results.js';
import { runDialect } from './run/dialect-process.js';
import { versionOf } from './versions.js';

const options = readOptions();
const { images, rounds, slice, only, knex } = options;
const measured: DialectResults[] = [];
let failed = false;
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The process that measures ends when it has dropped its database; asked twice, this one does not wait for that.
    if (stopping) process.exit(130);
    stopping = true;
  });
}

for (const dialect of options.dialect) {
  if (stopping) break;
  const settings = { dialect, images, rounds, slice, only, knex, profile: options.profile ?? null };
  const outcome = await runDialect(settings, (state) => statusLine(`${dialect}: ${state}`));
  statusLine('');
  if ('results' in outcome) measured.push(outcome.results);
  else if ('unavailable' in outcome)
    console.error(`${colours.yellow('not measured')} ${dialect}: ${outcome.unavailable}\n`);
  else if (!stopping) {
    console.error(`${colours.red('failed')} ${dialect}: ${outcome.failure}\n`);
    failed = true;
  }
}

const processors = cpus();
const results: Results = {
  date: new Date().toISOString(),
  node: process.versions.node,
  knex: versionOf('knex'),
  cpu: processors[0]?.model.trim() ?? 'unknown',
  cpus: processors.length,
  images,
  rounds,
  dialects: measured,
};
if (measured.length > 0) console.log(tables(results));
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);

const missed = measured.flatMap(({ measurements }) => measurements).filter((measurement) => !reached(measurement));
if (missed.length > 0) console.log(`\n${colours.red(`${missed.length} below their target`)}`);
process.exitCode = stopping ? 130 : failed || measured.length === 0 || (options.check && missed.length > 0) ? 1 : 0;
