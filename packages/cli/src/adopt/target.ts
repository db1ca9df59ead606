import { DuplicateError, InvalidError, JanusError, MissingReferenceError, type Id, type JsonObject } from '@janus/core';
import type { Database } from '@janus/knex';
import { id as idOf, json, TABLES, type Row } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import type { Made } from './adoption.js';

/** How many ids are looked up at once: always as many, so that one statement serves all. */
const LISTED = 256;

/** What a row breaks. */
export type Broken = DuplicateError | InvalidError | MissingReferenceError;

const isBroken = (error: unknown): error is Broken =>
  error instanceof DuplicateError || error instanceof InvalidError || error instanceof MissingReferenceError;

/** The database that rows are taken over into. */
export class Target {
  constructor(readonly database: Database) {}

  /** Those of some ids that a table has. */
  async there(table: string, ids: readonly Id<string>[]): Promise<ReadonlySet<string>> {
    return new Set((await this.#find(table, ['id'], ids)).map((row) => idOf(row['id'])));
  }

  /** What log entries say of the rows that something came from, by their ids. */
  async origins(ids: readonly Id<'log'>[]): Promise<ReadonlyMap<string, JsonObject>> {
    const found = new Map<string, JsonObject>();
    for (const row of await this.#find('logs', ['id', 'metadata'], ids)) {
      const { prototype } = json(row['metadata']) as { readonly prototype?: JsonObject };
      if (prototype) found.set(idOf(row['id']), prototype);
    }
    return found;
  }

  async #find(table: string, columns: readonly string[], ids: readonly Id<string>[]): Promise<readonly Row[]> {
    const found: Row[] = [];
    const { knex, dialect } = this.database;
    for (let start = 0; start < ids.length; start += LISTED) {
      const some = ids.slice(start, start + LISTED);
      const keys = Array.from({ length: LISTED }, (_, at) =>
        dialect.idValue(some[Math.min(at, some.length - 1)] ?? ''),
      );
      const rows = await this.run(async () =>
        this.database.rows(`adopt.find ${table} ${columns.join()}`, { keys }, (given) =>
          knex(table)
            .select([...columns])
            .whereIn('id', given.keys),
        ),
      );
      found.push(...rows);
    }
    return found;
  }

  /** Writes what some rows became, each whole or not at all, and says of each what it breaks, or null. */
  async write(rows: readonly (readonly Made[])[]): Promise<readonly (Broken | null)[]> {
    try {
      await this.#insert(rows.flat());
      return rows.map(() => null);
    } catch (error) {
      if (!isBroken(error)) throw error;
      if (rows.length === 1) return [error];
    }
    // The earlier half first: of two that cannot both be, the first is taken.
    const half = Math.ceil(rows.length / 2);
    return [...(await this.write(rows.slice(0, half))), ...(await this.write(rows.slice(half)))];
  }

  /** @throws CannotRunError when the database cannot do it */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof JanusError && !isBroken(error))
        throw new CannotRunError(`the target: ${error.message}`, { cause: error });
      throw error;
    }
  }

  async #insert(made: readonly Made[]): Promise<void> {
    await this.run(async () =>
      this.database.runUntilSettled([], async () => {
        for (const table of TABLES) {
          const rows = made.filter((one) => one.table === table).map(({ row }) => row);
          if (rows.length > 0) await this.database.insert(table, rows);
        }
      }),
    );
  }
}
