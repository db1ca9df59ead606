import type { TablePlan } from './plan.js';
import type { Range } from './range.js';
import { repair, type Repair } from './repair.js';
import { compareKeys, type Key } from './row.js';
import type { Side } from './side.js';

/** What was written to a table of the target. */
export type Copied = Pick<Repair, 'inserted' | 'updated' | 'deleted'>;

/** How many ranges are under way at once: while one is read, another is written. */
const AT_ONCE = 3;

/**
 * How often what is still open is gone through again. Each time some of it closes: what referred to rows that came later, what
 * waited for others to go, and what had its unique values taken.
 */
const ROUNDS = 8;

/** Makes the open ranges of the target what the source's are, parents before children. */
export async function copy(
  plans: readonly TablePlan[],
  source: Side,
  target: Side,
  looked: (table: string, rows: number) => void,
): Promise<ReadonlyMap<string, Copied>> {
  const copied = new Map<string, Copied>();
  const open = (table: string, key: Key) => {
    const range = plans.find((plan) => plan.table.name === table)?.ranges.find((one) => holds(one, key));
    if (range) range.open = true;
  };
  const work = async ({ table, ranges }: TablePlan, remove: boolean) => {
    const due = ranges.filter((range) => range.open).values();
    let failed = false;
    const next = async () => {
      for (const range of due) {
        if (failed) return;
        const done = await repair(table, range, { source, target, remove });
        for (const key of done.parked) open(table.name, key);
        for (const { table: parent, key } of done.awaited) open(parent, key);
        const before = copied.get(table.name) ?? { inserted: 0, updated: 0, deleted: 0 };
        copied.set(table.name, {
          inserted: before.inserted + done.inserted,
          updated: before.updated + done.updated,
          deleted: before.deleted + done.deleted,
        });
        looked(table.name, done.looked);
      }
    };
    const ends = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, async () => {
        await next().catch((error: unknown) => {
          failed = true;
          throw error;
        });
      }),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  for (let round = 0; round < ROUNDS && plans.some(({ ranges }) => ranges.some((range) => range.open)); round += 1) {
    for (const plan of plans) await work(plan, !plan.table.kept);
    // What others must not refer to any more goes when they do not.
    for (const plan of plans.toReversed()) if (plan.table.kept) await work(plan, true);
  }
  return copied;
}

const holds = ({ span: { after, upTo } }: Range, key: Key): boolean =>
  (!after || compareKeys(key, after) > 0) && (!upTo || compareKeys(key, upTo) <= 0);
