import { DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Database } from '@janus/knex';
import type { Row } from '@janus/knex/tables';
import type { Knex } from 'knex';
import type { MovedColumn, Value } from './column.js';
import type { CanonicalRow, Difference, Key } from './row.js';
import type { Side } from './side.js';
import { writtenKey } from './span.js';
import type { MovedReference, MovedTable } from './table.js';

/** How often the unique values of other rows are taken from them: others that are being written may get them meanwhile. */
const PATIENCE = 5;

/** How many values a list in a statement has at most. */
const LISTED = 256;

/** What was not as it was expected, and what has to be looked at again for it. */
export interface Aftermath {
  /** Rows of this table whose unique values others got: theirs are yet to come. */
  readonly parked: readonly Key[];
  /** Rows of other tables that were referred to and are not there yet. */
  readonly awaited: readonly { readonly table: string; readonly key: Key }[];
}

/** Makes the target's rows what the source's are. */
export class Writer {
  constructor(
    private readonly table: MovedTable,
    private readonly target: Side,
  ) {}

  /**
   * Writes all of a difference in one transaction, but for rows that refer to what is not there, and rows that cannot be deleted
   * yet because others refer to them.
   * @param remove whether the surplus goes
   */
  async write({ missing, changed, surplus }: Difference, remove: boolean): Promise<Aftermath> {
    let work = { missing, changed, surplus: remove ? surplus : [] };
    let duplicates = 0;
    const awaited: Aftermath['awaited'][number][] = [];
    for (;;) {
      try {
        return { parked: await this.#attempt(work, duplicates > 0), awaited };
      } catch (error) {
        const rule = error instanceof Error ? error.cause : undefined;
        if (rule instanceof DuplicateError && duplicates < PATIENCE) duplicates += 1;
        else if (rule instanceof StillReferencedError && work.surplus.length > 0) work = { ...work, surplus: [] };
        else if (rule instanceof MissingReferenceError) {
          const absent = await this.#absent([...work.missing, ...work.changed]);
          if (absent.length === 0) throw error;
          awaited.push(...absent.map(({ table, key }) => ({ table, key })));
          const gone = new Set(absent.map(({ at, key }) => `${at} ${String(key[0])}`));
          const places = [...new Set(absent.map(({ at }) => at))];
          const whole = (rows: readonly CanonicalRow[]) =>
            rows.filter(({ values }) => !places.some((at) => gone.has(`${at} ${String(values[at])}`)));
          work = { ...work, missing: whole(work.missing), changed: whole(work.changed) };
        } else throw error;
      }
    }
  }

  async #attempt({ missing, changed, surplus }: Difference, park: boolean): Promise<readonly Key[]> {
    const work = async (database: Database) => {
      await this.#delete(database, surplus);
      const parked = park ? await this.#park(database, [...missing, ...changed]) : [];
      for (const row of changed) await this.#update(database, row);
      await database.insert(
        this.table.name,
        missing.map(({ values }) => this.#written(database, values)),
      );
      return parked;
    };
    // Another transaction of this very transfer may be in the way.
    return this.target.do(async (database) => database.runUntilSettled([], async () => work(database)));
  }

  async #delete(database: Database, rows: Difference['surplus']): Promise<void> {
    const { name, key } = this.table;
    const [first] = key;
    for (const some of lists(rows)) {
      const keys = some.map((row) => writtenKey(this.table, database, row.key));
      const values = { keys: key.length === 1 ? keys.flat() : keys };
      await database.deleteWhere(`transfer.delete ${name}`, name, values, (given) =>
        key.length === 1
          ? database.knex(name).whereIn(first?.name ?? '', given.keys as Knex.Value[])
          : database.knex(name).whereIn(
              key.map((column) => column.name),
              given.keys as Knex.Value[][],
            ),
      );
    }
  }

