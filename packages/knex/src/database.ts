import { inspect } from 'node:util';
import {
  DuplicateError,
  MissingReferenceError,
  UnavailableError,
  type CallOptions,
  type UnitOfWork,
  type UnitOptions,
} from '@janus/core';
import { callOptions, check } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { knexFor, type UserParams } from './config.js';
import {
  plain,
  type Answer,
  type Bound,
  type Copies,
  type Dialect,
  type Manner,
  type Row,
} from './dialects/dialect.js';
import { dialectOf } from './dialects/index.js';
import { healthOf, type Health } from './health.js';
import { latest } from './migrating.js';
import { guard, TABLES } from './migrations.js';
import { Runner, type About } from './runner.js';
import { heedless, type SlowQueries } from './slow-queries.js';
import { Statements } from './statement.js';

/** How often work is tried again after another overtook it. */
const RETRIES = 5;

/** How a database is opened. */
export interface OpenOptions extends Manner {
  readonly slow?: SlowQueries | undefined;
}

/** Something to be written, in one statement or several. */
export interface Write {
  readonly statements: readonly Bound[];
  /** What is known of one of them, and of one of its rows. */
  readonly about: (statement: number, row?: number) => About;
}

const noRows = (): About => ({ table: null, rows: [] });

const NOTHING_TO_WRITE: Write = { statements: [], about: noRows };

const rowsOf = ([answer]: readonly Answer[]): readonly Row[] => answer?.rows ?? [];

const nothing = (): void => undefined;

const rowOf = ([answer]: readonly Answer[]): Row | null => answer?.rows[0] ?? null;

/** A database that is open: runs the repositories' statements, in the unit of work they are called in. */
export class Database implements UnitOfWork {
  readonly #statements = new Statements();
  readonly #runner: Runner;
  /** What a row's version is set to, by whatever changes it. */
  readonly nextVersion: Knex.Raw;

  private constructor(
    /** Builds statements; its events and its pool are the application's to use. Statements of its own join no unit of work. */
    readonly knex: Knex,
    readonly dialect: Dialect,
    slow?: SlowQueries,
  ) {
    const { janusUrl } = knex.userParams as UserParams;
    this.nextVersion = knex.raw('version + 1');
    this.#runner = new Runner(knex, dialect, dialect.address(janusUrl), slow && heedless(slow));
  }

