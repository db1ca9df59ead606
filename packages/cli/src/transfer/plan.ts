import type { Ahead } from './ahead.js';
import type { Unfit } from './column.js';
import { dangling } from './dangling.js';
import { compareLines } from './lines.js';
import { pageOf, sumOf, type Page, type Range } from './range.js';
import { difference, type CanonicalRow, type Key } from './row.js';
import type { Side } from './side.js';
import type { Spool } from './spool.js';
import type { MovedTable } from './table.js';
import { walk, type Chunk } from './walk.js';

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
  /** Where the lines are kept that the target has yet to get. */
  readonly spool: Spool | null;
  /** What copies some of them already. */
  readonly ahead: Ahead | null;
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

/** What the source and the target have in a span. */
interface Compared extends Pick<Chunk, 'span' | 'lost' | 'isSound'> {
  readonly here: Page;
  readonly there: Page;
}

/**
 * What both sides have, cut at the same keys. Where the target makes lines of its rows, these are compared with the source's, and its
 * rows are read only where they are others.
 * @param target null where it has nothing
 */
async function* compared(
  table: MovedTable,
  source: Side,
  target: Side | null,
): AsyncGenerator<Compared, void, undefined> {
  const all = { after: null, upTo: null };
  if (!target?.database.dialect.copies) {
    for await (const chunk of walk(table, source, target, { span: all, ahead: true })) yield pagesOf(chunk);
    return;
  }
  for await (const chunk of walk(table, source, null, { span: all, ahead: true })) {
    const pages = pagesOf(chunk);
    const found = await compareLines(table, chunk.span, pages.here.lines, target);
    if (found === 'the same') yield { ...pages, there: pages.here };
    else if (found === 'none') yield pages;
    else for await (const part of walk(table, source, target, { span: chunk.span, ahead: false })) yield pagesOf(part);
  }
}

const pagesOf = ({ source, target, ...chunk }: Chunk): Compared => ({
  ...chunk,
  here: pageOf(source),
  there: pageOf(target),
});

/**
 * Compares a table of both sides, and looks whether the target would take what it has not. Nothing is written.
 * @param target null where it has nothing
 */
export async function planTable(
  table: MovedTable,
  source: Side,
  target: Side | null,
  { spool, ahead, refused, looked }: Watching,
): Promise<Planned> {
  const ranges: Range[] = [];
  const counts = { missing: 0, changed: 0, surplus: 0 };
  for await (const { span, lost, isSound, here, there } of compared(table, source, target)) {
    const open = !here.lines.equals(there.lines);
    const sum = sumOf(here);
    const lacks = open && there.rows.length === 0;
    const spooled = lacks && spool ? await spool.add(here.lines) : null;
    const copied = spooled !== null && ahead !== null && (await ahead.offer(table, here.lines));
    ranges.push({ span, source: sum, target: open ? sumOf(there) : sum, open, spooled, copied });
    for (const row of lost) for (const unfit of row.unfit) refused(refusal(table, row, unfit));
    if (open) {
      const { missing, changed, surplus } = difference(here.rows, there.rows);
      counts.missing += missing.length;
      counts.changed += changed.length;
      counts.surplus += surplus.length;
      for (const rows of [missing, changed]) {
        for (const row of rows) for (const unfit of row.unfit) refused(refusal(table, row, unfit));
      }
      if (!isSound) for (const row of await dangling(table, source, span)) refused(row);
    }
    looked(here.rows.length);
  }
  return { ranges, ...counts };
}
