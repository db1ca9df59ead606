import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const bin = join(import.meta.dirname, '../../packages/cli/bin/janus.js');

export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs the command `janus` in a process of its own, without a terminal. @param started is given the process */
export async function janus(args: readonly string[], started?: (child: ChildProcess) => void): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Where CI is set, colours are shown without a terminal, too.
    env: { ...process.env, NO_COLOR: '1' },
  });
  started?.(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return { code: child.exitCode, output };
}
