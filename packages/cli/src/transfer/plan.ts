import type { Unfit } from './column.js';
import { dangling } from './dangling.js';
import { pageOf, sumOf, type Range } from './range.js';
import { difference, type CanonicalRow, type Key } from './row.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';
import { walk } from './walk.js';

/** A row that the target would refuse. */
export interface RefusedRow {
  readonly table: string;
  /** The values of its primary key. */
  readonly key: Key;
  /** The column, or the reference by its rule's name. */
  readonly what: string;
  /** What would be accepted there. */
  readonly reason: string;
}

/** A table's ranges, and what is to be done in them. */
export interface Planned {
  readonly ranges: readonly Range[];
  readonly missing: number;
  readonly changed: number;
  readonly surplus: number;
}

export interface TablePlan extends Planned {
  readonly table: MovedTable;
}

export interface Watching {
  readonly refused: (row: RefusedRow) => void;
  /** @param rows of the source that were just looked at */
  readonly looked: (rows: number) => void;
}

const refusal = (table: MovedTable, { key }: CanonicalRow, { column, reason }: Unfit): RefusedRow => ({
  table: table.name,
  key,
  what: column,
  reason,
});

/** Compares a table of both sides, and looks whether the target would take what it has not. Nothing is written. */
export async function planTable(
  table: MovedTable,
  source: Side,
  target: Side,
  { refused, looked }: Watching,
): Promise<Planned> {
  const ranges: Range[] = [];
  const counts = { missing: 0, changed: 0, surplus: 0 };
  for await (const chunk of walk(table, source, target, { span: { after: null, upTo: null }, ahead: true })) {
    const [here, there] = [pageOf(chunk.source), pageOf(chunk.target)];
    const open = here.text !== there.text;
    const sum = sumOf(here);
    ranges.push({ span: chunk.span, source: sum, target: open ? sumOf(there) : sum, open });
    for (const row of chunk.lost) for (const unfit of row.unfit) refused(refusal(table, row, unfit));
    if (open) {
      const { missing, changed, surplus } = difference(chunk.source, chunk.target);
      counts.missing += missing.length;
      counts.changed += changed.length;
      counts.surplus += surplus.length;
      for (const rows of [missing, changed]) {
        for (const row of rows) for (const unfit of row.unfit) refused(refusal(table, row, unfit));
      }
      for (const row of await dangling(table, source, chunk.span)) refused(row);
    }
    looked(chunk.source.length);
  }
  return { ranges, ...counts };
}
