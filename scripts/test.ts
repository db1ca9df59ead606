// Runs the tests on every database, each in a process of its own. `npm test -- --help` says how.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import colours from 'picocolors';
import { type Engine, GivenServerError, messageOf, type Server } from './test/engine.js';
import { type Lane, type Result, resultText, type Run, runLane } from './test/lane.js';
import { failedRun, type Settings, testFiles } from './test/mocha.js';
import { readOptions } from './test/options.js';
import { Status } from './test/status.js';
import { count, type Missing, summary } from './test/summary.js';

const root = join(import.meta.dirname, '..');
const continuous = process.env['CI'] === 'true';
const options = readOptions(continuous);
const interruption = new AbortController();
const settings: Settings = {
  root,
  grep: options.grep,
  strict: continuous,
  faults: options.faults,
  colour: colours.isColorSupported,
  interrupted: interruption.signal,
};
const status = new Status();
const servers = new Map<Engine, Server>();
const missing: Missing[] = [];
const results: Result[] = [];
const folders = new Set(['unit', 'installed', 'contract', 'database', 'faults', 'together', 'moving']);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked twice, it waits for nothing. Private servers end with this process in any case.
    if (settings.interrupted.aborted) process.exit(130);
    interruption.abort();
  });
}
// Whoever read the output has left.
process.stdout.on('error', () => interruption.abort());
const interrupted = once(settings.interrupted, 'abort');

try {
  const opened = options.engines.map((engine) => ({ engine, ready: open(engine) }));
  const withoutDatabase = (title: string) => async () => run({ title, runs: [{ title, folders: [title] }] });
  // The longest first: what is short fills the gaps.
  await inParallel([
    ...opened.flatMap(({ engine, ready }) => lanesOf().map((runs) => async () => runOn(engine, ready, runs))),
    ...(options.faults ? [] : [withoutDatabase('unit')]),
    ...(options.quick || options.faults ? [] : [withoutDatabase('installed')]),
  ]);
  if (options.complete)
    await inParallel([...(options.faults ? [] : [withAll('together')]), ...(options.quick ? [] : [withAll('moving')])]);
  const homeless = testFiles(join(root, 'test')).filter((file) => !folders.has(file.split(sep)[0] ?? ''));
  if (homeless.length > 0)
    report(problem('files', `not in a folder whose tests run: test/${homeless.join(', test/')}`));
} catch (error) {
  report(problem('runner', error instanceof Error ? (error.stack ?? error.message) : String(error)));
} finally {
  await Promise.allSettled([...servers.values()].map((server) => server.stop()));
}
process.exit(close());

/** Puts a server among `servers`, or the reason why there is none in `missing`. */
async function open(engine: Engine): Promise<void> {
  status.set(engine.name, 'starting');
  const { required } = options;
  const { advice, variable } = engine;
  try {
    const server = await engine.open();
    if (server) servers.set(engine, server);
    else missing.push({ engine, required, advice, reason: `${variable} is not set, and no server to start was found` });
  } catch (error) {
    const reason = messageOf(error);
    const asked = error instanceof GivenServerError;
    missing.push(asked ? { engine, reason, required: true } : { engine, reason, required, advice });
  }
  status.end(engine.name);
}

/** What runs on each database: one thing after another, or in a hurry what is asked for at the same time. */
function lanesOf(): readonly (readonly Run[])[] {
  const contract = { title: 'contract', folders: ['contract'] };
  const database = { title: 'database', folders: ['database'] };
  const faults = { title: 'faults', folders: ['faults'] };
  if (options.faults) return [[faults]];
  if (options.quick) return [[contract], [database]];
  return [
    [
      { title: 'contract, database', folders: ['contract', 'database'] },
      faults,
      { ...contract, title: 'contract, in New York', timeZone: 'America/New_York' },
    ],
  ];
}

async function runOn(engine: Engine, ready: Promise<void>, runs: readonly Run[]): Promise<Result | null> {
  await Promise.race([ready, interrupted]);
  const server = servers.get(engine);
  if (!server) return null;
  return run({ title: engine.name, server, databases: { JANUS_TEST_URL: server }, runs });
}

function withAll(title: string): () => Promise<Result> {
  const databases = Object.fromEntries([...servers].map(([{ variable }, server]) => [variable, server]));
  return async () => run({ title, databases, runs: [{ title, folders: [title] }] });
}

async function run(lane: Lane): Promise<Result> {
  const result = await runLane(lane, settings, (state) => status.set(lane.title, state));
  status.end(lane.title);
  return result;
}

/** As many at a time as there are processors, and reported in the order given. */
async function inParallel(tasks: readonly (() => Promise<Result | null>)[]): Promise<void> {
  const done: (Result | null)[] = [];
  let next = 0;
  let told = 0;
  const work = async () => {
    for (let index = next++; index < tasks.length; index = next++) {
      done[index] = (await tasks[index]?.()) ?? null;
      for (let result = done[told]; result !== undefined; result = done[++told]) if (result) report(result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

function report(result: Result): void {
  results.push(result);
  status.print(resultText(result));
}

function problem(title: string, output: string): Result {
  return { lane: { title, runs: [] }, runs: [{ ...failedRun(output), title }] };
}

/** Prints the end and gives the exit code. */
function close(): number {
  status.clear();
  const { passed, failed, skipped } = count(results, missing);
  status.print(`\n${summary(results, missing)}`);
  if (settings.interrupted.aborted) status.print(`\n${colours.red('Interrupted.')}\n`);
  else if (passed + failed === 0) status.print(`\n${colours.red('No test ran.')}\n`);
  status.print(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  if (settings.interrupted.aborted) return 130;
  return failed === 0 && passed > 0 ? 0 : 1;
}
