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
import { Connections, type Connection } from './connections.js';
import {
  StatementFailure,
  type Answer,
  type Answers,
  type Attempt,
  type Bound,
  type Dialect,
  type Row,
} from './dialects/dialect.js';
import { dialectOf } from './dialects/index.js';
import { guard } from './migrations.js';
import { Statements } from './statement.js';
import { Trace } from './trace.js';
import { Unit } from './unit.js';

/** How often work is tried again after another overtook it. */
const RETRIES = 5;

/** The errors that say which rule a statement broke. */
const RULES = [DuplicateError, MissingReferenceError, StillReferencedError, InvalidError];

/** What is known of statements before one fails. */
interface About extends Pick<Attempt, 'table' | 'rows'> {
  readonly target?: () => Knex.QueryBuilder;
}

/** Something to be written, in one statement or several. */
export interface Write {
  readonly statements: readonly Bound[];
  /** What is known of one of them, and of one of its rows. */
  readonly about: (statement: number, row?: number) => About;
}

const READING: About = { table: null, rows: [] };
const COMMIT: Bound = { sql: 'COMMIT', bindings: [] };
const ROLLBACK: Bound = { sql: 'ROLLBACK', bindings: [] };
const NOT_ROLLED_BACK = 'a transaction could not be rolled back';
const ENDED = 'it was asked for in a unit of work that has ended; await what runs inside of one';

/** A database that is open: runs the repositories' statements, in the unit of work they are called in. */
export class Database implements UnitOfWork {
  readonly #units = new AsyncLocalStorage<Unit>();
  readonly #statements = new Statements();
  readonly #connections: Connections;
  readonly #trace: Trace;
  readonly #begin: Bound;

  private constructor(
    /** Builds statements; its events and its pool are the application's to use. Statements of its own join no unit of work. */
    readonly knex: Knex,
    readonly dialect: Dialect,
  ) {
    this.#connections = new Connections(knex);
    this.#trace = new Trace(knex);
    this.#begin = { sql: dialect.begin, bindings: [] };
  }

