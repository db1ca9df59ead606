import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { codeOf, jsonPath, type Attempt, type Dialect, type Row } from './dialect.js';
import { absent, unchecked, unexpected, type Codes } from './failure.js';

/** Those members of Knex's client for this driver that are used here; Knex has no types for them. */
declare class KnexSqliteClient extends Knex.Client {
  _query(connection: unknown, query: { sql: string }): Promise<unknown>;
}

const Client = createRequire(import.meta.url)('knex/lib/dialects/better-sqlite3/index.js') as typeof KnexSqliteClient;

class SqliteClient extends Client {
  override acquireRawConnection(): Promise<unknown> {
    const { filename } = this.connectionSettings as { filename: string };
    if (filename !== ':memory:') mkdirSync(dirname(filename), { recursive: true });
    return super.acquireRawConnection() as Promise<unknown>;
  }

  override _query(connection: unknown, query: { sql: string }): Promise<unknown> {
    // A transaction that begins by reading and writes later fails at once, with SQLITE_BUSY_SNAPSHOT, if another has
    // written in between, however long the busy timeout is. One that begins by taking the write lock waits for its turn.
    if (query.sql === 'BEGIN;') query.sql = 'BEGIN IMMEDIATE;';
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    return super._query(connection, query);
  }
}

const CODES: Codes = {
  conflict: ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED'],
  timeout: ['SQLITE_BUSY_TIMEOUT'],
  unavailable: {
    unprepared: ['SQLITE_ERROR'],
    unreachable: ['SQLITE_CANTOPEN'],
    full: ['SQLITE_FULL'],
    readonly: ['SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_READONLY_DIRECTORY'],
    foreign: ['SQLITE_NOTADB'],
  },
};

/** How many bits of a number are 1. */
function bitCount(value: unknown): number {
  let count = 0;
  for (let rest = Number(value); rest > 0; rest &= rest - 1) count += 1;
  return count;
}

/** SQLite names the columns of a broken rule, never the rule; the migrations name rules after their columns. */
const ruleOf = (columns: string) => {
  const names = columns.split(', ').map((column) => column.split('.'));
  return [names[0]?.[0], ...names.map(([, column]) => column), 'unique'].join('_');
};

/** SQLite does not say which reference is broken: look for it. */
async function missingReference({ table, rows, ask }: Attempt): Promise<MissingReferenceError> {
  const references = await ask(
    'select "table" as parent, "from" as child, "to" as target from pragma_foreign_key_list(?)',
    [table],
  );
  for (const { parent, child, target } of references) {
    const values = [...new Set(rows.map((row) => row[String(child)]))].filter(
      (value) => value !== null && value !== undefined,
    );
    for (const value of values) {
      const found = await ask(`select 1 from "${String(parent)}" where "${String(target)}" = ?`, [value as Knex.Value]);
      if (found.length === 0) return new MissingReferenceError(`${table}_${String(child)}_foreign`);
    }
  }
  return new MissingReferenceError(`${table}_foreign`);
}

async function stillReferenced({ table, rows, ask }: Attempt): Promise<StillReferencedError> {
  const references = await ask(
    `select m.name as child_table, f."from" as child, f."to" as target from sqlite_master m, pragma_foreign_key_list(m.name) f
     where m.type = 'table' and f."table" = ? and f.on_delete in ('NO ACTION', 'RESTRICT')`,
    [table],
  );
  for (const { child_table: childTable, child, target } of references) {
    for (const row of rows) {
      const found = await ask(`select 1 from "${String(childTable)}" where "${String(child)}" = ? limit 1`, [
        row[String(target)] as Knex.Value,
      ]);
      if (found.length > 0) return new StillReferencedError(`${String(childTable)}_${String(child)}_foreign`);
    }
  }
  return new StillReferencedError(`${table}_foreign`);
}

