// Measures how long `janus transfer` takes from SQLite to PostgreSQL, beside pgloader. `npm run bench:moving -- --help` says how.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@janus/knex';
import { Command } from 'commander';
import { postgres } from '../scripts/test/postgres.js';
import { programFolders } from '../scripts/test/private-server.js';
import { whole } from './options.js';
import { beginLoad, dress, endLoad, strip } from './scale/bare.js';
import { load } from './scale/load.js';
import { openStore } from './scale/store.js';

const options = new Command('npm run bench:moving --')
  .description(
    'Moves one SQLite file, with images and all that belongs to them, to empty databases of one PostgreSQL: with `janus ' +
      'transfer`, which compares and reads again what it wrote, and with pgloader, if it is installed. They take turns. Both ' +
      'have every index in place at the end.',
  )
  .option('--images <count>', 'how many', whole(1_000), 100_000)
  .option('--rounds <count>', 'how often each moves them', whole(1), 3)
  .parse()
  .opts<{ images: number; rounds: number }>();

/** With the 100,000 rows that it reads ahead if nobody says otherwise, its memory does not last for a million images. */
const PATIENTLY = 'prefetch rows = 10000';

interface Move {
  readonly seconds: number;
  /** The most that the process had in memory, in MB; where the system tells. */
  readonly megabytes: number | null;
}

const janus = join(import.meta.dirname, '../packages/cli/bin/janus.js');
const folder = await mkdtemp(join(tmpdir(), 'janus-moving-'));
const file = join(folder, 'moving.db');
const server = await postgres.open();
try {
  if (!server) throw new Error('No PostgreSQL was given, and none to start was found.');
  const store = await openStore(`sqlite:${file}`);
  await store.database.migrate();
  await beginLoad(store.database.knex);
  await strip(store.database.knex, 'sqlite');
  await load(store, 'loading', { count: options.images, call: 10_000, done: () => {} });
  await dress(store.database.knex, 'sqlite', () => {});
  await endLoad(store.database.knex);
  await store.database.close();

  const loader = programFolders([]).some((path) => existsSync(join(path, 'pgloader')));
  if (!loader) console.log('pgloader is not installed: nothing to compare with.');
  const ratios: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const ours = await moved(server, true, (url) =>
      run(process.execPath, janus, 'transfer', '--from', `sqlite:${file}`, '--to', url),
    );
    print('janus transfer', ours);
    if (!loader) continue;
    const theirs = await moved(server, false, (url) =>
      run('pgloader', '--with', PATIENTLY, file, url.replace(/^postgres:/, 'postgresql:')),
    );
    print('pgloader', theirs);
    ratios.push(theirs.seconds / ours.seconds);
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
  if (median !== undefined)
    console.log(`pgloader takes ${median.toFixed(2)} times as long (median of ${ratios.length})`);
} finally {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Moves into a fresh database. @param migrated whether its tables are there: pgloader makes its own */
async function moved(
  onServer: NonNullable<typeof server>,
  migrated: boolean,
  move: (url: string) => Promise<Move>,
): Promise<Move> {
  const target = await onServer.fresh();
  try {
    if (migrated) {
      const database = await Database.open(target.url);
      await database.migrate();
      await database.close();
    }
    return await move(target.url);
  } finally {
    await target.drop();
  }
}

/** Runs a program to its end. */
async function run(program: string, ...args: readonly string[]): Promise<Move> {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let megabytes: number | null = null;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const watching = setInterval(() => {
    void mostMemory(child.pid).then((now) => (megabytes = now ?? megabytes));
  }, 100);
  await once(child, 'close');
  clearInterval(watching);
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode}: ${said.slice(-500)}`);
  return { seconds: (performance.now() - started) / 1000, megabytes };
}

/** The most that a process has had in memory up to now, in MB; null where the system does not tell. */
async function mostMemory(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return found === undefined ? null : Number(found) / 1024;
}

function print(title: string, { seconds, megabytes }: Move): void {
  const rate = Math.round(options.images / seconds).toLocaleString('en-GB');
  const memory = megabytes === null ? '' : `  ${megabytes.toFixed(0)} MB`;
  console.log(`${title.padEnd(14)}  ${seconds.toFixed(1)} s  ${rate} images/s${memory}`);
}
