import { byCodePoint, type Row } from '@janus/knex/tables';
import { Unfit, type MovedColumn, type Value } from './column.js';

/** A row in its canonical form. */
export interface CanonicalRow {
  /** In the order of the columns. */
  readonly values: readonly Value[];
  readonly key: Key;
  /** All of it, as COPY of PostgreSQL writes it: equal for rows that mean the same, and for no others. */
  readonly text: string;
  /** What in it the target would refuse. */
  readonly unfit: readonly Unfit[];
}

/** The values of a row's primary key. */
export type Key = readonly Value[];

const NONE: readonly Unfit[] = [];

/** Keeps what the driver gave: few rows are asked for their values, and all for their text. */
class ReadRow implements CanonicalRow {
  constructor(
    private readonly raw: Row,
    readonly key: Key,
    readonly text: string,
    readonly unfit: readonly Unfit[],
    private readonly columns: readonly MovedColumn[],
  ) {}

  get values(): readonly Value[] {
    return this.columns.map((column) => column.readAnyway(this.raw[column.name]));
  }
}

/** Makes rows canonical. @param keyColumns the columns of the primary key */
export function canonicalRows(
  columns: readonly MovedColumn[],
  keyColumns: readonly MovedColumn[],
): (row: Row) => CanonicalRow {
  const slowly = (row: Row) => {
    const unfit: Unfit[] = [];
    const texts = columns.map((column) => {
      try {
        return textOf(column, column.read(row[column.name]));
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        unfit.push(error);
        return textOf(column, column.readAnyway(row[column.name]));
      }
    });
    const key = keyColumns.map((column) => column.readAnyway(row[column.name]));
    return new ReadRow(row, key, `${texts.join('\t')}\n`, unfit, columns);
  };
  // Of each column its place in the key, if it has one.
  const places = columns.map((column) => keyColumns.indexOf(column));
  // Joined at once: text that grows piece by piece is kept in pieces.
  const texts = columns.map(() => '');
  return (row) => {
    const key: Value[] = keyColumns.map(() => null);
    try {
      for (let at = 0; at < columns.length; at += 1) {
        const column = columns[at] as MovedColumn;
        const value = column.read(row[column.name]);
        const place = places[at] ?? -1;
        if (place >= 0) key[place] = value;
        texts[at] = textOf(column, value);
      }
    } catch (error) {
      if (error instanceof Unfit) return slowly(row);
      throw error;
    }
    return new ReadRow(row, key, `${texts.join('\t')}\n`, NONE, columns);
  };
}

const textOf = (column: MovedColumn, value: Value) => (value === null ? '\\N' : column.text(value));

export function compareKeys(a: Key, b: Key): number {
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? null;
    const order =
      typeof value === 'number' && typeof other === 'number'
        ? value - other
        : byCodePoint(String(value), String(other));
    if (order !== 0) return order;
  }
  return 0;
}

/** How many of these rows, which are in the order of their keys, come up to a key and with it. */
export function countUpTo(rows: readonly CanonicalRow[], key: Key): number {
  let [there, beyond] = [0, rows.length];
  while (there < beyond) {
    const middle = Math.floor((there + beyond) / 2);
    const row = rows[middle];
    if (row && compareKeys(row.key, key) <= 0) there = middle + 1;
    else beyond = middle;
  }
  return there;
}

/** What rows of the source and of the target, each in the order of their keys, differ in. */
export interface Difference {
  readonly missing: readonly CanonicalRow[];
  readonly changed: readonly CanonicalRow[];
  /** The target's rows that the source has not. */
  readonly surplus: readonly Pick<CanonicalRow, 'key'>[];
}

export const NO_DIFFERENCE: Difference = { missing: [], changed: [], surplus: [] };

export function difference(source: readonly CanonicalRow[], target: readonly CanonicalRow[]): Difference {
  if (target.length === 0) return { missing: source, changed: [], surplus: [] };
  const missing: CanonicalRow[] = [];
  const changed: CanonicalRow[] = [];
  const surplus: CanonicalRow[] = [];
  let at = 0;
  for (const row of source) {
    for (let other = target[at]; other && compareKeys(other.key, row.key) < 0; other = target[at]) {
      surplus.push(other);
      at += 1;
    }
    const same = target[at];
    if (!same || compareKeys(same.key, row.key) !== 0) missing.push(row);
    else {
      at += 1;
      if (same.text !== row.text) changed.push(row);
    }
  }
  surplus.push(...target.slice(at));
  return { missing, changed, surplus };
}
