import { hash } from 'node:crypto';
import { z } from 'zod';
import { InvalidError } from './errors.js';
import { quick, quickly, UNSURE } from './quick.js';
import { whole } from './rules.js';

/** Where a page ended. Opaque: it belongs to the query it came from, and is refused by any other. */
export type Cursor = string;

/** One page of a list, by keyset: rows that come and go meanwhile neither repeat nor hide another. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** What to pass as `after` for the next page; null when there is none. */
  readonly next: Cursor | null;
}

export interface PageRequest {
  /** How many items at the most, 1 to 500; 50 if left out. */
  readonly limit?: number | undefined;
  /** The `next` of the page before; left out, null: the first page. */
  readonly after?: Cursor | null | undefined;
}

export const limit = whole(1, 500).default(50);
const cursorText = quickly(z.string().max(4096), (value) =>
  typeof value === 'string' && value.length <= 4096 ? value : UNSURE,
);
export const pageRequest = { limit, after: cursorText.nullish() };
export const page = z.strictObject(pageRequest);

/** The text of a query's filter and order, the same for the same query: its JSON, with the fields of objects by name. */
function canonical(query: unknown): string {
  if (typeof query !== 'object' || query === null || query instanceof Date) return JSON.stringify(query) ?? 'null';
  if (Array.isArray(query)) return `[${query.map(canonical).join(',')}]`;
  let fields = '';
  for (const field of Object.keys(query).toSorted()) {
    const value = (query as Readonly<Record<string, unknown>>)[field];
    if (value === undefined) continue;
    if (fields !== '') fields += ',';
    fields += `${JSON.stringify(field)}:${canonical(value)}`;
  }
  return `{${fields}}`;
}

const digest = (text: string) => hash('sha256', text, 'base64url').slice(0, 16);

/** Of the queries of late: one that a page goes on with is asked for twice, by the cursor that came and the one that goes. */
const digests = new WeakMap<object, string>();

function digestOf(query: unknown): string {
  if (typeof query !== 'object' || query === null) return digest(canonical(query));
  let found = digests.get(query);
  if (found === undefined) digests.set(query, (found = digest(canonical(query))));
  return found;
}

/**
 * A cursor for a place in the answer to a query: the place, and digests of it and of the query.
 * It guards against mistakes, not against the reader: what it holds is a place in an order, and grants nothing.
 */
export function encodeCursor(query: unknown, place: readonly (string | number | null)[]): Cursor {
  const body = JSON.stringify([digestOf(query), ...place]);
  return digest(body) + Buffer.from(body).toString('base64url');
}

function bodyOf(text: string): readonly unknown[] {
  try {
    const body: unknown = JSON.parse(text);
    return Array.isArray(body) ? body : [];
  } catch {
    return [];
  }
}

const changed = () => new InvalidError('after', 'cursor', 'the `next` of an earlier page, unchanged');

/**
 * The place a cursor stands for.
 * @throws InvalidError when it was truncated, changed, or made for another query
 */
export function decodeCursor<Place>(cursor: Cursor, query: unknown, place: z.ZodType<Place>): Place {
  const body = Buffer.from(cursor.slice(16), 'base64url').toString();
  // Written again, for reading base64 passes over what is none.
  if (cursor !== digest(body) + Buffer.from(body).toString('base64url')) throw changed();
  const [madeFor, ...rest] = bodyOf(body);
  if (madeFor !== digestOf(query)) {
    throw new InvalidError('after', 'query', 'the `next` of a page of this same query: same filter, same order');
  }
  const known = quick(place, rest);
  if (known !== UNSURE) return known as Place;
  const result = place.safeParse(rest);
  if (!result.success) throw changed();
  return result.data;
}
