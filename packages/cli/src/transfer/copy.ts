import type { RefusedRow, TablePlan } from './plan.js';
import type { Range } from './range.js';
import { repair, type Repaired } from './repair.js';
import { compareKeys, type Key } from './row.js';
import type { Side } from './side.js';
import type { Spool } from './spool.js';

/** What was written to a table of the target. */
export type Copied = Pick<Repaired, 'inserted' | 'updated' | 'deleted'>;

/** How many ranges there are at once: while one is read, another is written. */
const AT_ONCE = 2;

/**
 * How often what is still open is gone through again. Each time some of it closes: what referred to rows that came later, what
 * waited for others to go, and what had its unique values taken.
 */
const ROUNDS = 8;

/** Makes the open ranges of the target what the source's are. */
export class Copying {
  readonly copied = new Map<string, Copied>();

  constructor(
    private readonly plans: readonly TablePlan[],
    private readonly source: Side,
    private readonly target: Side,
    private readonly spool: Spool | null,
    private readonly looked: (table: string, rows: number) => void,
  ) {}

  /** Whether there is anything left to do. */
  get open(): boolean {
    return this.plans.some(({ ranges }) => ranges.some((range) => range.open));
  }

  /** Copies what was not copied ahead. */
  async rest(): Promise<void> {
    for (const plan of this.plans) await this.#work(plan, false, (range) => !range.copied);
  }

  /** Goes through what is open until nothing is, parents before children. */
  async rounds(): Promise<void> {
    for (let round = 0; round < ROUNDS && this.open; round += 1) {
      for (const plan of this.plans) await this.#work(plan, !plan.table.kept);
      // What others must not refer to any more goes when they do not.
      for (const plan of this.plans.toReversed()) if (plan.table.kept) await this.#work(plan, true);
    }
  }

  /** Has all of a table looked at again. */
  reopen(table: string): void {
    for (const range of this.#rangesOf(table)) range.open = true;
  }

  #rangesOf(table: string): readonly Range[] {
    return this.plans.find((plan) => plan.table.name === table)?.ranges ?? [];
  }

  /** Has the range of a row looked at again. */
  #reopen({ table, key }: Pick<RefusedRow, 'table' | 'key'>): void {
    const range = this.#rangesOf(table).find((one) => holds(one, key));
    if (range) range.open = true;
  }

  async #work(
    { table, ranges }: TablePlan,
    remove: boolean,
    isDue: (range: Range) => boolean = () => true,
  ): Promise<void> {
    const { source, target, spool } = this;
    const due = ranges.filter((range) => range.open && isDue(range)).values();
    let failed = false;
    const next = async () => {
      try {
        for (const range of due) {
          if (failed) return;
          // Before it is read: whoever opens it from here on wants it to be read again.
          range.open = false;
          const { spooled, copied } = range;
          range.spooled = null;
          const bytes = spooled && (await spool?.read(spooled));
          const lines = bytes ? { bytes, copied } : null;
          this.#note(table.name, range, await repair(table, range, lines, { source, target, remove }));
        }
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, next));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #note(table: string, range: Range, done: Repaired): void {
    range.source = done.source;
    range.target = done.target;
    range.open ||= done.open;
    for (const key of done.parked) this.#reopen({ table, key });
    for (const row of done.awaited) this.#reopen(row);
    const before = this.copied.get(table) ?? { inserted: 0, updated: 0, deleted: 0 };
    this.copied.set(table, {
      inserted: before.inserted + done.inserted,
      updated: before.updated + done.updated,
      deleted: before.deleted + done.deleted,
    });
    this.looked(table, done.looked);
  }
}

const holds = ({ span: { after, upTo } }: Range, key: Key): boolean =>
  (!after || compareKeys(key, after) > 0) && (!upTo || compareKeys(key, upTo) <= 0);
