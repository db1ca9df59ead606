import type { JanusError, JsonScalar } from '@janus/core';
import type { Knex } from 'knex';
import type { Catalogue } from './catalogue.js';
import type { Character } from '../unit.js';
import type { Writers } from '../writers.js';
import type { Address } from './address.js';

export type Row = Readonly<Record<string, unknown>>;

/** A part of a statement, with a `?` for each binding. */
export interface Fragment {
  readonly sql: string;
  readonly bindings: readonly Knex.Value[];
}

/** How many prepared statements a connection keeps. */
export const STATEMENTS_KEPT = 250;

/** A statement with its values. */
export interface Bound {
  /** What it is for, in a few words, such as `images.find`; nothing of its values. */
  readonly name: string;
  readonly sql: string;
  readonly bindings: readonly Knex.Value[];
  /** The values of each row, for a statement that is run for each. */
  readonly rows?: readonly (readonly Knex.Value[])[];
  /** Lines of rows that a database reads from the client after the statement, some at a time. */
  readonly lines?: readonly Uint8Array[];
  /** Is given the lines that a statement makes of the rows that it finds, some at a time. */
  readonly reads?: (lines: Uint8Array) => void;
}

/** How a database is opened that is a file in this process. */
export interface Manner {
  /** Refuses a file that is not there, instead of making it. */
  readonly existing?: boolean | undefined;
  /** Keeps little of it in memory: for whoever reads all of it once, in its order. */
  readonly frugal?: boolean | undefined;
}

/** A statement without values. */
export const plain = (sql: string): Bound => ({ name: sql, sql, bindings: [] });

/** What a statement answers: the rows that it found, or how many it changed. */
export interface Answer {
  readonly rows: readonly Row[];
  readonly changes: number;
}

/** Which of several statements failed, and the driver's error. What came before it ran, and what comes after it did not. */
export class StatementFailure extends Error {
  constructor(
    readonly index: number,
    override readonly cause: unknown,
    /** Of the rows of the statement, which failed. */
    readonly row?: number,
  ) {
    super('a statement failed');
  }
}

/** The answers to statements: at once, where no server is waited for. A promise for each statement would cost as much as it. */
export type Answers = readonly Answer[] | Promise<readonly Answer[]>;

/** Runs statements on one connection. @throws StatementFailure */
export type Send = (statements: readonly Bound[]) => Answers;

/** A statement that failed: what is known about it beside the driver's error. */
export interface Attempt {
  /** The table written to; null for a statement that only reads. */
  readonly table: string | null;
  /** The rows, or parts of rows, that were to be written. */
  readonly rows: readonly Row[];
  /** Finds the rows that were to be changed or removed; null for any other statement. */
  readonly target: Knex.QueryBuilder | null;
  /** Asks the database more, in the same transaction. */
  readonly ask: (sql: string, bindings: readonly Knex.Value[]) => Promise<readonly Row[]>;
}

/**
 * How rows are written and read as lines, in the text format of COPY: values parted by tabs, `\N` for none, a backslash before what would
 * part values or lines. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */
export interface Copies {
  /** The statement that inserts lines into a table. */
  into(table: string, columns: readonly string[], lines: readonly Uint8Array[]): Bound;
  /** The statement that gives the rows of a query as lines. */
  from(name: string, query: Knex.SqlNative, reads: (lines: Uint8Array) => void): Bound;
}

/** Rows to be inserted. */
export interface Insertion {
  readonly table: string;
  readonly columns: readonly string[];
  /** The values of each row, in the order of the columns. */
  readonly rows: readonly (readonly Knex.Value[])[];
  /** The SQL that inserts so many rows. */
  readonly sql: (rows: number) => string;
}

/** A migration to be run in one direction. */
export interface Migration {
  readonly name: string;
  readonly direction: 'up' | 'down';
  /** Changes the schema, and notes that it did. */
  run(on: Knex): Promise<void>;
  /** A statement that changes one row while no other process has taken over. */
  readonly renewal: Bound;
  /** @throws UnavailableError when the renewal changed no row */
  renewed(rows: number): void;
}

/** What stands between values that are gathered into one text. It is in none of them: no tag's name has a control character. */
export const SEPARATOR = '\t';

/** Names the index of a table's primary key. */
export const PRIMARY_KEY = 'primary';

