import { execFileSync, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { chown, chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type Certificate, type Running } from './engine.js';
import type { Keep } from './keeper.js';

/** How long a server may take to answer, in milliseconds; one whose data stays may have to recover it first. */
const patienceWith = ({ stays }: Keep) => (stays ? 600_000 : 60_000);

/** Existing folders of PATH, then of `patterns`, in which one part may end in `*`: the newest version first. */
export function programFolders(patterns: readonly string[]): string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...path, ...patterns.flatMap(expand)].filter((folder) => existsSync(folder));
}

function expand(pattern: string): string[] {
  const [head, tail] = pattern.split('*');
  if (head === undefined || tail === undefined) return [pattern];
  const parent = head.endsWith('/') ? head : dirname(head);
  const prefix = head.endsWith('/') ? '' : basename(head);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => name.startsWith(prefix))
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(parent, name) + tail);
}

/** A folder for one server: the one that is to stay, or else one that its keeper deletes. */
export async function serverFolder(name: string, staying?: string, user?: Keep['user']): Promise<string> {
  if (staying !== undefined) await mkdir(staying, { recursive: true });
  const folder = staying ?? (await mkdtemp(join(tmpdir(), `janus-${name}-`)));
  await chmod(folder, 0o700);
  if (user) await chown(folder, user.uid, user.gid);
  return folder;
}

/** The password of the server in a folder: what the file has already, or a new one. */
export async function passwordIn(file: string): Promise<string> {
  if (existsSync(file)) return readFile(file, 'utf8');
  const password = randomBytes(16).toString('hex');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

/** The files of a certificate in a server's folder. */
export async function certificateFiles(
  folder: string,
  { certificate, key }: Certificate,
  user?: Keep['user'],
): Promise<{ readonly certificate: string; readonly key: string }> {
  const files = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  for (const [file, text] of [
    [files.certificate, certificate],
    [files.key, key],
  ] as const) {
    await writeFile(file, text, { mode: 0o600 });
    if (user) await chown(file, user.uid, user.gid);
  }
  return files;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Starts a server under a keeper and waits until `answers` does. */
export async function keep(keeping: Keep, url: string, answers: (url: string) => Promise<unknown>): Promise<Running> {
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), [JSON.stringify(keeping)], {
    execArgv: ['--import', 'tsx'],
    stdio: 'ignore',
    detached: true,
  });
  const closed = once(keeper, 'exit');
  let complaint = 'it said nothing';
  keeper.on('message', (lastLines) => {
    if (typeof lastLines === 'string') complaint = lastLines;
  });
  const crash = async () => {
    const gone = once(keeper, 'message');
    keeper.send('crash');
    await gone;
  };
  const stop = async () => {
    if (keeper.connected) keeper.disconnect();
    await closed;
  };

  const deadline = Date.now() + patienceWith(keeping);
  while (keeper.exitCode === null) {
    try {
      await answers(url);
      return { url, stop, crash };
    } catch (error) {
      if (Date.now() > deadline) {
        await stop();
        throw new Error(`a server was started and does not answer: ${messageOf(error)}`, { cause: error });
      }
      await sleep(100);
    }
  }
  throw new Error(`a server was found and does not start: ${complaint}`);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The first of these users that this machine has. */
export function userNamed(...names: string[]): NonNullable<Keep['user']> {
  for (const name of names) {
    try {
      const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' })));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      continue;
    }
  }
  throw new Error(`needs one of the users ${names.join(', ')}: its server does not run as root`);
}
