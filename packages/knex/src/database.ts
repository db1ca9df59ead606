import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ConflictError,
  DuplicateError,
  InvalidError,
  MissingReferenceError,
  StillReferencedError,
  UnavailableError,
  type JanusError,
  type UnitOfWork,
} from '@janus/core';
import type { Knex } from 'knex';
import { knexFor, type UserParams } from './config.js';
import type { Attempt, Dialect, Row } from './dialects/dialect.js';
import { dialectOf } from './dialects/index.js';
import { guard } from './migrations.js';

// SQLite binds up to 32,766 values to a statement, PostgreSQL and MySQL 65,535; and a VALUES list of a few hundred rows is
// as fast as any longer one.
const BINDINGS_PER_STATEMENT = 30_000;
const ROWS_PER_STATEMENT = 500;

// MariaDB takes 16 MiB at once if nobody says otherwise; a character may be four bytes, or two and a backslash.
const TEXT_PER_STATEMENT = 2 ** 21;

/** How often work is tried again after another overtook it. */
const RETRIES = 5;

/** What is known of a statement before it fails. */
type Statement = Omit<Attempt, 'ask'>;

/** The errors that say which rule a statement broke. */
const RULES = [DuplicateError, MissingReferenceError, StillReferencedError, InvalidError];

const READING: Statement = { table: null, rows: [], target: null };

/** A transaction or savepoint, and the end of the line of those who want to use it. */
interface Scope {
  readonly transaction: Knex.Transaction;
  readonly outer: Scope | undefined;
  last: Promise<unknown>;
  /** Why nothing more can be done in it. */
  lost?: JanusError;
}

/** A database that is open: runs the repositories' statements, in the unit of work they are called in. */
export class Database implements UnitOfWork {
  readonly #scopes = new AsyncLocalStorage<Scope>();

  private constructor(
    /** Builds statements; its events and its pool are the application's to use. Statements of its own join no unit of work. */
    readonly knex: Knex,
    readonly dialect: Dialect,
  ) {}

  /**
   * Opens the database of a URL, such as `sqlite:instance/image_processing.db` or `postgres://user:password@host/name`.
   * @throws InvalidError when the URL's scheme is not known
   * @throws UnavailableError when it does not answer, or its driver is not installed
   */
  static async open(url: string): Promise<Database> {
    const dialect = dialectOf(url);
    const database = new Database(knexFor(dialect, url), dialect);
    try {
      await database.rows(database.knex.select(database.knex.raw('1 as one')));
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** The database of a Knex that Janus configured, such as the one a seed is given. It is closed by whoever made it. */
  static of(knex: Knex): Database {
    const { janusUrl } = knex.userParams as UserParams;
    return new Database(knex, dialectOf(janusUrl));
  }

  /**
   * Brings the schema up to date, and returns the names of the migrations that ran.
   * @throws UnavailableError when the tables are another application's, a migration was edited after it ran, or another process
   * migrates
   */
  async migrate(): Promise<readonly string[]> {
    const connection: unknown = await this.knex.client.acquireConnection();
    try {
      await guard(this.dialect, (sql) => this.dialect.query(connection, sql));
    } finally {
      await this.knex.client.releaseConnection(connection);
    }
    try {
      const [, ran] = (await this.knex.migrate.latest()) as [number, string[]];
      return ran;
    } catch (error) {
      if (error instanceof Error && error.name === 'MigrationLocked') {
        const advice = 'another process migrates; if none does, one was killed: npx knex migrate:unlock';
        throw new UnavailableError('migrations locked', advice);
      }
      throw await this.#failure(error, READING, this.knex);
    }
  }

  /** Closes every connection. Call it when nothing runs any more. */
  async close(): Promise<void> {
    await this.knex.destroy();
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const outer = this.#scopes.getStore();
    let thrown: { readonly error: unknown } | undefined;
    const inside = async (transaction: Knex.Transaction) => {
      const scope: Scope = { transaction, outer, last: Promise.resolve() };
      try {
        const result = await this.#scopes.run(scope, work);
        if (scope.lost) throw scope.lost;
        return result;
      } catch (error) {
        thrown = { error };
        throw error;
      }
    };
    try {
      const result = await (outer
        ? inTurn(outer, async () => outer.transaction.transaction(inside))
        : this.knex.transaction(inside));
      // Knex takes a transaction whose work threw undefined for one that was rolled back on purpose.
      if (!thrown) return result;
    } catch (error) {
      // What the work threw is its caller's; only the beginning and the end of the transaction are the database's.
      if (!thrown) throw await this.#failure(error, READING, this.knex);
    }
    throw thrown.error;
  }

  /**
   * As `run`, and again while what another did in between breaks one of these rules or (outside any unit of work) stands in
   * the way. For work that looks first, and writes by what it found.
   */
  async runUntilSettled<Result>(rules: readonly string[], work: () => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.run(work);
      } catch (error) {
        const overtaken =
          error instanceof DuplicateError || error instanceof MissingReferenceError
            ? rules.includes(error.rule)
            : // A deadlock undoes the whole of the unit of work that this may be a part of.
              error instanceof ConflictError && !this.#scopes.getStore();
        if (!overtaken || retries === RETRIES) throw error;
      }
    }
  }