/** All that differs between the databases: one implementation each, and nobody outside asks which it is. */
export interface Dialect {
  /** The name of its knexfile environment. */
  readonly name: string;
  /** The URL schemes it answers to, without colon. */
  readonly schemes: readonly string[];
  /** Where a fresh installation of it listens. */
  readonly localUrl: string;
  /** The name of the package that speaks to it. */
  readonly driver: string;
  /** How Knex reaches the database of a URL: client, connection, size of the pool. */
  connect(url: string, manner?: Manner): Knex.Config;
  /** Where the database of a URL is, as it is told to those who watch. */
  address(url: string): Address;
  /** Makes a driver's new connection give the answers that the other databases give. */
  prepare(connection: unknown, manner?: Manner): Promise<void>;
  /** Runs a statement without bindings on a driver's connection. */
  query(connection: unknown, sql: string): Promise<readonly Row[]>;
  /** A statement whose rows have the `name` of each table and view in this database. */
  readonly tableNames: string;
  /** Where it describes its tables. */
  readonly catalogue: Catalogue;
  /** A table, maybe `as` another name, to be read by one of its indexes, or by `PRIMARY_KEY`, as FROM takes it, where a database can be told. */
  indexed(table: string, index: string): string;
  /** The value an id is stored as. */
  idValue(id: string): Knex.Value;
  /** What an error of the driver means. No value that was bound is in it. */
  failure(error: unknown, attempt: Attempt): JanusError | Promise<JanusError>;
  /** Runs statements on a driver's connection one after the other, until one fails. @throws StatementFailure */
  send(connection: unknown, statements: readonly Bound[]): Answers;
  /** The statements that begin a transaction. @throws InvalidError for an isolation that it lacks */
  begin(character: Character): readonly Bound[];
  /** Whether it is a server, which works while this process does something else. */
  readonly isServer: boolean;
  /** Whether nobody else writes while a transaction does: what it found is so until its end. */
  readonly writesAlone: boolean;
  /** How those who write to the database of a Knex take turns. */
  writers(knex: Knex): Writers;
  /** Has the server end what runs on a connection. @param another opens a connection that is not the pool's */
  interrupt(connection: unknown, another: () => Promise<unknown>): Promise<void>;
  /** Closes a connection at once, with all that it holds on the server. */
  disconnect(connection: unknown): void;
  /** The statements that give the space of deleted rows of some tables back to the file system; each runs by itself. */
  giveBack(tables: readonly string[]): readonly string[];
  /** Whether an error says that the connection was lost, so that nobody knows how far its last statement came. */
  lost(error: unknown): boolean;
  /** Has a query of a transaction keep the rows that it finds from all others until the end, and pass over those that others keep. */
  reserve(query: Knex.QueryBuilder): Knex.QueryBuilder;
  /** Runs statements of a transaction so that the failure of the first leaves the transaction usable. */
  attempt(send: Send, statements: readonly Bound[]): Answers;
  /** Null where rows are not written and read as lines. */
  readonly copies: Copies | null;
  /** The statements that insert rows, in the way that this database takes them fastest. */
  insertion(insertion: Insertion): readonly Bound[];
  /**
   * Runs a migration whole or, where its statements commit by themselves, those of them that have not run yet. Loses no row of
   * another table. A process that is suspended in it for longer than others wait cannot go on with it.
   */
  migrate(knex: Knex, migration: Migration): Promise<void>;
  /** Whether it sees in what order an index has those rows that are null in a column only if it is told to order by that column, too. */
  readonly ordersByAbsent: boolean;
  /** Joins the one row of a table that a condition on its key finds. A few are looked up, and the whole table never is read for them. */
  lookUp(table: string, condition: string): string;
  /** The values of a column of text, gathered into one with `SEPARATOR` between them; null for no rows. */
  joined(column: string): string;
  /** Whether there is a value at a path of a JSON column. */
  jsonHas(column: string, path: readonly (string | number)[]): Fragment;
  /** Whether the value at a path of a JSON column is this one. */
  jsonIs(column: string, path: readonly (string | number)[], value: JsonScalar): Fragment;
  /** In how many of their 16 bits integer columns differ from as many values, which are bound in their order. */
  differingBits(columns: readonly string[]): string;
  /** The day of an instant in UTC, as a number of days since 1970. */
  utcDay(column: string): string;
}

// MariaDB takes 16 MiB at once if nobody says otherwise; a character may be four bytes, or two and a backslash.
const TEXT_PER_STATEMENT = 2 ** 21;
const ROWS_PER_STATEMENT = 500;
const ROWS_OF_ANY_NUMBER = 16;
// PostgreSQL and MySQL bind up to 65,535 values.
const VALUES_PER_STATEMENT = 65_535;

function lengthOf(row: readonly Knex.Value[]): number {
  let length = 0;
  for (const value of row) if (typeof value === 'string') length += value.length;
  return length;
}

/** The name of a statement that inserts. */
export const inserting = (table: string): string => `insert into ${table}`;

/** The statements that insert rows by lists of values, of few different lengths: each length is prepared by itself. */
export function insertionByLists({ table, columns, rows, sql }: Insertion): readonly Bound[] {
  const most = Math.min(ROWS_PER_STATEMENT, Math.floor(VALUES_PER_STATEMENT / columns.length));
  const statements: Bound[] = [];
  for (let start = 0; start < rows.length;) {
    const rest = rows.length - start;
    const end = start + (rest >= most ? most : rest <= ROWS_OF_ANY_NUMBER ? rest : 2 ** Math.floor(Math.log2(rest)));
    const bindings: Knex.Value[] = [];
    let next = start;
    for (let text = 0; next < end; next += 1) {
      const row = rows[next] ?? [];
      text += lengthOf(row);
      if (text > TEXT_PER_STATEMENT && next > start) break;
      for (const value of row) bindings.push(value);
    }
    statements.push({ name: inserting(table), sql: sql(next - start), bindings });
    start = next;
  }
  return statements;
}

/** The path to a value inside JSON, as SQL/JSON writes it; core lets no character into a key that would need escaping. */
export const jsonPath = (path: readonly (string | number)[]): string =>
  `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`;

/** The error code that a driver or Node put on an error. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
