// Runs one throwaway server for as long as the process that forked this one lives, however that process ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long what is left of a server that was killed may hold on to its data, in milliseconds. */
const PATIENCE = 20_000;

export interface Keep {
  /** Belongs to the server alone, and is deleted with it, unless it stays. */
  readonly folder: string;
  readonly stays: boolean;
  /** Run one after the other; the last is the server. */
  readonly commands: readonly (readonly [file: string, ...args: string[]])[];
  /** Where the data is for throwing away, this may be the signal that ends the server soonest. */
  readonly signal: NodeJS.Signals;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

const { folder, stays, commands, signal, user }: Keep = JSON.parse(process.argv[2] ?? '');
const log = join(folder, 'log');
const output = openSync(log, 'a');
let running: ChildProcess | null = null;
let ending = false;
let killedAt = -Infinity;

for (const event of ['disconnect', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(event, end);

// Asked to: ends the server as a power cut would, and starts it again on what it has written.
process.on('message', () => {
  killedAt = performance.now();
  if (running?.pid !== undefined) process.kill(-running.pid, 'SIGKILL');
});

for (const [file, ...args] of commands) {
  let code: unknown;
  do {
    // The other end may have gone before anyone here listened.
    if (ending || !process.connected) break;
    // A group of its own: a terminal's Ctrl-C does not reach it, and what a command starts ends with it.
    running = spawn(file, args, { stdio: ['ignore', output, output], cwd: folder, detached: true, ...user });
    [code] = (await once(running, 'close')) as unknown[];
    running = null;
    if (process.connected && performance.now() - killedAt < PATIENCE) process.send?.({ gone: true });
    await sleep(20);
    // PostgreSQL's other processes are not of its group and end when they notice that the first is gone: until then the next
    // refuses to start.
  } while (performance.now() - killedAt < PATIENCE);
  if (code !== 0) break;
}
if (!ending && process.connected) process.send?.(readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n'));
if (!stays) await rm(folder, { recursive: true, force: true, maxRetries: 10 });
process.exit();

function end(): void {
  ending = true;
  if (running?.pid !== undefined) process.kill(-running.pid, signal);
}
