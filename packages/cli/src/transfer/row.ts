import { byCodePoint, type Row } from '@janus/knex/tables';
import { Unfit, type MovedColumn, type Value } from './column.js';

/** A row in its canonical form. */
export interface CanonicalRow {
  /** In the order of the columns. */
  readonly values: readonly Value[];
  readonly key: Key;
  /** All of it: equal for rows that mean the same, and for no others. */
  readonly text: string;
  /** What in it the target would refuse. */
  readonly unfit: readonly Unfit[];
}

/** The values of a row's primary key. */
export type Key = readonly Value[];

const NONE: readonly Unfit[] = [];

/** Makes rows canonical. @param keyAt the places of the key among the columns */
export function canonicalRows(columns: readonly MovedColumn[], keyAt: readonly number[]): (row: Row) => CanonicalRow {
  const rowOf = (values: readonly Value[], unfit: readonly Unfit[]): CanonicalRow => ({
    values,
    key: keyAt.map((at) => values[at] ?? null),
    text: lineOf(columns, values),
    unfit,
  });
  const slowly = (row: Row) => {
    const unfit: Unfit[] = [];
    const values = columns.map((column) => {
      try {
        return column.read(row[column.name]);
      } catch (error) {
        if (!(error instanceof Unfit)) throw error;
        unfit.push(error);
        return column.readAnyway(row[column.name]);
      }
    });
    return rowOf(values, unfit);
  };
  return (row) => {
    const values: Value[] = [];
    try {
      for (const column of columns) values.push(column.read(row[column.name]));
    } catch (error) {
      if (error instanceof Unfit) return slowly(row);
      throw error;
    }
    return rowOf(values, NONE);
  };
}

/** As COPY of PostgreSQL writes it. */
function lineOf(columns: readonly MovedColumn[], values: readonly Value[]): string {
  let text = '';
  for (const [at, column] of columns.entries()) {
    const value = values[at] ?? null;
    text += value === null ? '\\N' : column.text(value);
    text += at < columns.length - 1 ? '\t' : '\n';
  }
  return text;
}

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
