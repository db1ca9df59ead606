import type { Cursor, Page } from '@janus/core';
import type { Knex } from 'knex';
import { id } from './columns.js';
import { between, reachOf, type Bounds, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Fragment, Row } from './dialects/dialect.js';
import { pageOf, placeOf, type PlaceRule } from './page.js';

/** A table whose rows are read by id, which is by age. */
export interface Table<Item> {
  readonly name: string;
  readonly columns: readonly string[];
  readonly id: string;
  readonly place: PlaceRule<readonly [string]>;
  readonly item: (row: Row) => Item;
  readonly idOf: (item: Item) => string;
}

/** What is asked of rows. */
export interface Asked {
  /** Columns by the value that they have, null for none. Each has an index, which goes on with the id. */
  readonly equal: Readonly<Record<string, Value | null | undefined>>;
  /** The ids, which carry an instant. */
  readonly ids: Bounds;
  /** Asked of each row. */
  readonly also?: Fragment | null;
}

const indexOf = ({ name }: { readonly name: string }, column: string) => `${name}_${column}_id_index`;

/**
 * A page of rows, newest first.
 * @param of what the query is, for its cursors
 */
export async function newestFirst<Item>(
  database: Database,
  table: Table<Item>,
  { equal, ids, also }: Asked,
  { limit, after }: { readonly limit: number; readonly after?: Cursor | null | undefined },
  of: unknown,
): Promise<Page<Item>> {
  const place = placeOf(after, of, table.place);
  const next: Bounds = place ? { '<': database.dialect.idValue(place[0]) } : {};
  const lead = await leadOf(database, table, equal, [ids, next]);
  const name = `${table.name} newest first ${lead} ${limit} ${also?.sql ?? ''}`;
  const values = { equal, ids, next, also: also?.bindings ?? [] };
  const found = await database.rows(name, values, (given) => {
    const from = lead === undefined ? database.knex(table.name) : database.from(table.name, indexOf(table, lead));
    const query = from.select(table.columns);
    for (const [column, value] of Object.entries(given.equal)) {
      if (value === undefined) continue;
      if (column === lead) query.where(column, value);
      // Written so that no database sees in it the use of an index.
      else if (value === null) query.whereRaw(`(${column} is null) is true`);
      else query.whereRaw(`(${column} = ?) is true`, [value]);
    }
    if (also) query.whereRaw(`(${also.sql}) is true`, [...given.also]);
    between(query, table.id, given.ids);
    between(query, table.id, given.next);
    return query.orderBy(table.id, 'desc').limit(limit + 1, { skipBinding: true });
  });
  return pageOf(found, limit, table.item, of, (last) => [table.idOf(last)]);
}

/** The column by whose index the rows are found soonest: of several, that whose next rows reach the farthest back. */
async function leadOf(
  database: Database,
  table: Pick<Table<unknown>, 'name' | 'id'>,
  equal: Asked['equal'],
  ranges: readonly Bounds[],
): Promise<string | undefined> {
  const columns = Object.keys(equal).filter((column) => equal[column] !== undefined);
  if (columns.length < 2) return columns[0];
  const row = await database.row(`${table.name} reach`, { equal, ranges }, (given) =>
    database.knex.select(
      ...columns.map((column) => {
        const query = database.from(table.name, indexOf(table, column));
        query.where(column, given.equal[column] as Knex.Value);
        for (const range of given.ranges) between(query, table.id, range);
        return reachOf(query.orderBy(table.id, 'desc'), table.id).as(`reach_${column}`);
      }),
    ),
  );
  const reached = (column: string) => {
    const value = row?.[`reach_${column}`] ?? null;
    return value === null ? '' : id(value);
  };
  return columns.toSorted((a, b) => (reached(a) < reached(b) ? -1 : 1))[0];
}
