import { fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  total: number;
  ended: boolean;
}

export interface Settings {
  readonly root: string;
  readonly grep: string | undefined;
  readonly strict: boolean;
  /** Whether faults are tried in full. */
  readonly faults: boolean;
  readonly colour: boolean;
  readonly interrupted: AbortSignal;
}

export interface Outcome extends Tally {
  readonly seconds: number;
  readonly output: string;
}

const LONGEST = { usual: 20 * 60_000, faults: 6 * 3_600_000 };
const afterwards = 10_000;

export function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
}

/**
 * Runs mocha in a process of its own on some folders of `test/`, or gives null where there is none of them yet.
 * Whatever goes wrong with that process counts as one more failure.
 */
export async function runMocha(
  wanted: readonly string[],
  env: Readonly<Record<string, string>>,
  settings: Settings,
  progress: (tally: Tally) => void,
): Promise<Outcome | null> {
  const started = performance.now();
  const folders = wanted.filter((folder) => existsSync(join(settings.root, 'test', folder)));
  if (folders.length === 0) return null;
  const empty = folders.filter((folder) => testFiles(join(settings.root, 'test', folder)).length === 0);
  if (empty.length > 0) return failedRun(`no file *.test.ts in test/${empty.join(' and test/')}`);

  const mocha = fork(join(import.meta.dirname, 'run.ts'), options(folders, settings), {
    cwd: settings.root,
    env: { ...knowingNoDatabase(), ...env, ...(settings.faults && { JANUS_TEST_FAULTS: 'full' }) },
    execArgv: ['--import', 'tsx/esm'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal: settings.interrupted,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let tally = none();
  mocha.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  mocha.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  mocha.on('error', (error) => {
    if (!settings.interrupted.aborted) output += `${error.message}\n`;
  });

  const done = new AbortController();
  let faults = 0;
  const fail = (message: string) => {
    faults++;
    output += `\n${message}\n`;
  };
  const limit = (milliseconds: number, message: string) =>
    void sleep(milliseconds, undefined, { signal: done.signal }).then(
      () => {
        fail(message);
        mocha.kill('SIGKILL');
      },
      () => {},
    );
  limit(settings.faults ? LONGEST.faults : LONGEST.usual, 'The run did not end in time, and was ended.');
  mocha.on('message', (message) => {
    if (!isTally(message)) return;
    tally = message;
    progress(tally);
    if (tally.ended) limit(afterwards, 'All tests ended and their process did not: something is left open.');
  });

  // Not `once` of node:events, which an interruption would reject before the process has ended.
  await new Promise((resolve) => mocha.once('close', resolve));
  done.abort();
  if (tally.failed + faults === 0 && (mocha.exitCode !== 0 || !tally.ended) && !settings.interrupted.aborted) {
    fail(`mocha ended with ${mocha.exitCode ?? mocha.signalCode} before its tests did.`);
  }
  return { ...tally, failed: tally.failed + faults, seconds: secondsSince(started), output };
}

function options(folders: readonly string[], { root, grep, strict, colour }: Settings): string[] {
  return [
    ...(colour ? ['--colour'] : []),
    ...(strict ? ['--strict'] : []),
    ...(grep === undefined ? [] : [`--grep=${grep}`]),
    ...folders.flatMap((folder) => {
      const path = join(root, 'test', folder);
      return testFiles(path)
        .toSorted()
        .map((file) => join(path, file));
    }),
  ];
}

/** This process's environment, without the servers it was given: a run is told of its databases alone. */
function knowingNoDatabase(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^JANUS_TEST_\w*URL$/.test(name)));
}

export function failedRun(output: string): Outcome {
  return { ...none(), failed: 1, output, seconds: 0 };
}

function isTally(message: unknown): message is Tally {
  return typeof message === 'object' && message !== null && 'ended' in message;
}

function none(): Tally {
  return { passed: 0, failed: 0, skipped: 0, total: 0, ended: false };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