  /**
   * Opens the database of a URL, such as `sqlite:instance/image_processing.db` or `postgres://user:password@host/name`.
   * @param options.slow who is told of slow queries
   * @param options.existing refuses a file of SQLite's that is not there, instead of making it
   * @param options.frugal keeps little of a file of SQLite's in memory
   * @throws InvalidError when the URL's scheme is not known
   * @throws UnavailableError when it does not answer, or its driver is not installed
   */
  static async open(url: string, { slow, ...manner }: OpenOptions = {}): Promise<Database> {
    const dialect = dialectOf(url);
    const database = new Database(knexFor(dialect, url, manner), dialect, slow);
    try {
      await database.rows('open', {}, () => database.knex.select(database.knex.raw('1 as one')));
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
   * Brings the schema up to date, and returns the names of the migrations that ran. Several processes may do so at once: one
   * migrates, the others wait until it has. What was left half-way by one that was killed is finished, ten seconds after its end.
   * @throws UnavailableError when the tables are another application's, a migration was edited after it ran, a newer version of
   * Janus migrated the database, or another process has been migrating it for ten minutes
   */
  async migrate(): Promise<readonly string[]> {
    const connection: unknown = await this.knex.client.acquireConnection();
    try {
      await guard(this.dialect, (sql) => this.dialect.query(connection, sql));
    } finally {
      await this.knex.client.releaseConnection(connection);
    }
    try {
      return await latest(this.knex, this.dialect);
    } catch (error) {
      throw await this.#runner.failure(error);
    }
  }

  /**
   * Gives the space that deleted rows had (after `logs.prune`, say, or `images.purge`) back to the file system. Databases use it
   * for new rows by themselves: call this when much has been deleted for good, at a quiet time, for it writes anew what is left.
   * - SQLite: the whole file (`VACUUM`); it needs as much free space again, and nobody writes meanwhile.
   * - PostgreSQL: table by table (`VACUUM FULL`), each locked for as long as its own takes, for readers too.
   * - MySQL, MariaDB: table by table (`OPTIMIZE TABLE`), while others read and write but for two short moments.
   * @throws UnavailableError in a unit of work
   */
  async giveBackSpace({ signal }: CallOptions = {}): Promise<void> {
    if (this.inUnitOfWork) throw new UnavailableError('in a unit of work', 'space is given back outside of any');
    await this.until(signal, async () => {
      for (const statement of this.dialect.giveBack(TABLES)) await this.define(statement);
    });
  }

  /**
   * How the database is now: whether it answers, whether its tables are those of this version, what its connections do. It is
   * for a load balancer to ask, often: nothing is thrown that the database is to blame for, it takes five seconds at the most, or
   * until the signal is aborted, and is in no unit of work.
   */
  async health(options: CallOptions = {}): Promise<Health> {
    const { signal } = check(callOptions, options);
    return healthOf(this.#runner, this.dialect, signal ? [signal] : []);
  }

  /** Closes every connection. Call it when nothing runs any more. */
  async close(): Promise<void> {
    this.#runner.close();
    await this.knex.destroy();
  }

  /** What `console.log` shows of it: not the URL, which may hold a password, and which Knex keeps. */
  [inspect.custom](): string {
    return `Database { ${this.dialect.name} }`;
  }

  /** Whether what is called now is called in a unit of work. */
  get inUnitOfWork(): boolean {
    return this.#runner.inUnitOfWork;
  }

  run<Result>(work: () => Promise<Result>, options: UnitOptions = {}): Promise<Result> {
    return this.#runner.unit(work, options, { repeatable: true });
  }

  /** As `run`; the work is run again only if what it reads can be read again. */
  async runOver<Result>(
    items: Iterable<unknown> | AsyncIterable<unknown>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#runner.unit(work, {}, { repeatable: Array.isArray(items) });
  }

  async afterCommit(hook: () => void | Promise<void>): Promise<void> {
    return this.#runner.afterCommit(hook);
  }

  /** Whether anybody watches what is called. */
  get isWatched(): boolean {
    return this.#runner.isWatched;
  }

  /** Does a repository's call, until it is done or a signal is aborted. */
  call<Result>(
    repository: string,
    method: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#runner.call(repository, method, signal, work);
  }

  /** Does a part of a repository's work, until it is done or a signal is aborted. */
  async until<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    return this.#runner.until(signal, work);
  }

  /** As `run`, and again while what another did in between breaks one of these rules. For work that looks first, then writes. */
  async runUntilSettled<Result>(rules: readonly string[], work: () => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.run(work);
      } catch (error) {
        const isOfRule = error instanceof DuplicateError || error instanceof MissingReferenceError;
        const overtaken = isOfRule && rules.includes(error.rule);
        if (!overtaken || retries === RETRIES) throw error;
      }
    }
  }

  /** Runs a statement as it is, such as one that defines a table, and returns how many rows it changed. */
  async define(sql: string): Promise<number> {
    return this.write({ statements: [plain(sql)], about: noRows });
  }

  /**
   * The rows that a query finds.
   * @param name tells it from every other query, and all that its SQL depends on but which values are given
   * @param build makes the query from the values; called once for each name and shape of values
   */
  rows<Values>(name: string, values: Values, build: (values: Values) => Knex.QueryBuilder): Promise<readonly Row[]> {
    return this.#runner.run([this.#statements.bind(name, values, build)], rowsOf);
  }

  /** As `rows`, of rows that are then written: in a unit of work that only reads it is refused, also where it finds none. */
  rowsForUpdate<Values>(
    name: string,
    values: Values,
    build: (values: Values) => Knex.QueryBuilder,
  ): Promise<readonly Row[]> {
    return this.#runner.run([this.#statements.bind(name, values, build)], rowsOf, noRows);
  }

  /** The one row that a query finds, or null. */
  row<Values>(name: string, values: Values, build: (values: Values) => Knex.QueryBuilder): Promise<Row | null> {
    return this.#runner.run([this.#statements.bind(name, values, build)], rowOf);
  }

  /** A query of a table by one of its indexes. */
  from(table: string, index: string): Knex.QueryBuilder {
    return this.knex.from(this.knex.raw(this.dialect.indexed(table, index)) as unknown as string);
  }

