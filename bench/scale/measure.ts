import { setImmediate as immediately } from 'node:timers/promises';
import { duration } from './progress.js';
import type { Query } from './query.js';
import type { Sized, Timing } from './results.js';
import type { Store } from './store.js';

const WARM_UPS = 3;
/** In milliseconds. */
const WARM_UP = 1000;
const ROUNDS = 15;
/** Of one database in a round, in milliseconds: a query is run once, and again until that has passed. */
const VISIT = 4;
/** For all rounds of a query, in milliseconds. */
const PATIENCE = 10_000;
/** What takes longer than this, in milliseconds, is run once; what takes longer than the second is not run with more images. */
const SLOW = 3000;
const TOO_SLOW = 20_000;

/** How much an answer holds. */
function amount(answer: unknown): number {
  if (typeof answer === 'number') return answer;
  if (Array.isArray(answer)) return answer.length;
  if (typeof answer !== 'object' || answer === null) return 0;
  return 'items' in answer ? amount(answer.items) : 1;
}

/** The value at a part of the way through a list in order. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place % 1);
}

/** Lets Node compile what is run by every query, and the connections be made. */
export async function warmUp({ images }: Store): Promise<void> {
  for (const end = performance.now() + WARM_UP; performance.now() < end;) await images.list();
}

/** A query to the database of one size. */
class Course {
  /** Of each round, in milliseconds. */
  readonly times: number[] = [];
  note: string | undefined;
  #turn = 0;
  /** How much all answers hold. */
  #found = 0;

  constructor(
    readonly size: number,
    private readonly query: Query,
  ) {}

  async #run(): Promise<number> {
    const started = performance.now();
    try {
      const answer = await this.query.run(this.#turn++);
      const time = performance.now() - started;
      this.#found += amount(answer);
      return time;
    } catch (error) {
      this.note = `failed: ${String(error)}`;
      return 0;
    }
  }

  /** Runs it for the first times. @returns how long the last one took */
  async begin(): Promise<number> {
    let time = await this.#run();
    for (let again = 1; again < WARM_UPS && time < SLOW; again += 1) time = await this.#run();
    return time;
  }

  /** One round's time: the median of its runs. */
  async visit(): Promise<void> {
    const runs: number[] = [];
    for (const end = performance.now() + VISIT; runs.length === 0 || performance.now() < end;) {
      runs.push(await this.#run());
    }
    this.times.push(quantile(runs, 0.5));
  }

  /** @param beside the times of the smallest database in the same rounds */
  sized(beside: readonly number[] | undefined): Sized {
    const { size, times, note } = this;
    if (times.length === 0 || note !== undefined)
      return { size, median: null, ratio: null, runs: this.#turn, answer: 0, note };
    const ratios = beside?.length === times.length ? times.map((time, round) => time / (beside[round] ?? time)) : null;
    const ratio = ratios && { median: quantile(ratios, 0.5), from: quantile(ratios, 0.25), to: quantile(ratios, 0.75) };
    return {
      size,
      median: quantile(times, 0.5),
      ratio,
      runs: this.#turn,
      answer: Math.round(this.#found / this.#turn),
    };
  }
}

/**
 * Runs a query on databases of several sizes in turns, so that whatever else the machine does meets all of them alike.
 * @param queries it, of each size, the smallest first
 */
export async function measure(sizes: readonly number[], queries: readonly Query[]): Promise<Timing> {
  const [query] = queries;
  if (!query) throw new RangeError('There is no database to ask.');
  const courses = queries.map((one, index) => new Course(sizes[index] ?? 0, one));
  const first: (readonly [Course, number])[] = [];
  for (const course of courses) {
    const [, before] = first.at(-1) ?? [course, 0];
    if (before > TOO_SLOW) course.note = `not run: it took ${duration(before / 1000)} with fewer`;
    else first.push([course, await course.begin()]);
  }
  const running = first.filter(([{ note }]) => note === undefined);
  if (running.some(([, time]) => time > SLOW)) for (const [course, time] of running) course.times.push(time);
  else {
    const end = performance.now() + PATIENCE;
    for (let round = 0; round < ROUNDS && (round === 0 || performance.now() < end); round += 1) {
      // Each is the first of a round as often as the others.
      const from = round % Math.max(running.length, 1);
      for (const [course] of [...running.slice(from), ...running.slice(0, from)]) await course.visit();
      // Lets an interruption be heard.
      await immediately();
    }
  }
  const { name, kind, asks } = query;
  return { name, kind, asks, sizes: courses.map((course) => course.sized(courses[0]?.times)) };
}
