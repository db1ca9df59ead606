import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cost, Round } from '../results.js';
import type { NamedSide, SideName } from '../sides/open-sides.js';
import type { Side } from '../sides/side.js';
import type { Call, Workload } from '../workloads/workload.js';

export interface Measuring {
  readonly sides: readonly NamedSide[];
  readonly atOnce: number;
  readonly rounds: number;
  /** How long each side is measured in a round, in milliseconds, at the speed of the driver. */
  readonly slice: number;
  /** Called between slices; throws to end it. */
  readonly between: (state: string) => void;
  readonly tidy: () => Promise<void>;
}

const TURNS = 5;

const WARM_UP_BATCH = 16;

/** In milliseconds, for each side. */
const WARM_UP = 2_000;

/** Interleaved rounds: what disturbs the machine disturbs all sides of a round, and each side is first as often as the others. */
export async function measure(workload: Workload, measuring: Measuring): Promise<{ calls: number; rounds: Round[] }> {
  const { sides, atOnce, between } = measuring;
  const tidySlice = workload.tidy === 'after each slice' ? measuring.tidy : async () => {};
  between('warming up');
  const count = await warmUp(workload, measuring, tidySlice);
  const rounds: Round[] = [];
  // What is only read can change sides often: a disturbance then seldom meets one side alone.
  const turns = workload.reads ? Math.min(TURNS, count) : 1;
  for (let number = 0; number < measuring.rounds; number++) {
    const costs = new Map<SideName, Cost>();
    const shared = workload.reads ? workload.calls(count) : null;
    for (let turn = 0; turn < turns; turn++) {
      for (const { name, side } of inTurn(sides, number + turn)) {
        between(`round ${number + 1} of ${measuring.rounds}`);
        const calls = shared ? part(shared, turn, turns) : workload.calls(count);
        await sleep(5);
        const { micros, cpuMicros } = await costOf(side, calls, atOnce);
        const share = calls.length / count;
        const { micros: before = 0, cpuMicros: cpuBefore = 0 } = costs.get(name) ?? {};
        costs.set(name, { micros: before + micros * share, cpuMicros: cpuBefore + cpuMicros * share });
        await tidySlice();
      }
    }
    rounds.push(Object.fromEntries(costs));
  }
  if (workload.tidy) await measuring.tidy();
  return { calls: count, rounds };
}

const part = <Item>(items: readonly Item[], index: number, parts: number): readonly Item[] =>
  items.slice(Math.floor((items.length * index) / parts), Math.floor((items.length * (index + 1)) / parts));

/** Each side is first, last and in between as often as the others; and follows another one as often. */
function inTurn<Item>(items: readonly Item[], round: number): readonly Item[] {
  const start = round % items.length;
  const rotated = [...items.slice(start), ...items.slice(0, start)];
  return Math.floor(round / items.length) % 2 === 0 ? rotated : rotated.toReversed();
}

/** Runs each side until its code is compiled and its caches are filled; gives how many calls fit a slice. */
async function warmUp(workload: Workload, measuring: Measuring, tidy: () => Promise<void>): Promise<number> {
  const { sides, atOnce, slice } = measuring;
  const most = workload.most ?? Number.POSITIVE_INFINITY;
  let fitting = workload.exactly ?? 1;
  for (const { name, side } of sides) {
    let micros = Number.POSITIVE_INFINITY;
    for (let spent = 0, batch = workload.exactly ?? WARM_UP_BATCH; spent < WARM_UP * 1000; batch *= 2) {
      const calls = workload.calls(workload.exactly ?? Math.min(batch, most));
      micros = (await costOf(side, calls, atOnce)).micros;
      spent += micros * calls.length;
      await tidy();
    }
    if (name === 'driver' && workload.exactly === undefined) fitting = Math.round((slice * 1000) / micros);
  }
  return workload.exactly ?? Math.max(atOnce, Math.min(fitting, most));
}

export async function costOf(side: Side, calls: readonly Call[], atOnce: number): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (atOnce === 1) await oneByOne(side, calls.values());
  else {
    const left = calls.values();
    await Promise.all(Array.from({ length: atOnce }, () => oneByOne(side, left)));
  }
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { micros: (milliseconds * 1000) / calls.length, cpuMicros: (user + system) / calls.length };
}

async function oneByOne(side: Side, calls: Iterable<Call>): Promise<void> {
  for (const call of calls) {
    const answer = call(side);
    // To await what is there already would cost SQLite's driver a turn of the queue.
    if (answer instanceof Promise) await answer;
  }
}
