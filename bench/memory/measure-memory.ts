import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Database, KnexUserRepository } from '@janus/knex';
import { ANALYSE } from '../analyse.js';
import { owners } from '../data.js';
import { OWNERS } from '../dataset.js';
import type { DialectName } from '../dialect-name.js';
import { engineOf } from '../engines.js';
import { openTarget } from '../scale/target.js';

export interface Growth {
  /** The resident set after the warm-up, and the largest one afterwards, in bytes. */
  readonly baseline: number;
  readonly peak: number;
  readonly seconds: number;
}

/** What a process is told to do. */
export interface Task {
  readonly name: 'create' | 'stream' | 'stop early';
  readonly url: string;
  readonly images: number;
}

export interface Report {
  readonly progress?: string;
  readonly growth?: Growth;
  readonly connectionsTaken?: number;
}

interface Found {
  /** Null where the images were there already. */
  readonly creating: Growth | null;
  readonly streaming: Growth;
  readonly connectionsTaken: number;
}

/** Of a database that `bench:scale` has loaded and kept: null where there is no such server. */
export async function measureKept(
  dialect: DialectName,
  { images, keep }: { readonly images: number; readonly keep: string },
  progress: (state: string) => void,
): Promise<Found | null> {
  progress('starting');
  const target = await openTarget(engineOf(dialect), keep);
  if (!target) return null;
  try {
    return { creating: null, ...(await measureReaders(await target.urlOf(images), images, progress)) };
  } finally {
    await target.end();
  }
}

async function measureReaders(url: string, images: number, progress: (state: string) => void) {
  const { growth: streaming } = await runTask({ name: 'stream', url, images }, progress);
  const { connectionsTaken } = await runTask({ name: 'stop early', url, images }, progress);
  if (!streaming || connectionsTaken === undefined) throw new Error('a process told nothing');
  return { streaming, connectionsTaken };
}

/** Of a new database: null where there is no such server. */
export async function measureMemory(
  dialect: DialectName,
  images: number,
  progress: (state: string) => void,
): Promise<Found | null> {
  progress('starting');
  const target = await openTarget(engineOf(dialect));
  if (!target) return null;
  try {
    const { url } = await target.fresh();
    await onDatabase(url, prepare);
    const { growth: creating } = await runTask({ name: 'create', url, images }, progress);
    if (!creating) throw new Error('a process told nothing');
    await onDatabase(url, async (database) => database.knex.raw(ANALYSE[dialect]));
    return { creating, ...(await measureReaders(url, images, progress)) };
  } finally {
    await target.end();
  }
}

async function prepare(database: Database): Promise<void> {
  await database.migrate();
  const users = new KnexUserRepository(database);
  for (const owner of owners(OWNERS)) await users.create(owner);
}

async function onDatabase(url: string, work: (database: Database) => Promise<unknown>): Promise<void> {
  const database = await Database.open(url);
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

async function runTask(task: Task, progress: (state: string) => void): Promise<Report> {
  const child = fork(join(import.meta.dirname, 'task-run.ts'), [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx/esm'],
  });
  let last: Report = {};
  child.on('message', (report: Report) => {
    if (report.progress === undefined) last = report;
    else progress(`${task.name}, ${report.progress}`);
  });
  await once(child, 'close');
  if (child.exitCode !== 0)
    throw new Error(`the process to ${task.name} ended with ${child.exitCode ?? child.signalCode}`);
  return last;
}
