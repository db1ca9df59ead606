import { compareSum } from './lines.js';
import type { RefusedRow, TablePlan } from './plan.js';
import type { Range } from './range.js';
import { repair, type Repaired } from './repair.js';
import { compareKeys, type Key } from './row.js';
import { settled } from './settled.js';
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

  /** Looks whether the target has what was copied ahead, and writes nothing: what is not the same stays open. */
  async look(): Promise<void> {
    for (const { table, ranges } of this.plans) {
      await someAtOnce(
        ranges.filter((range) => range.open && range.copied),
        async (range) => {
          // Before it is read: whoever opens it from here on wants it to be read again.
          range.open = false;
          const found = await compareSum(table, range.span, range.source, this.target);
          const { rows } = range.source;
          if (found === 'the same') range.target = range.source;
          else range.open = true;
          if (found !== 'none') this.#count(table.name, { inserted: rows, updated: 0, deleted: 0, looked: rows });
        },
      );
    }
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
    const { source, target } = this;
    await someAtOnce(
      ranges.filter((range) => range.open && isDue(range)),
      async (range) => {
        // Before it is read: whoever opens it from here on wants it to be read again.
        range.open = false;
        const lines = await this.#linesOf(range);
        this.#note(table.name, range, await repair(table, range, lines, { source, target, remove }));
      },
    );
  }

  /** The lines that were kept of a range, once. */
  async #linesOf(range: Range): Promise<Buffer | null> {
    const { spooled } = range;
    range.spooled = null;
    return (spooled && (await this.spool?.read(spooled))) ?? null;
  }

  #note(table: string, range: Range, done: Repaired): void {
    range.source = done.source;
    range.target = done.target;
    range.open ||= done.open;
    for (const key of done.parked) this.#reopen({ table, key });
    for (const row of done.awaited) this.#reopen(row);
    this.#count(table, done);
  }

  #count(table: string, { inserted, updated, deleted, looked }: Copied & { readonly looked: number }): void {
    const before = this.copied.get(table) ?? { inserted: 0, updated: 0, deleted: 0 };
    this.copied.set(table, {
      inserted: before.inserted + inserted,
      updated: before.updated + updated,
      deleted: before.deleted + deleted,
    });
    this.looked(table, looked);
  }
}

/** Does work on ranges, some of them at a time; none any more when it failed for one. */
async function someAtOnce(ranges: readonly Range[], work: (range: Range) => Promise<void>): Promise<void> {
  const due = ranges.values();
  let failed = false;
  const next = async () => {
    try {
      for (const range of due) {
        if (failed) return;
        await work(range);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  await settled(Array.from({ length: AT_ONCE }, next));
}

const holds = ({ span: { after, upTo } }: Range, key: Key): boolean =>
  (!after || compareKeys(key, after) > 0) && (!upTo || compareKeys(key, upTo) <= 0);