  /** Inserts rows, each with the same columns; many take several statements. */
  insert(table: string, rows: readonly Row[]): Promise<unknown> {
    return this.write(this.insertion(table, rows));
  }

  /** Inserts rows given as lines, for a dialect that copies them. */
  async copyIn(copies: Copies, table: string, columns: readonly string[], lines: readonly Uint8Array[]): Promise<void> {
    await this.#runner.run([copies.into(table, columns, lines)], nothing, () => ({ table, rows: [] }));
  }

  /** Gives the rows that a query finds as lines, for a dialect that copies them. */
  async copyOut(
    copies: Copies,
    name: string,
    query: Knex.QueryBuilder,
    reads: (lines: Uint8Array) => void,
  ): Promise<void> {
    await this.#runner.run([copies.from(name, query.toSQL().toNative(), reads)], nothing);
  }

  /** Updates the rows of a table that a query finds, and returns how many those were, also where nothing in them changed. */
  update<Values>(
    name: string,
    table: string,
    set: Row,
    values: Values,
    target: (values: Values) => Knex.QueryBuilder,
  ): Promise<number> {
    const statement = this.#statements.bind(name, { set, values }, (given) => target(given.values).update(given.set));
    return this.write({ statements: [statement], about: () => ({ table, rows: [set], target: () => target(values) }) });
  }

  /** Deletes the rows of a table that have these values, and returns how many those were. */
  delete(table: string, values: Row): Promise<number> {
    return this.deleteWhere(`delete ${table}`, table, values, (given) => this.knex(table).where(given));
  }

  /** Deletes the rows of a table that a query finds, and returns how many those were. */
  deleteWhere<Values>(
    name: string,
    table: string,
    values: Values,
    target: (values: Values) => Knex.QueryBuilder,
  ): Promise<number> {
    const statement = this.#statements.bind(name, values, (given) => target(given).delete());
    return this.write({ statements: [statement], about: () => ({ table, rows: [], target: () => target(values) }) });
  }

  /** Rows to be inserted, each with the same columns. */
  insertion(table: string, rows: readonly Row[]): Write {
    const [first] = rows;
    if (!first) return NOTHING_TO_WRITE;
    const inserting = this.#statements.inserting(this.knex, table, first);
    const { columns } = inserting;
    const statements = this.dialect.insertion({
      table,
      columns,
      rows: rows.map(inserting.values),
      sql: (count) => inserting.sql(count),
    });
    const about = (statement: number, row?: number) => {
      if (row !== undefined) return { table, rows: rows.slice(row, row + 1) };
      const counts = statements.map(({ bindings, lines }) => (lines ? rows.length : bindings.length / columns.length));
      const start = counts.slice(0, statement).reduce((sum, count) => sum + count, 0);
      return { table, rows: rows.slice(start, start + (counts[statement] ?? 0)) };
    };
    return { statements, about };
  }

  /** Rows to be inserted by the answer to a query. */
  insertionFrom<Values>(
    name: string,
    table: string,
    columns: readonly string[],
    values: Values,
    query: (values: Values) => Knex.QueryBuilder,
  ): Write {
    const into = () => this.knex(this.knex.raw(`?? (${columns.map(() => '??').join(', ')})`, [table, ...columns]));
    const statement = this.#statements.bind(name, values, (given) => into().insert(query(given)));
    return { statements: [statement], about: () => ({ table, rows: [] }) };
  }

  /**
   * Writes all of this or, if any of it fails, nothing, and returns how many rows the last of it changed. In a unit of work
   * that has work of its own around it, only the first may break a rule: what the others wrote could not be taken back alone.
   */
  write(...writes: readonly Write[]): Promise<number> {
    const statements: Bound[] = [];
    for (const write of writes) statements.push(...write.statements);
    if (statements.length === 0) return Promise.resolve(0);
    const about = (index: number, row?: number): About => {
      let rest = index;
      for (const write of writes) {
        if (rest < write.statements.length) return write.about(rest, row);
        rest -= write.statements.length;
      }
      return noRows();
    };
    const last = writes.at(-1)?.statements.length ?? 0;
    const changed = (answers: readonly Answer[]) => {
      let changes = 0;
      for (let at = answers.length - last; at < answers.length; at += 1) changes += answers[at]?.changes ?? 0;
      return changes;
    };
    return this.#runner.run(statements, changed, about);
  }
}
