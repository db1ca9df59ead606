import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import type { Answer, Migration } from './dialect.js';
import type { KnexQuery } from './mysql-client.js';

/** Which statements of an unfinished migration have run, and what each answered. */
export const STEPS = 'janus_migration_steps';

/** No transaction is kept over statements here: each is kept by itself. */
const TRANSACTION = /^(?:begin|start transaction|commit|rollback|savepoint|release)\b/i;
/** What is said about a connection is said again on another. */
const SESSION = /^set\b/i;
const TEMPORARY = /^create temporary\b/i;
const SCHEMA = /^(?:create|alter|drop|rename|truncate)\b/i;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The number of the table's next row is no part of its definition. */
const withoutCounter = (definition: string) => definition.replace(/ AUTO_INCREMENT=\d+/, '');

/** What a statement answers that changes the schema. */
const NOTHING = { affectedRows: 0 };

/** A statement of the migration that was begun. */
interface Step {
  readonly statement: string;
  /** A digest of how the tables that it speaks of were before it; empty for a statement that changes none. */
  readonly before: string;
  /** What it answered; null for one that changes the schema, of which it is not known whether it has run if it is the last. */
  readonly answer: Buffer | null;
}

type Ask = (sql: string, bindings?: readonly Knex.Value[]) => Promise<Answer>;
type Run = () => Promise<KnexQuery>;

/**
 * Runs a migration where statements that change the schema commit by themselves. Each statement is noted with its answer. When a
 * migration that was killed is run again, those that have run are not: they answer what they answered, so that it goes the way
 * it went, to where it was. One that reads or changes rows is noted in its own transaction. One that changes the schema cannot
 * be: of one that was under way when the process was killed, its tables tell whether it has run.
 */
export class MysqlJournal {
  readonly #steps = new Map<number, Step>();
  #position = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    /** Runs a statement on the migration's connection, past the journal. */
    private readonly ask: Ask,
    readonly migration: Migration,
  ) {}

  async open(): Promise<void> {
    await this.ask(
      `create table if not exists ${STEPS} (migration varchar(255), direction varchar(4), position int,
       statement varchar(64) not null, before_it varchar(64) not null, answer longblob,
       primary key (migration, direction, position))`,
    );
    const { rows } = await this.ask(
      `select position, statement, before_it, answer from ${STEPS} where migration = ? and direction = ?`,
      this.#key,
    );
    for (const { position, statement, before_it: before, answer } of rows) {
      this.#steps.set(Number(position), {
        statement: String(statement),
        before: String(before),
        answer: answer as Buffer | null,
      });
    }
  }

  /** Forgets the statements of a migration that is finished. */
  async close(): Promise<void> {
    await this.ask(`delete from ${STEPS} where migration = ? and direction = ?`, this.#key);
  }

  get #key(): readonly [string, string] {
    return [this.migration.name, this.migration.direction];
  }

  /** Runs a statement of the migration, after those before it, if it has not run yet. @param send runs it */
  async run(query: KnexQuery, send: Run): Promise<KnexQuery> {
    const turn = this.#last.then(async () => this.#run(query, send));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run(query: KnexQuery, send: Run): Promise<KnexQuery> {
    const sql = query.sql.trim();
    if (TRANSACTION.test(sql)) return answered(query, NOTHING);
    if (SESSION.test(sql)) return send();
    // It would be gone when the migration is run again without the statements that filled it.
    if (TEMPORARY.test(sql)) throw new Error('a migration cannot have a temporary table');

    const position = (this.#position += 1);
    const begun = this.#steps.get(position);
    if (begun && begun.statement !== sha256(sql)) {
      const advice = `the migration ${this.migration.name} was edited after it ran half-way here; put it back as it was, and run it again`;
      throw new UnavailableError('edited migration', advice);
    }
    if (begun?.answer) return answered(query, deserialize(begun.answer));
    if (begun && position < this.#steps.size) return answered(query, NOTHING);
    if (SCHEMA.test(sql)) return this.#changeSchema(position, begun, query, send);
    return this.#inTurn(async () => {
      const done = await send();
      await this.#note(position, sql, '', done);
      return done;
    });
  }

  async #changeSchema(position: number, begun: Step | undefined, query: KnexQuery, send: Run): Promise<KnexQuery> {
    const { sql } = query;
    const now = await this.#tablesOf(sql);
    if (begun && begun.before !== now) return answered(query, NOTHING);
    await this.#inTurn(async () => {
      if (!begun) await this.#note(position, sql, now, null);
    });
    try {
      await send();
    } catch (error) {
      // Whoever was killed may have left it to the server, which has finished it meanwhile.
      if (begun && (await this.#tablesOf(sql)) !== now) return answered(query, NOTHING);
      await this.ask(`delete from ${STEPS} where migration = ? and direction = ? and position = ?`, [
        ...this.#key,
        position,
      ]);
      throw error;
    }
    // That it has run is said by the next that is noted.
    return answered(query, NOTHING);
  }

  /** Does something in a transaction, in which nobody can take over. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.ask('BEGIN');
    try {
      const { sql, bindings } = this.migration.renewal;
      this.migration.renewed((await this.ask(sql, bindings)).changes);
      const result = await work();
      await this.ask('COMMIT');
      return result;
    } catch (error) {
      try {
        await this.ask('ROLLBACK');
      } catch {
        // The connection is lost, and the transaction with it.
      }
      throw error;
    }
  }

  async #note(position: number, sql: string, before: string, done: KnexQuery | null): Promise<void> {
    const answer = done && serialize((done.response as readonly unknown[])[0]);
    await this.ask(`insert into ${STEPS} values (?, ?, ?, ?, ?, ?)`, [
      ...this.#key,
      position,
      sha256(sql.trim()),
      before,
      answer,
    ]);
  }

  /** A digest of all tables and views that a statement may speak of, as they are now. */
  async #tablesOf(sql: string): Promise<string> {
    const words = [...new Set(sql.match(/[\w$]+/g))];
    const some = words.map(() => '?').join(', ');
    const tables = await this.ask(
      `select table_name as name from information_schema.tables
       where table_schema = database() and table_name in (${some}) order by table_name`,
      words,
    );
    const triggers = await this.ask(
      `select trigger_name as name, action_statement as statement from information_schema.triggers
       where trigger_schema = database() and event_object_table in (${some}) order by trigger_name`,
      words,
    );
    const definitions: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await this.ask(`show create table \`${String(name)}\``);
      definitions.push(withoutCounter(JSON.stringify(rows)));
    }
    return sha256(JSON.stringify([definitions, triggers.rows]));
  }
}

/** A statement that has run, as the driver would answer it. */
function answered(query: KnexQuery, answer: unknown): KnexQuery {
  return Object.assign(query, { response: [answer, undefined] });
}
