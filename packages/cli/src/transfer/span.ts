import type { Database } from '@janus/knex';
import type { Row } from '@janus/knex/tables';
import type { Knex } from 'knex';
import type { Key } from './row.js';
import type { MovedTable } from './table.js';

/** The rows after a key (from the first, if null), up to another and with it (to the last, if null). */
export interface Span {
  readonly after: Key | null;
  readonly upTo: Key | null;
}

/** A row's key as its own database has it. */
export type RawKey = readonly Knex.Value[];

/** What a column of the key is, or is between. */
export interface Bounds {
  readonly is?: Knex.Value | undefined;
  readonly above?: Knex.Value | undefined;
  readonly below?: Knex.Value | undefined;
  readonly upTo?: Knex.Value | undefined;
}

/** Conditions on the columns of a key, all of which an index serves. */
export type Piece = Readonly<Record<string, Bounds>>;

export const rawKey = (table: MovedTable, row: Row): RawKey => table.key.map(({ name }) => row[name] as Knex.Value);

export const writtenKey = (table: MovedTable, database: Database, key: Key): RawKey =>
  table.key.map((column, at) => column.write(key[at] ?? null, database));

const same = (a: Knex.Value | undefined, b: Knex.Value | undefined) =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;

/**
 * The parts of a span that follow one another. A key of two columns that is compared as one is not looked up by its index on
 * every database; each of its parts is.
 */
export function piecesOf(table: MovedTable, after: RawKey | null, upTo: RawKey | null): readonly Piece[] {
  const [first, second] = table.key.map(({ name }) => name);
  if (first === undefined) return [];
  const [above, aboveSecond] = after ?? [];
  const [to, toSecond] = upTo ?? [];
  if (second === undefined) return [{ [first]: { above, upTo: to } }];
  if (after && upTo && same(above, to))
    return [{ [first]: { is: to }, [second]: { above: aboveSecond, upTo: toSecond } }];
  return [
    ...(after ? [{ [first]: { is: above }, [second]: { above: aboveSecond } }] : []),
    { [first]: { above, below: to } },
    ...(upTo ? [{ [first]: { is: to }, [second]: { upTo: toSecond } }] : []),
  ];
}

/** The pieces of a span, as a database has them. */
export function piecesIn(table: MovedTable, database: Database, { after, upTo }: Span): readonly Piece[] {
  const key = (bound: Key | null) => bound && writtenKey(table, database, bound);
  return piecesOf(table, key(after), key(upTo));
}

/** Narrows a query to a piece. @param prefix of the columns, such as `child.` */
export function within(query: Knex.QueryBuilder, piece: Piece, prefix = ''): Knex.QueryBuilder {
  for (const [name, { is, above, below, upTo }] of Object.entries(piece)) {
    const column = prefix + name;
    if (is !== undefined) query.where(column, is);
    if (above !== undefined) query.where(column, '>', above);
    if (below !== undefined) query.where(column, '<', below);
    if (upTo !== undefined) query.where(column, '<=', upTo);
  }
  return query;
}