export const sqlite: Dialect = {
  name: 'sqlite',
  schemes: ['sqlite', 'file'],
  localUrl: 'sqlite:instance/image_processing.db',

  connect(url) {
    const filename = url.startsWith('file:///') ? fileURLToPath(url) : url.replace(/^(sqlite|file):(\/\/(?=\/))?/, '');
    return {
      client: SqliteClient,
      connection: { filename: filename === '' ? ':memory:' : filename },
      useNullAsDefault: true,
      // One connection: SQLite has one writer, and units of work take turns.
      pool: { min: 1, max: 1 },
    };
  },

  // eslint-disable-next-line typescript/require-await -- the others wait for a server
  async prepare(connection) {
    const database = connection as BetterSqlite3.Database;
    database.pragma('foreign_keys = on');
    database.pragma('journal_mode = wal');
    // With a write-ahead log this is safe against a crash of the process; a power cut can cost the last commits, no more.
    database.pragma('synchronous = full');
    database.pragma('busy_timeout = 10000');
    database.function('bit_count', { deterministic: true }, bitCount);
  },

  // eslint-disable-next-line typescript/require-await -- the others wait for a server
  async query(connection, sql) {
    return (connection as BetterSqlite3.Database).prepare<[], Row>(sql).all();
  },

  tableNames: "select name from sqlite_master where type = 'table'",

  idValue: (id) => id,

  failure(error, attempt) {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : '';
    // Knex puts the statement before the driver's own words.
    const detail = /constraint failed: ([^\n]*)$/.exec(message)?.[1] ?? '';
    switch (code) {
      case 'SQLITE_CONSTRAINT_UNIQUE':
      case 'SQLITE_CONSTRAINT_PRIMARYKEY':
        return new DuplicateError(ruleOf(detail));
      case 'SQLITE_CONSTRAINT_FOREIGNKEY':
        return missingReference(attempt);
      case 'SQLITE_CONSTRAINT_TRIGGER':
        return stillReferenced(attempt);
      case 'SQLITE_CONSTRAINT_NOTNULL':
        return absent(detail);
      case 'SQLITE_CONSTRAINT_CHECK':
        return unchecked(detail);
      default:
        return unexpected(error, CODES);
    }
  },

  attempt: (transaction, statement) => statement(transaction),

  async migrate(knex, migration) {
    // A table that is altered is built anew and the old one dropped: with foreign keys on, that would delete every row that
    // refers to it; and its triggers go with it.
    await knex.transaction(
      async (transaction) => {
        const schema = async (type: 'table' | 'trigger') =>
          transaction
            .select<{ name: string; tbl_name: string; sql: string }[]>()
            .from('sqlite_master')
            .where('type', type);
        const before = await schema('trigger');
        await migration(transaction);
        const there = new Set([...(await schema('trigger')), ...(await schema('table'))].map(({ name }) => name));
        for (const trigger of before) {
          if (!there.has(trigger.name) && there.has(trigger.tbl_name)) await transaction.raw(trigger.sql);
        }
      },
      { enforceForeignCheck: false } as Knex.TransactionConfig,
    );
  },

  jsonArray: (column) => `json_group_array(${column})`,

  jsonHas: (column, path) => ({ sql: `json_type(${column}, ?) is not null`, bindings: [jsonPath(path)] }),

  jsonIs(column, path, value) {
    const at = jsonPath(path);
    const typed = (types: string, ...bindings: Knex.Value[]) => ({
      sql: `json_type(${column}, ?) in (${types})${bindings.length > 0 ? ` and json_extract(${column}, ?) = ?` : ''}`,
      bindings: bindings.length > 0 ? [at, at, ...bindings] : [at],
    });
    if (value === null) return typed("'null'");
    if (typeof value === 'boolean') return typed(`'${value}'`);
    return typeof value === 'number' ? typed("'integer', 'real'", value) : typed("'text'", value);
  },

  differingBits: (column, value) => `bit_count((${column} | ${value}) - (${column} & ${value}))`,

  utcDay: (column) => `${column} / 86400000`,
};
