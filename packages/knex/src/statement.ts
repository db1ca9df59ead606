import type { Knex } from 'knex';
import { createLRU } from 'lru.min';
import type { Bound, Row } from './dialects/dialect.js';
import { valuesMaker } from './dialects/row-maker.js';

/** How many statements are kept: every shape of every query that an application uses, and a bound for one that uses all. */
const KEPT = 1_000;
/** How many for inserting different numbers of rows into one table. */
const LENGTHS_KEPT = 50;

/** A statement as Knex built it, with the places where values go, and those values that are the same at each run. */
interface Built {
  readonly sql: string;
  readonly bindings: readonly (Place | Knex.Value)[];
}

/** Stands in a query for a value that is bound when it runs. */
class Place {
  constructor(readonly index: number) {}
}

/**
 * The statements of one database, each built once with Knex and run many times.
 *
 * A query is told by its name and the shape of its values: which are given, how many each list has. For one shape the builder
 * is called once, with places instead of values; all that its SQL depends on else must be in the name.
 */
export class Statements {
  readonly #built = createLRU<string, Built>({ max: KEPT });
  /** By their table, which mostly gets rows of one kind. */
  readonly #inserting = new Map<string, Inserting>();

  /** @param build makes the query from values; it may ask which are given, and not what they are */
  bind<Values>(name: string, values: Values, build: (values: Values) => Knex.QueryBuilder): Bound {
    const given: Knex.Value[] = [];
    const key = name + shapeOf(values, given);
    let built = this.#built.get(key);
    if (!built) {
      let index = 0;
      const { sql, bindings } = build(withPlaces(values, () => new Place(index++)))
        .toSQL()
        .toNative();
      built = { sql, bindings: bindings as readonly (Place | Knex.Value)[] };
      this.#built.set(key, built);
    }
    return {
      name,
      sql: built.sql,
      bindings: built.bindings.map((value) => (value instanceof Place ? (given[value.index] ?? null) : value)),
    };
  }

  /** How rows like this one are inserted into a table. */
  inserting(knex: Knex, table: string, row: Row): Inserting {
    let inserting = this.#inserting.get(table);
    if (!inserting?.isFor(row)) this.#inserting.set(table, (inserting = new Inserting(knex, table, Object.keys(row))));
    return inserting;
  }
}

/** Inserts rows into a table that have the same columns. */
class Inserting {
  /** In Knex's own order. */
  readonly columns: readonly string[];
  /** The values of a row, in the order of the columns. */
  readonly values: (row: Row) => readonly Knex.Value[];
  readonly #sql = createLRU<number, string>({ max: LENGTHS_KEPT });

  constructor(
    private readonly knex: Knex,
    private readonly table: string,
    private readonly keys: readonly string[],
  ) {
    this.columns = keys.toSorted();
    this.values = valuesMaker(this.columns);
  }

  isFor(row: Row): boolean {
    let index = 0;
    for (const key in row) if (key !== this.keys[index++]) return false;
    return index === this.keys.length;
  }

  /** The SQL that inserts so many. */
  sql(rows: number): string {
    let sql = this.#sql.get(rows);
    if (sql === undefined) {
      const row = Object.fromEntries(this.columns.map((column) => [column, 0]));
      sql = this.knex(this.table)
        .insert(Array.from({ length: rows }, () => row))
        .toSQL()
        .toNative().sql;
      this.#sql.set(rows, sql);
    }
    return sql;
  }
}

const isBuilt = (value: object): boolean => 'isRawInstance' in value;

/** What of some values a statement's SQL depends on; the values themselves are gathered. */
function shapeOf(value: unknown, given: Knex.Value[]): string {
  if (value === undefined) return '-';
  if (value === null) return '0';
  if (value === true) return 't';
  if (value === false) return 'f';
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) {
    given.push(value as Knex.Value);
    return '?';
  }
  if (Array.isArray(value)) return `[${value.map((item) => shapeOf(item, given)).join('')}]`;
  if (isBuilt(value)) return 'r';
  let shape = '{';
  for (const key in value) shape += `${key}:${shapeOf((value as Row)[key], given)},`;
  return `${shape}}`;
}

/** The same values with a place for each that `shapeOf` gathers, in the same order. */
function withPlaces<Values>(value: Values, place: () => Place): Values {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return place() as Values;
  if (Array.isArray(value)) return value.map((item: unknown) => withPlaces(item, place)) as Values;
  if (isBuilt(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlaces(item, place)])) as Values;
}

/** A list made as long as the next power of two by its last item again, so that lists of all lengths have few shapes. */
export function padded<Item>(list: readonly Item[]): readonly Item[] {
  const last = list.at(-1);
  if (last === undefined) return list;
  let length = 1;
  while (length < list.length) length *= 2;
  if (length === list.length) return list;
  const longer = [...list];
  while (longer.length < length) longer.push(last);
  return longer;
}
