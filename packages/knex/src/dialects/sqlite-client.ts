import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';

/** Those members of Knex's client for this driver that are used here; Knex has no types for them. */
declare class KnexSqliteClient extends Knex.Client {
  _query(connection: unknown, query: { sql: string }): Promise<unknown>;
}

const Client = createRequire(import.meta.url)('knex/lib/dialects/better-sqlite3/index.js') as typeof KnexSqliteClient;

/** Knex's client for better-sqlite3, which makes a new file's folder, begins a transaction as a writer, and alters any table. */
export class SqliteClient extends Client {
  override acquireRawConnection(): Promise<unknown> {
    const { filename } = this.connectionSettings as { filename: string };
    if (filename !== ':memory:') mkdirSync(dirname(filename), { recursive: true });
    return super.acquireRawConnection() as Promise<unknown>;
  }

  override async _query(connection: unknown, query: { sql: string }): Promise<unknown> {
    // A transaction that begins by reading and writes later fails at once, with SQLITE_BUSY_SNAPSHOT, if another has
    // written in between, however long the busy timeout is. One that begins by taking the write lock waits for its turn.
    if (query.sql === 'BEGIN;') query.sql = 'BEGIN IMMEDIATE;';
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    const run = async () => super._query(connection, query);
    return /^ALTER TABLE "_knex_temp_alter\d+" RENAME TO/.test(query.sql)
      ? renaming(connection as BetterSqlite3.Database, run)
      : run();
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
