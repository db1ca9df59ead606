import type { Cursor, Page } from '@janus/core';
import { decodeCursor, encodeCursor } from '@janus/core/adapter';

export type PlaceRule<Place> = Parameters<typeof decodeCursor<Place>>[2];

/** The place in a query's answer that a page request begins after; null for the first page. */
export function placeOf<Place>(
  after: Cursor | null | undefined,
  query: unknown,
  place: PlaceRule<Place>,
): Place | null {
  return after === null || after === undefined ? null : decodeCursor(after, query, place);
}

/** A page of the rows that were found, of which one more than the limit was asked for to know whether there is a next. */
export function pageOf<Found, Item>(
  rows: readonly Found[],
  limit: number,
  item: (row: Found) => Item,
  query: unknown,
  place: (last: Item) => readonly (string | number | null)[],
): Page<Item> {
  const items = rows.slice(0, limit).map(item);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? encodeCursor(query, place(last)) : null };
}
