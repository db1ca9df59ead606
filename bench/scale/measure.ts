import { NotYetError, type Query } from './query.js';
import type { Timing } from './results.js';
import type { Store } from './store.js';

const WARM_UPS = 3;
/** In milliseconds. */
const WARM_UP = 1000;
const RUNS = 30;
/** For one query, in milliseconds; it runs once, whatever it takes. */
const PATIENCE = 3000;

/** How much an answer holds. */
function amount(answer: unknown): number {
  if (typeof answer === 'number') return answer;
  if (Array.isArray(answer)) return answer.length;
  if (typeof answer !== 'object' || answer === null) return 0;
  return 'items' in answer ? amount(answer.items) : 1;
}

const median = (sorted: readonly number[]) =>
  ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.floor(sorted.length / 2)] ?? NaN)) / 2;

/** Lets Node compile what is run by every query, and the connections be made. */
export async function warmUp({ images }: Store): Promise<void> {
  for (const end = performance.now() + WARM_UP; performance.now() < end;) await images.list();
}

/** Runs a query some times, fewer if it is slow. */
export async function measure({ name, kind, run }: Query): Promise<Timing> {
  const times: number[] = [];
  let answer: unknown = null;
  try {
    const end = performance.now() + PATIENCE;
    for (let turn = 0; turn < WARM_UPS + RUNS && (turn === 0 || performance.now() < end); turn++) {
      const started = performance.now();
      answer = await run(turn);
      times.push(performance.now() - started);
    }
  } catch (error) {
    const note = error instanceof NotYetError ? error.message : `failed: ${String(error)}`;
    return { name, kind, median: NaN, least: NaN, most: NaN, runs: times.length, answer: 0, note };
  }
  // One that is too slow to be run again is known by its first run.
  const counted = times.slice(Math.min(WARM_UPS, times.length - 1)).toSorted((a, b) => a - b);
  const [least = NaN, most = NaN] = [counted.at(0), counted.at(-1)];
  return { name, kind, median: median(counted), least, most, runs: counted.length, answer: amount(answer) };
}
