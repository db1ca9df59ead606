import { accessSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { Line } from '../writers.js';
import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';

/** Those members of Knex's client for this driver that are used here; Knex has no types for them. */
declare class KnexSqliteClient extends Knex.Client {
  _query(connection: unknown, query: { sql: string }): Promise<unknown>;
}

interface Settings {
  readonly filename: string;
  /** Whether it is refused if it is not there. */
  readonly existing?: boolean;
}

/** How long Janus's own statements wait for another process in this thread, in milliseconds. */
export const BUSY_TIMEOUT = 100;

const Client = createRequire(import.meta.url)('knex/lib/dialects/better-sqlite3/index.js') as typeof KnexSqliteClient;

/** Knex's client for better-sqlite3, which makes a new file's folder, begins a transaction as a writer, and alters any table. */
export class SqliteClient extends Client {
  /** Of those who write, Knex's own statements among them. */
  get line(): Line {
    return lineOf(this.filename);
  }

  get filename(): string {
    return (this.connectionSettings as Settings).filename;
  }

  override async acquireRawConnection(): Promise<unknown> {
    if (this.filename !== ':memory:') {
      if ((this.connectionSettings as Settings).existing) accessSync(this.filename);
      else mkdirSync(dirname(this.filename), { recursive: true });
    }
    return super.acquireRawConnection() as Promise<unknown>;
  }

  override async _query(connection: unknown, query: { sql: string }): Promise<unknown> {
    // A transaction that begins by reading and writes later fails at once, with SQLITE_BUSY_SNAPSHOT, if another has
    // written in between, however long the busy timeout is. One that begins by taking the write lock waits for its turn.
    if (query.sql === 'BEGIN;') query.sql = 'BEGIN IMMEDIATE;';
    const database = connection as BetterSqlite3.Database;
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    const ask = async () => super._query(connection, query);
    const run = async () => inTurn(this.line, database, query.sql, async () => patiently(database, ask));
    return /^ALTER TABLE "_knex_temp_alter\d+" RENAME TO/.test(query.sql) ? renaming(database, run) : run();
  }
}

const lines = new Map<string, Line>();

/** The line of those who write to a file: the same for all in this process, whatever their pool. */
function lineOf(filename: string): Line {
  // There, one connection is all there is.
  if (filename === ':memory:') return new Line();
  const path = resolve(filename);
  const line = lines.get(path) ?? new Line();
  lines.set(path, line);
  return line;
}

const leaving = new WeakMap<BetterSqlite3.Database, () => void>();

/** Runs what Knex runs itself when it is its turn to write; a transaction has it until its end. */
async function inTurn<Result>(
  line: Line,
  database: BetterSqlite3.Database,
  sql: string,
  run: () => Promise<Result>,
): Promise<Result> {
  if (!database.inTransaction && !/^\s*(?:select|pragma|explain)\b/i.test(sql)) {
    leaving.set(database, await line.enter([]));
  }
  try {
    return await run();
  } finally {
    if (!database.inTransaction) leaving.get(database)?.();
  }
}

/** Runs what Knex runs itself, which tries nothing again: it waits for another process in this thread. */
async function patiently<Result>(database: BetterSqlite3.Database, run: () => Promise<Result>): Promise<Result> {
  database.pragma('busy_timeout = 5000');
  try {
    return await run();
  } finally {
    if (database.open) database.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
  }
}

/**
 * Runs the end of Knex's way to alter a table: the new one gets the name of the old one, which was dropped just before. SQLite
 * would refuse that if another table's trigger, or a view, speaks of the table that is not there at that moment.
 */
async function renaming<Result>(database: BetterSqlite3.Database, run: () => Promise<Result>): Promise<Result> {
  database.pragma('legacy_alter_table = on');
  try {
    return await run();
  } finally {
    database.pragma('legacy_alter_table = off');
  }
}
