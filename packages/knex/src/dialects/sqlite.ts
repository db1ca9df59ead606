import { fileURLToPath } from 'node:url';
import { InvalidError } from '@janus/core';
import type BetterSqlite3 from 'better-sqlite3';
import type { Knex } from 'knex';
import { createLRU } from 'lru.min';
import {
  codeOf,
  inserting,
  jsonPath,
  plain,
  PRIMARY_KEY,
  SEPARATOR,
  STATEMENTS_KEPT,
  StatementFailure,
  type Answer,
  type Bound,
  type Dialect,
  type Row,
} from './dialect.js';
import { absent, unchecked, unexpected, type Codes } from './failure.js';
import { rowMaker } from './row-maker.js';
import { sqliteCatalogue } from './sqlite-catalogue.js';
import { BUSY_TIMEOUT, SqliteClient } from './sqlite-client.js';
import { brokenReference, duplicate } from './sqlite-rules.js';

const CODES: Codes = {
  conflict: ['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY', 'SQLITE_LOCKED'],
  timeout: [],
  unavailable: {
    unprepared: ['SQLITE_ERROR'],
    unopened: ['SQLITE_CANTOPEN', 'EACCES', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS'],
    full: ['SQLITE_FULL'],
    readonly: ['SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_READONLY_DIRECTORY'],
    foreign: ['SQLITE_NOTADB'],
  },
};

/** In how many bits integers differ from as many others, which come after them. */
function differingBits(...values: readonly unknown[]): number {
  const half = values.length / 2;
  let count = 0;
  for (let index = 0; index < half; index += 1) {
    for (let rest = Number(values[index]) ^ Number(values[half + index]); rest > 0; rest &= rest - 1) count += 1;
  }
  return count;
}

/** The file of a URL: `sqlite:` and a path as it is, or a `file:` URL. */
function fileOf(url: string): string {
  try {
    if (/^file:\/\//i.test(url)) return fileURLToPath(url);
    const path = url.replace(/^(sqlite|file):(\/\/(?=\/))?/i, '');
    if (path !== '' && !path.startsWith('//')) return path;
  } catch {
    // Told below: it is the same mistake.
  }
  throw new InvalidError(
    'url',
    'format',
    'sqlite: and the path of a file, such as sqlite:instance/image_processing.db',
  );
}

const NOTHING: readonly Row[] = [];

/** A statement that is prepared, and what makes rows of what it reads. */
interface Prepared {
  readonly statement: BetterSqlite3.Statement<unknown[], unknown[]>;
  readonly row: ((values: readonly unknown[]) => Row) | null;
}

const caches = new WeakMap<BetterSqlite3.Database, ReturnType<typeof createLRU<string, Prepared>>>();

/** A statement, prepared once. SQLite prepares one again by itself when the schema has changed. */
function prepared(database: BetterSqlite3.Database, sql: string): Prepared {
  let cache = caches.get(database);
  if (!cache) caches.set(database, (cache = createLRU({ max: STATEMENTS_KEPT })));
  let found = cache.get(sql);
  if (!found) cache.set(sql, (found = prepare(database, sql)));
  return found;
}

function prepare(database: BetterSqlite3.Database, sql: string): Prepared {
  // With a bare `?` beside an indexed column, SQLite plans again at every run, to look up the value in its statistics.
  const steady = /^insert into [^(]*\([^)]*\) values/i.test(sql) ? sql : sql.replaceAll('?', '+?');
  const statement = database.prepare<unknown[], unknown[]>(steady);
  if (!statement.reader) return { statement, row: null };
  return { statement: statement.raw(), row: rowMaker(statement.columns().map(({ name }) => name)) };
}

function answerOf(
  database: BetterSqlite3.Database,
  { sql, bindings, rows }: Bound,
  failedAt: (row: number) => void,
): Answer {
  // What had no space left, SQLite has rolled back already.
  if (sql.startsWith('ROLLBACK') && !database.inTransaction) return { rows: NOTHING, changes: 0 };
  const { statement, row } = prepared(database, sql);
  if (row) return { rows: statement.all(...argumentsOf(bindings)).map(row), changes: 0 };
  if (!rows) return { rows: NOTHING, changes: statement.run(...argumentsOf(bindings)).changes };
  for (let index = 0; index < rows.length; index += 1) {
    failedAt(index);
    statement.run(...argumentsOf(rows[index] ?? []));
  }
  return { rows: NOTHING, changes: rows.length };
}

/** A call's arguments can be as many; there are 32,766 values in a statement at the most. */
const ONE_BY_ONE = 100;

/** The values as arguments for the driver, which takes them one by one in less time than as an array. */
function argumentsOf(values: readonly Knex.Value[]): readonly unknown[] {
  const stored = asStored(values);
  return stored.length <= ONE_BY_ONE ? stored : [stored];
}

/** The values as they are stored: the same array, where no instant is in it. */
function asStored(values: readonly Knex.Value[]): readonly Knex.Value[] {
  for (const value of values) if (value instanceof Date) return values.map(storedOne);
  return values;
}

const storedOne = (value: Knex.Value) => (value instanceof Date ? value.getTime() : value);

export const sqlite: Dialect = {
  name: 'sqlite',
  schemes: ['sqlite', 'file'],
  localUrl: 'sqlite:instance/image_processing.db',
  driver: 'better-sqlite3',

  connect(url, manner) {
    const filename = fileOf(url);
    return {
      client: SqliteClient,
      connection: { filename, existing: manner?.existing } as object,
      useNullAsDefault: true,
      // One writes, and the others read meanwhile. What is in memory is there for one connection alone.
      pool: { min: 1, max: filename === ':memory:' ? 1 : 4 },
    };
  },

  address: (url) => ({ system: 'sqlite', name: fileOf(url) }),

  // eslint-disable-next-line typescript/require-await -- the others wait for a server
  async prepare(connection, manner) {
    const database = connection as BetterSqlite3.Database;
    database.pragma('foreign_keys = on');
    database.pragma('journal_mode = wal');
    // With a write-ahead log this is safe against a crash of the process; a power cut can cost the last commits, no more.
    database.pragma('synchronous = full');
    // In KiB. With what it has for itself, the inner pages of every index of a hundred million images are in memory.
    database.pragma(`cache_size = ${manner?.frugal ? -4000 : -48_000}`);
    // A savepoint has a journal of its own, which would be a file.
    database.pragma('temp_store = memory');
    // How long it waits for another process to end its transaction. It waits in this thread, where nothing else runs meanwhile:
    // the rest of the waiting is done between attempts.
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT}`);
    database.function('differing_bits', { deterministic: true, varargs: true }, differingBits);
  },

  // eslint-disable-next-line typescript/require-await -- the others wait for a server
  async query(connection, sql) {
    return (connection as BetterSqlite3.Database).prepare<[], Row>(sql).all();
  },

  tableNames: "select name from sqlite_master where type in ('table', 'view')",

  catalogue: sqliteCatalogue,

  // The index of a primary key is named by SQLite. It is the first: other rules have indexes of their own names.
  indexed: (table, index) =>
    `${table} indexed by ${index === PRIMARY_KEY ? `sqlite_autoindex_${/^\w+/.exec(table)?.[0]}_1` : index}`,

  idValue: (id) => id,

  failure(error, attempt) {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : '';
    // Knex puts the statement before the driver's own words.
    const detail = /constraint failed: ([^\n]*)$/.exec(message)?.[1] ?? '';
    switch (code) {
      case 'SQLITE_CONSTRAINT_UNIQUE':
      case 'SQLITE_CONSTRAINT_PRIMARYKEY':
        return duplicate(attempt, detail);
      case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      case 'SQLITE_CONSTRAINT_TRIGGER':
        return brokenReference(attempt);
      case 'SQLITE_CONSTRAINT_NOTNULL':
        return absent(detail);
      case 'SQLITE_CONSTRAINT_CHECK':
        return unchecked(detail);
      default:
        return unexpected(error, CODES);
    }
  },

  send(connection, statements) {
    const answers: Answer[] = [];
    for (const statement of statements) {
      let row: number | undefined;
      try {
        answers.push(answerOf(connection as BetterSqlite3.Database, statement, (at) => (row = at)));
      } catch (error) {
        throw new StatementFailure(answers.length, error, row);
      }
    }
    return answers;
  },

  // A transaction that begins by reading and writes later fails at once, with SQLITE_BUSY_SNAPSHOT, if another has written in
  // between, however long the busy timeout is. One that begins by taking the write lock waits for its turn. Each is serializable.
  begin: ({ readOnly }) => [plain(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE')],

  isServer: false,
  writesAlone: true,

  writers: (knex) => (knex.client as SqliteClient).line,

  // What runs is done before anybody can interrupt it.
  interrupt: async () => Promise.resolve(),

  disconnect(connection) {
    (connection as BetterSqlite3.Database).close();
  },

  // The whole file is written anew; and then the write-ahead log, which has all of it once more, is emptied.
  giveBack: () => ['VACUUM', 'PRAGMA wal_checkpoint(TRUNCATE)'],

  lost: () => false,

  // No other transaction writes meanwhile.
  reserve: (query) => query,

  attempt: (send, statements) => send(statements),

  copies: null,

  // One row at a time is faster than a longer statement: nothing is waited for in between.
  insertion: ({ table, rows, sql }) =>
    rows.length === 0 ? [] : [{ name: inserting(table), sql: sql(1), bindings: [], rows }],

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
        await migration.run(transaction);
        const there = new Set([...(await schema('trigger')), ...(await schema('table'))].map(({ name }) => name));
        for (const trigger of before) {
          if (!there.has(trigger.name) && there.has(trigger.tbl_name)) await transaction.raw(trigger.sql);
        }
      },
      { enforceForeignCheck: false } as Knex.TransactionConfig,
    );
  },

  ordersByAbsent: false,

  lookUp: (table, condition) => `join ${table} on ${condition}`,

  joined: (column) => `group_concat(${column}, '${SEPARATOR}')`,

  jsonHas: (column, path) => ({ sql: `json_type(${column}, ?) is not null`, bindings: [jsonPath(path)] }),

  jsonIs(column, path, value) {
    const at = jsonPath(path);
    const type = `json_type(${column}, ?)`;
    const found = `json_extract(${column}, ?)`;
    if (value === null || typeof value === 'boolean') return { sql: `${type} = '${value}'`, bindings: [at] };
    if (typeof value === 'string') return { sql: `${type} = 'text' and ${found} = ?`, bindings: [at, at, value] };
    // A double, for it reads a whole number as an integer, of more digits than the double had that was written.
    return { sql: `${type} in ('integer', 'real') and cast(${found} as real) = ?`, bindings: [at, at, value] };
  },

  differingBits: (columns) => `differing_bits(${[...columns, ...columns.map(() => '?')].join(', ')})`,

  utcDay: (column) => `${column} / 86400000`,
};
