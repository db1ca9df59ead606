import { chmod, copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotRunError } from '../cannot-run-error.js';

/** A file of SQLite's that can be read with nothing appearing beside it. */
export interface Readable {
  readonly path: string;
  readonly dispose: () => Promise<void>;
}

/** The end of what SQLite puts beside a file: a write-ahead log, and a journal. */
const BESIDE = ['-wal', '-journal'];
const MAGIC = 'SQLite format 3\0';
/** Where the header says how it is written and read: 1 with a journal, 2 with a write-ahead log. */
const VERSIONS = [18, 19];
const LOGGED = 2;
const ATTEMPTS = 5;

/**
 * A file of SQLite's as it can be read without changing anything beside it: itself, or a copy. To read a file with a write-ahead log,
 * SQLite makes its index (`-shm`) beside it, and an interrupted transaction is rolled back in the file itself.
 * @throws CannotRunError when it is none, or is written to so much that it cannot be copied
 */
export async function readable(path: string): Promise<Readable> {
  const header = await headerOf(path);
  const logged = VERSIONS.some((at) => header[at] === LOGGED);
  const sizes = await Promise.all(BESIDE.map(async (end) => (await sizeAndTime(path + end)).size));
  if (!logged && sizes.every((size) => size === 0)) return { path, dispose: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'janus-adopt-'));
  const dispose = async () => rm(folder, { recursive: true, force: true });
  const copy = join(folder, 'copy.db');
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const before = await stateOf(path);
      for (const end of ['', ...BESIDE]) await copyIfThere(path + end, copy + end);
      if ((await stateOf(path)) === before) return { path: copy, dispose };
    }
  } catch (error) {
    await dispose();
    throw error;
  }
  await dispose();
  throw new CannotRunError('the source is being written to; stop what writes to it');
}

async function headerOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(100), 0, 100, 0);
      if (buffer.toString('latin1', 0, MAGIC.length) === MAGIC) return buffer;
    } finally {
      await file.close();
    }
  } catch {
    throw new CannotRunError('the source cannot be read; is there such a file?');
  }
  throw new CannotRunError('the source is no database of SQLite’s');
}

async function sizeAndTime(path: string): Promise<{ readonly size: number; readonly time: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, time: mtimeMs };
  } catch {
    return { size: 0, time: 0 };
  }
}

async function stateOf(path: string): Promise<string> {
  return JSON.stringify(await Promise.all(['', ...BESIDE].map(async (end) => sizeAndTime(path + end))));
}

async function copyIfThere(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  if ((await sizeAndTime(from)).size === 0) return;
  await copyFile(from, to);
  // A source that may only be read makes a copy that may only be read.
  await chmod(to, 0o600);
}