  /**
   * Opens the database of a URL, such as `sqlite:instance/image_processing.db` or `postgres://user:password@host/name`.
   * @throws InvalidError when the URL's scheme is not known
   * @throws UnavailableError when it does not answer, or its driver is not installed
   */
  static async open(url: string): Promise<Database> {
    const dialect = dialectOf(url);
    const database = new Database(knexFor(dialect, url), dialect);
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
      throw await this.#failure(error);
    }
  }

  /** Closes every connection. Call it when nothing runs any more. */
  async close(): Promise<void> {
    this.#connections.giveBack();
    await this.knex.destroy();
  }

  /** Whether what is called now is called in a unit of work. */
  get inUnitOfWork(): boolean {
    return this.#units.getStore() !== undefined;
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const outer = this.#units.getStore();
    const unit = new Unit(outer, this.dialect.begin);
    return outer ? outer.inTurn(async () => this.#perform(unit, work)) : this.#perform(unit, work);
  }

  async #perform<Result>(unit: Unit, work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#units.run(unit, work);
      await unit.inTurn(async () => this.#keep(unit));
      return result;
    } catch (error) {
      await unit.inTurn(async () => this.#undo(unit));
      throw error;
    } finally {
      const { connection } = unit.on;
      if (connection && !unit.outer) {
        this.#connections.mark(connection, undefined);
        this.#connections.release(connection, !unit.lost);
      }
    }
  }

  async #keep(unit: Unit): Promise<void> {
    // In its turn: whoever comes after it comes too late.
    unit.ended = true;
    if (unit.lost) throw unit.lost;
    const { connection } = unit.on;
    if (!connection || !unit.begun) return;
    try {
      await this.#transmit(connection, [unit.keep]);
    } catch (error) {
      throw await this.#failure(error, connection);
    }
  }

  async #undo(unit: Unit): Promise<void> {
    unit.ended = true;
    const { connection } = unit.on;
    if (!connection || !unit.begun) return;
    try {
      await this.#transmit(connection, unit.undo);
    } catch (error) {
      this.#connections.condemn(connection, NOT_ROLLED_BACK);
      unit.lose(await this.#failure(error));
    }
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
              error instanceof ConflictError && !this.#units.getStore();
        if (!overtaken || retries === RETRIES) throw error;
      }
    }
  }

  /**
   * The rows that a query finds.
   * @param name tells it from every other query, and all that its SQL depends on but which values are given
   * @param build makes the query from the values; called once for each name and shape of values
   */
  async rows<Values>(
    name: string,
    values: Values,
    build: (values: Values) => Knex.QueryBuilder,
  ): Promise<readonly Row[]> {
    const [answer] = await this.#run([this.#statements.bind(name, values, build)]);
    return answer?.rows ?? [];
  }

  /** The one row that a query finds, or null. */
  async row<Values>(name: string, values: Values, build: (values: Values) => Knex.QueryBuilder): Promise<Row | null> {
    const [answer] = await this.#run([this.#statements.bind(name, values, build)]);
    return answer?.rows[0] ?? null;
  }

  /** A query of a table by one of its indexes. */
  from(table: string, index: string): Knex.QueryBuilder {
    return this.knex.from(this.knex.raw(this.dialect.indexed(table, index)) as unknown as string);
  }

  /** Inserts rows, each with the same columns; many take several statements. */
  async insert(table: string, rows: readonly Row[]): Promise<void> {
    await this.write(this.insertion(table, rows));
  }

  /** Updates the rows of a table that a query finds, and returns how many those were, also where nothing in them changed. */
  async update<Values>(
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
  async delete(table: string, values: Row): Promise<number> {
    return this.deleteWhere(`delete ${table}`, table, values, (given) => this.knex(table).where(given));
  }

  /** Deletes the rows of a table that a query finds, and returns how many those were. */
  async deleteWhere<Values>(
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
    const columns = Object.keys(rows[0] ?? {}).toSorted();
    const statements = this.dialect.insertion({
      table,
      columns,
      rows: rows.map((row) => columns.map((column) => row[column] as Knex.Value)),
      sql: (count) => this.#statements.insertion(this.knex, table, columns, count),
    });
    const about = (statement: number, row?: number) => {
      if (row !== undefined) return { table, rows: rows.slice(row, row + 1) };
      const counts = statements.map(({ bindings, lines }) => lines?.length ?? bindings.length / columns.length);
      const first = counts.slice(0, statement).reduce((sum, count) => sum + count, 0);
      return { table, rows: rows.slice(first, first + (counts[statement] ?? 0)) };
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
  async write(...writes: readonly Write[]): Promise<number> {
    const statements = writes.flatMap((write) => write.statements);
    if (statements.length === 0) return 0;
    const about = (index: number, row?: number): About => {
      let rest = index;
      for (const write of writes) {
        if (rest < write.statements.length) return write.about(rest, row);
        rest -= write.statements.length;
      }
      return READING;
    };
    const answers = await this.#run(statements, about);
    const last = writes.at(-1)?.statements.length ?? 0;
    return answers.slice(answers.length - last).reduce((sum, { changes }) => sum + changes, 0);
  }

  /** Runs statements where they belong: in the unit of work they are called in, or by themselves. */
  #run(statements: readonly Bound[], about?: (index: number, row?: number) => About): Promise<readonly Answer[]> {
    const unit = this.#units.getStore();
    return unit ? unit.inTurn(async () => this.#runIn(unit, statements, about)) : this.#runAlone(statements, about);
  }

  async #runIn(
    unit: Unit,
    statements: readonly Bound[],
    about?: (index: number, row?: number) => About,
  ): Promise<readonly Answer[]> {
    if (unit.lost) throw unit.lost;
    if (unit.isOver) throw new UnavailableError('unit of work ended', ENDED);
    const connection = (unit.on.connection ??= await this.#acquireFor(unit));
    const send = async (list: readonly Bound[]) => this.#transmitIn(unit, connection, list);
    try {
      return await (about ? this.dialect.attempt(send, statements) : send(statements));
    } catch (error) {
      const { index = 0, row } = error instanceof StatementFailure ? error : {};
      const failure = await this.#failure(error, connection, about?.(index, row));
      // A rule that was broken leaves the transaction as it was before the statement. After anything else, it depends on the
      // database whether all of it, some of it, or nothing is undone: on none is anything more to be done in it.
      if (!RULES.some((rule) => failure instanceof rule)) unit.lose(failure);
      // What statements before it wrote goes when this unit does.
      else if (index > 0 || (row ?? 0) > 0) unit.lost ??= failure;
      throw failure;
    }
  }

  /** As `#transmit`, and begins what has not begun yet. */
  async #transmitIn(unit: Unit, connection: Connection, statements: readonly Bound[]): Promise<readonly Answer[]> {
    const units = unit.toBegin();
    const begin = units.map((one) => one.begin);
    const begun = (count: number) => {
      for (const one of units.slice(0, count)) one.begun = true;
    };
    try {
      const sent = this.#transmit(connection, [...begin, ...statements]);
      const answers = sent instanceof Promise ? await sent : sent;
      begun(units.length);
      return answers.slice(units.length);
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      begun(error.index);
      throw new StatementFailure(error.index - units.length, error.cause, error.row);
    }
  }

  async #runAlone(
    statements: readonly Bound[],
    about?: (index: number, row?: number) => About,
  ): Promise<readonly Answer[]> {
    const acquired = this.#acquire();
    const connection = acquired instanceof Promise ? await acquired : acquired;
    const whole = statements.length > 1 || (statements[0]?.rows?.length ?? 0) > 1;
    let sound = false;
    try {
      const sent = this.#transmit(connection, whole ? [this.#begin, ...statements, COMMIT] : statements);
      const answers = sent instanceof Promise ? await sent : sent;
      sound = true;
      return whole ? answers.slice(1, -1) : answers;
    } catch (error) {
      const { index = 0, row } = error instanceof StatementFailure ? error : {};
      if (whole && index > 0) {
        try {
          await this.#transmit(connection, [ROLLBACK]);
        } catch {
          this.#connections.condemn(connection, NOT_ROLLED_BACK);
        }
      }
      throw await this.#failure(error, connection, about?.(whole ? index - 1 : index, row));
    } finally {
      this.#connections.release(connection, sound);
    }
  }

  async #acquireFor(unit: Unit): Promise<Connection> {
    const connection = await this.#acquire();
    this.#connections.mark(connection, unit.name);
    return connection;
  }

  #acquire(): Connection | Promise<Connection> {
    const acquired = this.#connections.acquire();
    if (!(acquired instanceof Promise)) return acquired;
    return acquired.catch(async (error: unknown) => {
      throw await this.#failure(error);
    });
  }

  #transmit(connection: Connection, statements: readonly Bound[]): Answers {
    return this.#trace.of(connection, statements, () => this.dialect.send(connection, statements));
  }

  /** What a driver's error means, in core's words. @param connection to ask the database more, if that may help */
  async #failure(error: unknown, connection?: Connection, about = READING): Promise<JanusError> {
    const cause = error instanceof StatementFailure ? error.cause : error;
    return this.dialect.failure(cause, {
      table: about.table,
      rows: about.rows,
      target: about.target?.() ?? null,
      ask: async (sql, bindings) => {
        const [answer] = connection ? await this.#transmit(connection, [{ sql, bindings }]) : [];
        return answer?.rows ?? [];
      },
    });
  }
}
