import type { JanusError, JsonScalar } from '@janus/core';
import type { Knex } from 'knex';

export type Row = Readonly<Record<string, unknown>>;

/** A part of a statement, with a `?` for each binding. */
export interface Fragment {
  readonly sql: string;
  readonly bindings: readonly Knex.Value[];
}

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
  connect(url: string): Knex.Config;
  /** Makes a driver's new connection give the answers that the other databases give. */
  prepare(connection: unknown): Promise<void>;
  /** Runs a statement without bindings on a driver's connection. */
  query(connection: unknown, sql: string): Promise<readonly Row[]>;
  /** A statement whose rows have the `name` of each table and view in this database. */
  readonly tableNames: string;
  /** The value an id is stored as. */
  idValue(id: string): Knex.Value;
  /** What an error of the driver means. No value that was bound is in it. */
  failure(error: unknown, attempt: Attempt): JanusError | Promise<JanusError>;
  /** Runs one statement of a transaction so that its failure leaves the transaction usable. */
  attempt<Result>(transaction: Knex.Transaction, statement: (on: Knex.Transaction) => Promise<Result>): Promise<Result>;
  /** Runs a migration whole or, where its statements commit by themselves, as they are. Loses no row of another table. */
  migrate(knex: Knex, migration: (on: Knex) => Promise<void>): Promise<void>;
  /** The values of a column, gathered into the text of a JSON array; null or an empty array for no rows. */
  jsonArray(column: string): string;
  /** Whether there is a value at a path of a JSON column. */
  jsonHas(column: string, path: readonly (string | number)[]): Fragment;
  /** Whether the value at a path of a JSON column is this one. */
  jsonIs(column: string, path: readonly (string | number)[], value: JsonScalar): Fragment;
  /** In how many of its 16 bits an integer column differs from a value. */
  differingBits(column: string, value: number): string;
  /** The day of an instant in UTC, as a number of days since 1970. */
  utcDay(column: string): string;
}

/** The path to a value inside JSON, as SQL/JSON writes it; core lets no character into a key that would need escaping. */
export const jsonPath = (path: readonly (string | number)[]): string =>
  `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`;

/** The error code that a driver or Node put on an error. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
