import type { DialectName } from '../dialect-name.js';
import type { Answer, Side } from '../sides/side.js';

export type Call = (side: Side) => Answer<unknown>;

/** What is done over and over, by one side and then another. */
export interface Workload {
  readonly title: string;
  /** How fast Janus is to be, where the driver by itself is 1. */
  readonly targets: Partial<Readonly<Record<DialectName, number>>>;
  /** Whether servers are also asked for it many times at once. */
  readonly atOnce: boolean;
  /** Whether nothing is written: then all sides of a round are given the same calls. */
  readonly reads: boolean;
  /** Calls at a time, where that is not to be found out by their speed. */
  readonly exactly?: number;
  /** The most calls at a time. */
  readonly most?: number;
  /** When what was written is taken away again. */
  readonly tidy?: 'after each slice' | 'at the end';
  /** Why this build cannot be measured in it. */
  readonly missing?: string;
  calls(count: number): readonly Call[];
  /** What must come out the same, whichever side does it. */
  proof(): (side: Side) => Promise<unknown>;
}

export const FAST_READING = { sqlite: 0.8, postgres: 0.95, mysql: 0.95, mariadb: 0.95 };

export function proofOf(calls: readonly Call[]) {
  return async (side: Side): Promise<unknown> => {
    const answers: unknown[] = [];
    for (const call of calls) answers.push(await call(side));
    return answers;
  };
}
