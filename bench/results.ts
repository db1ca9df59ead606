import type { DialectName } from './dialect-name.js';
import type { SideName } from './sides/open-sides.js';

/** What one call took, on average over a slice of a round. */
export interface Cost {
  readonly micros: number;
  /** Of this process, where the server is another. */
  readonly cpuMicros: number;
}

export type Round = Readonly<Partial<Record<SideName, Cost>>>;

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Figures {
  readonly micros: number;
  readonly cpuMicros: number;
  /** How many times as fast as the driver by itself, in the same round. */
  readonly ratio: Spread;
}

export interface Measurement {
  readonly workload: string;
  readonly atOnce: number;
  /** How many calls each side was measured with in a round. */
  readonly calls: number;
  readonly target: number | null;
  readonly sides: Readonly<Partial<Record<SideName, Figures>>>;
  readonly rounds: readonly Round[];
}

export interface DialectResults {
  readonly dialect: DialectName;
  readonly version: string;
  readonly server: 'file' | 'given' | 'started';
  readonly driver: string;
  readonly measurements: readonly Measurement[];
  /** What was not measured, and why. */
  readonly skipped: readonly { readonly workload: string; readonly why: string }[];
}

export interface Results {
  readonly date: string;
  readonly node: string;
  readonly knex: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly images: number;
  readonly rounds: number;
  readonly dialects: readonly DialectResults[];
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.min(Math.max(index, 0), sorted.length - 1)] ?? Number.NaN;
  const half = sorted.length / 2;
  const median = sorted.length % 2 === 0 ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { median, min: at(0), max: at(sorted.length - 1) };
}

export function figuresOf(rounds: readonly Round[], name: SideName): Figures | undefined {
  const costs = rounds.flatMap((round) => {
    const own = round[name];
    const driver = round.driver;
    return own && driver ? [{ ...own, ratio: driver.micros / own.micros }] : [];
  });
  if (costs.length === 0) return undefined;
  return {
    micros: spread(costs.map(({ micros }) => micros)).median,
    cpuMicros: spread(costs.map(({ cpuMicros }) => cpuMicros)).median,
    ratio: spread(costs.map(({ ratio }) => ratio)),
  };
}

/** Rounded as it is printed: what is shown as reached is reached. */
export const reached = ({ target, sides }: Measurement): boolean =>
  target === null || sides.janus === undefined || Number(sides.janus.ratio.median.toFixed(2)) >= target;
