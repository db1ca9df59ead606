import type { Cursor, Page } from '@janus/core';
import { decodeCursor, encodeCursor } from '@janus/core/adapter';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';

type PlaceRule<Place> = Parameters<typeof decodeCursor<Place>>[2];

/** The place in a query's answer that a page request begins after; null for the first page. */
export function placeOf<Place>(
  after: Cursor | null | undefined,
  query: unknown,
  place: PlaceRule<Place>,
): Place | null {
  return after === null || after === undefined ? null : decodeCursor(after, query, place);
}

/** A page of what was found, of which one more than the limit was asked for to know whether there is a next. */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  query: unknown,
  place: (last: Item) => readonly (string | number | null)[],
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? encodeCursor(query, place(last)) : null };
}

/**
 * A page of rows by an id, newest first.
 * @param name what the query is, for its cursors
 */
export async function newestFirst<Item>(
  database: Database,
  query: Knex.QueryBuilder,
  { limit, after }: { readonly limit: number; readonly after?: Cursor | null | undefined },
  name: unknown,
  rows: {
    readonly column: string;
    readonly place: PlaceRule<readonly [string]>;
    readonly item: (row: Row) => Item;
    readonly id: (item: Item) => string;
  },
): Promise<Page<Item>> {
  const place = placeOf(after, name, rows.place);
  if (place) query.where(rows.column, '<', database.dialect.idValue(place[0]));
  const found = await database.rows(query.orderBy(rows.column, 'desc').limit(limit + 1));
  return pageOf(found.map(rows.item), limit, name, (last) => [rows.id(last)]);
}
