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

function spread(sorted: readonly number[]): Pick<Timing, 'median' | 'least' | 'most'> {
  const at = (place: number) => sorted[Math.floor(place)] ?? 0;
  const last = sorted.length - 1;
  return { median: (at(last / 2) + at(sorted.length / 2)) / 2, least: at(0), most: at(last) };
}

/** Lets Node compile what is run by every query, and the connections be made. */
export async function warmUp({ images }: Store): Promise<void> {
  for (const end = performance.now() + WARM_UP; performance.now() < end;) await images.list();
}

/** What is known of a query that could not be measured: why. */
export const unmeasured = (name: string, kind: Query['kind'], note: string): Timing => ({
  name,
  kind,
  median: null,
  least: null,
  most: null,
  runs: 0,
  answer: 0,
  note,
});

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
    return unmeasured(name, kind, note);
  }
  // One that is too slow to be run again is known by its first run.
  const counted = times.slice(Math.min(WARM_UPS, times.length - 1)).toSorted((a, b) => a - b);
  return { name, kind, ...spread(counted), runs: counted.length, answer: amount(answer) };
}