  async #update(database: Database, row: CanonicalRow): Promise<void> {
    const { name, key } = this.table;
    const written = this.#written(database, row.values);
    const keyNames = key.map((column) => column.name);
    const pick = (wanted: boolean) =>
      Object.fromEntries(Object.entries(written).filter(([column]) => keyNames.includes(column) === wanted));
    await database.update(`transfer.update ${name}`, name, pick(false), pick(true), (given) =>
      database.knex(name).where(given),
    );
  }

  /** Gives the rows that have the unique values of others a value that nobody has, in their place. */
  async #park(database: Database, rows: readonly CanonicalRow[]): Promise<readonly Key[]> {
    const parked: Key[] = [];
    for (const unique of this.table.uniques) {
      const last = unique.at(-1);
      if (!last) continue;
      for (const some of lists(rows)) {
        const owners = new Map(some.map((row) => [String(this.#values(row, unique)), String(row.key)]));
        for (const holder of await this.#holders(database, unique, some)) {
          if (owners.get(String(this.#values(holder, unique))) === String(holder.key)) continue;
          const place = `parked ${holder.key.join(' ')}`;
          const at = Object.fromEntries(
            writtenKey(this.table, database, holder.key).map((value, index) => [this.table.key[index]?.name, value]),
          );
          await database.update(`transfer.park ${last.name}`, this.table.name, { [last.name]: place }, at, (given) =>
            database.knex(this.table.name).where(given),
          );
          parked.push(holder.key);
        }
      }
    }
    return parked;
  }

  /** The rows of the target that have the unique values of some rows. */
  async #holders(
    database: Database,
    unique: readonly MovedColumn[],
    rows: readonly CanonicalRow[],
  ): Promise<readonly CanonicalRow[]> {
    const { name, names } = this.table;
    const wanted = rows.map((row) =>
      this.#values(row, unique).map((value, at) => unique[at]?.write(value, database) ?? null),
    );
    const columns = unique.map((column) => column.name);
    const values = { wanted: columns.length === 1 ? wanted.flat() : wanted };
    const found = await database.rows(`transfer.holders ${name} ${columns.join()}`, values, (given) =>
      columns.length === 1
        ? database
            .knex(name)
            .select(names)
            .whereIn(columns[0] ?? '', given.wanted as Knex.Value[])
        : database
            .knex(name)
            .select(names)
            .whereIn(columns, given.wanted as Knex.Value[][]),
    );
    return found.map((row) => this.table.canonical(row));
  }

  /** What the rows refer to and the target has not. */
  async #absent(rows: readonly CanonicalRow[]) {
    const found: { readonly table: string; readonly key: Key; readonly at: number }[] = [];
    for (const reference of this.table.references) {
      const at = this.table.at(reference.column);
      const keys = [...new Set(rows.map(({ values }) => values[at] ?? null))].filter((key) => key !== null);
      for (const some of lists(keys)) {
        const there = await this.#there(reference, some);
        found.push(
          ...some.filter((key) => !there.has(key)).map((key) => ({ table: reference.parent, key: [key], at })),
        );
      }
    }
    return found;
  }

  async #there({ column, parent, parentKey }: MovedReference, keys: readonly Value[]): Promise<ReadonlySet<Value>> {
    return this.target.do(async (database) => {
      const values = { keys: keys.map((key) => column.write(key, database)) };
      const rows = await database.rows(`transfer.there ${parent}`, values, (given) =>
        database.knex(parent).select(parentKey).whereIn(parentKey, given.keys),
      );
      return new Set(rows.map((row) => column.read(row[parentKey])));
    });
  }

  #values(row: CanonicalRow, columns: readonly MovedColumn[]): readonly Value[] {
    return columns.map((column) => row.values[this.table.at(column)] ?? null);
  }

  #written(database: Database, values: readonly Value[]): Row {
    const row: Record<string, unknown> = {};
    for (const [at, column] of this.table.columns.entries())
      row[column.name] = column.write(values[at] ?? null, database);
    return row;
  }
}

/** Some at a time, the last of them again until there are as many as in all other lists: one statement serves all. */
function* lists<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += LISTED) {
    const some = items.slice(start, start + LISTED);
    const last = some.at(-1);
    yield last === undefined ? some : [...some, ...Array.from({ length: LISTED - some.length }, () => last)];
  }
}
