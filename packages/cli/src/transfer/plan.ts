import type { Ahead } from './ahead.js';
import { dangling } from './dangling.js';
import { compareLines } from './lines.js';
import { misfitsOf, type Misfit, type Portion, type Portions } from './portions.js';
import { linesOf, sumOf, type Lines, type Range } from './range.js';
import { difference, NO_DIFFERENCE } from './row.js';
import type { Side } from './side.js';
import type { Spool } from './spool.js';
import type { MovedTable } from './table.js';
import { walk } from './walk.js';

/** A row that the target would refuse. */
export interface RefusedRow extends Misfit {
  readonly table: string;
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
  /** Reads a table of the source. */
  readonly read: Portions;
  /** Where the lines are kept that the target has yet to get. */
  readonly spool: Spool | null;
  /** What copies some of them already. */
  readonly ahead: Ahead | null;
  readonly refused: (row: RefusedRow) => void;
  /** @param rows of the source that were just looked at */
  readonly looked: (rows: number) => void;
}

/** What the source and the target have in a span, and how that differs. */
interface Compared extends Pick<Portion, 'span' | 'unfit' | 'isSound'> {
  readonly here: Lines;
  readonly there: Lines;
  readonly counts: Readonly<Record<'missing' | 'changed' | 'surplus', number>>;
}

const SAME = { missing: 0, changed: 0, surplus: 0 };
const NOTHING = linesOf([]);

/**
 * What both sides have, cut at the same keys. Where the target makes lines of its rows, these are compared with the source's, and its
 * rows are read only where they are others.
 * @param target null where it has nothing
 */
async function* compared(
  table: MovedTable,
  read: Portions,
  source: Side,
  target: Side | null,
): AsyncGenerator<Compared, void, undefined> {
  if (target && !target.database.dialect.copies) {
    yield* comparedByRows(table, source, target, { span: { after: null, upTo: null }, ahead: true });
    return;
  }
  for await (const { count, lines, ...portion } of read(table)) {
    const here = { count, lines };
    const found = target ? await compareLines(table, portion.span, lines, target) : 'none';
    if (found === 'the same') yield { ...portion, here, there: here, unfit: [], counts: SAME };
    else if (found === 'none') yield { ...portion, here, there: NOTHING, counts: { ...SAME, missing: count } };
    else if (target) yield* comparedByRows(table, source, target, { span: portion.span, ahead: false });
  }
}

async function* comparedByRows(
  table: MovedTable,
  source: Side,
  target: Side,
  how: Parameters<typeof walk>[3],
): AsyncGenerator<Compared, void, undefined> {
  for await (const { span, lost, ...chunk } of walk(table, source, target, how)) {
    const [here, there] = [linesOf(chunk.source), linesOf(chunk.target)];
    const isSame = here.lines.equals(there.lines);
    const { missing, changed, surplus } = isSame ? NO_DIFFERENCE : difference(chunk.source, chunk.target);
    const unfit = misfitsOf([...lost, ...missing, ...changed]);
    const counts = { missing: missing.length, changed: changed.length, surplus: surplus.length };
    yield { span, unfit, isSound: false, here, there, counts };
  }
}

/**
 * Compares a table of both sides, and looks whether the target would take what it has not. Nothing is written.
 * @param target null where it has nothing
 */
export async function planTable(
  table: MovedTable,
  source: Side,
  target: Side | null,
  { read, spool, ahead, refused, looked }: Watching,
): Promise<Planned> {
  const ranges: Range[] = [];
  const counts = { ...SAME };
  for await (const { span, here, there, ...found } of compared(table, read, source, target)) {
    const open = !here.lines.equals(there.lines);
    const sum = sumOf(here);
    const lacks = open && there.count === 0;
    const copied = lacks && ahead !== null && (await ahead.offer(table, here.lines));
    const spooled = lacks && !copied && spool ? await spool.add(here.lines) : null;
    ranges.push({ span, source: sum, target: open ? sumOf(there) : sum, open, spooled, copied });
    for (const misfit of found.unfit) refused({ table: table.name, ...misfit });
    counts.missing += found.counts.missing;
    counts.changed += found.counts.changed;
    counts.surplus += found.counts.surplus;
    if (open && !found.isSound) for (const row of await dangling(table, source, span)) refused(row);
    looked(here.count);
  }
  return { ranges, ...counts };
}