  /** The rows that a query finds. */
  async rows(query: Knex.QueryBuilder): Promise<readonly Row[]> {
    return this.#execute<Row[]>(query, null);
  }

  /** The one row that a query finds, or null. */
  async row(query: Knex.QueryBuilder): Promise<Row | null> {
    return (await this.rows(query.limit(1)))[0] ?? null;
  }

  /** Inserts rows, each with the same columns; many take several statements. */
  async insert(table: string, rows: readonly Row[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const most = Math.min(ROWS_PER_STATEMENT, Math.floor(BINDINGS_PER_STATEMENT / Object.keys(first).length));
    let chunk: Row[] = [];
    let length = 0;
    const write = async () => {
      if (chunk.length > 0) await this.#execute(this.knex(table).insert(chunk), { table, rows: chunk, target: null });
      chunk = [];
      length = 0;
    };
    for (const row of rows) {
      const more = Object.values(row).reduce<number>(
        (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
        0,
      );
      if (chunk.length === most || length + more > TEXT_PER_STATEMENT) await write();
      chunk.push(row);
      length += more;
    }
    await write();
  }

  /** Updates the rows that a query finds, and returns how many those were, also where nothing in them changed. */
  async update(table: string, values: Row, query: Knex.QueryBuilder): Promise<number> {
    return this.#execute<number>(query.clone().update(values), { table, rows: [values], target: query });
  }

  /** Deletes the rows of a table that have these values, and returns how many those were. */
  async delete(table: string, values: Row): Promise<number> {
    return this.deleteWhere(table, this.knex(table).where(values));
  }

  /** Deletes the rows of a table that a query finds, and returns how many those were. */
  async deleteWhere(table: string, query: Knex.QueryBuilder): Promise<number> {
    return this.#execute<number>(query.clone().delete(), { table, rows: [], target: query });
  }

  /** Runs a statement where it belongs: in the unit of work it is called in, or by itself. */
  async #execute<Result>(query: Knex.QueryBuilder, written: Statement | null): Promise<Result> {
    const scope = this.#scopes.getStore();
    const on = async (transaction: Knex.Transaction): Promise<Result> => query.transacting(transaction);
    const run = async (): Promise<Result> => {
      if (scope?.lost) throw scope.lost;
      try {
        if (!scope) return (await query) as Result;
        return await (written ? this.dialect.attempt(scope.transaction, on) : on(scope.transaction));
      } catch (error) {
        const failure = await this.#failure(error, written ?? READING, scope?.transaction ?? this.knex);
        // A rule that was broken leaves the transaction as it was before the statement. After anything else, it depends on the
        // database whether all of it, some of it, or nothing is undone: on none is anything more to be done in it.
        if (!RULES.some((rule) => failure instanceof rule)) {
          for (let unit = scope; unit; unit = unit.outer) unit.lost = failure;
        }
        throw failure;
      }
    };
    return scope ? inTurn(scope, run) : run();
  }

  /** What a driver's error means, in core's words. */
  async #failure(error: unknown, about: Statement, on: Knex): Promise<JanusError> {
    return this.dialect.failure(error, {
      ...about,
      // Wrapped in a query of Knex's own, whose answer has the same form on every driver.
      ask: async (sql, bindings) => on.select<Row[]>('*').from(on.raw(`(${sql}) as asked`, [...bindings])),
    });
  }
}

/**
 * Runs something when all that was there before is done. The statements of one transaction share its connection: without
 * turns, one of two at once could run inside the other's savepoint, and be undone with it.
 */
async function inTurn<Result>(scope: Scope, work: () => Promise<Result>): Promise<Result> {
  const turn = scope.last.then(work);
  scope.last = turn.catch(() => undefined);
  return turn;
}
