import { createRequire } from 'node:module';
import { ConflictError, DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Knex } from 'knex';
import type { Client as Driver } from 'pg';
import { addressOf } from './address.js';
import {
  codeOf,
  insertionByLists,
  jsonPath,
  plain,
  SEPARATOR,
  StatementFailure,
  type Dialect,
  type Row,
} from './dialect.js';
import { anyNumber } from '../writers.js';
import { absent, connectionLost, unchecked, unencrypted, unexpected, type Codes } from './failure.js';
import { cancel, type Cancellable } from './postgres-cancel.js';
import { postgresCatalogue } from './postgres-catalogue.js';
import { copies, copyOf } from './postgres-copy.js';
import { isOfServer, outdated, sendFlight, unnamed, type Client } from './postgres-flight.js';
import { pulse, SILENCE } from './pulse.js';
import { encryptionOf } from './tls.js';

const CODES: Codes = {
  conflict: ['40001', '40P01', '55P03'],
  timeout: ['57014'],
  unavailable: {
    unprepared: ['42P01', '42703'],
    refused: ['28000', '28P01'],
    missing: ['3D000'],
    unreachable: ['57P01', '57P02', '57P03', '08006', '08001'],
    crowded: ['53300'],
    full: ['53100'],
    readonly: ['25006'],
    forbidden: ['42501'],
  },
};

/** Those members of Knex's client that are used here; Knex has no types for them. */
declare class KnexPostgresClient extends Knex.Client {
  acquireRawConnection(): Promise<unknown>;
  _acquireOnlyConnection(): Promise<unknown>;
  readonly driver: { readonly Client: new (settings: unknown) => Driver & Pick<Connection, 'connection'> };
}

const KnexClient = createRequire(import.meta.url)('knex/lib/dialects/postgres/index.js') as typeof KnexPostgresClient;

class PostgresClient extends KnexClient {
  // The driver writes a Date in local time with an offset of whole minutes, which the offsets of old times are not.
  override prepBindings(bindings: readonly Knex.Value[] | undefined): Knex.Value[] | undefined {
    return bindings?.map((value) => (value instanceof Date ? value.toISOString() : value));
  }

  override async acquireRawConnection(): Promise<unknown> {
    const connection = (await super.acquireRawConnection()) as object;
    if ((this.connectionSettings as Settings).pooled) unnamed.add(connection);
    return connection;
  }

  // As Knex's own, which leaves a connection open where the driver gives up the login (no password, say, where one is asked
  // for): the server waits a minute for what comes next, and so does a process that would end.
  override async _acquireOnlyConnection(): Promise<unknown> {
    const connection = new this.driver.Client(this.connectionSettings);
    const dispose = (why: unknown) => void Object.assign(connection, { __knex__disposed: why });
    connection.on('error', dispose).on('end', () => dispose('ended'));
    try {
      await connection.connect();
    } catch (error) {
      connection.connection.stream.destroy();
      throw error;
    }
    return connection;
  }
}

interface Settings {
  /** Whether a pool on the way gives each transaction to another connection of the server, so that none keeps a statement. */
  readonly pooled: boolean;
}

/** Says in a URL that PgBouncer is on the way, in transaction mode. */
const PGBOUNCER = /[?&]pgbouncer=true(?:&|$)/;

/** Those members of the driver's connection that are used here. */
interface Connection {
  readonly connection: { readonly stream: { destroy(): void } };
  setTypeParser(oid: number, parse: (value: string) => unknown): void;
  query(sql: string): Promise<{ readonly rows: readonly Row[] }>;
}

/** The ids of those types, in pg_type, whose values are read in another way than the driver's own. */
const TYPES = { json: 114, jsonb: 3802, bigint: 20 } as const;

const asText = (value: string) => value;

const field = (error: unknown, name: 'constraint' | 'table' | 'column'): string => {
  const value = (error as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
};

const SAVEPOINT = plain('SAVEPOINT janus_statement');
const RELEASE = plain('RELEASE SAVEPOINT janus_statement');
const ROLLBACK_TO = plain('ROLLBACK TO SAVEPOINT janus_statement');

/** Up to so many rows are inserted by a list of values; beyond, copying is faster. */
const FEW_ROWS = 40;

/** How long it waits for a server that says nothing, in milliseconds: as long as MySQL's driver does. */
const PATIENCE = 10_000;

const isEnded = (error: unknown) =>
  error instanceof Error && /^Connection terminated|is not queryable$|^timeout expired$/.test(error.message);

const isUnencrypted = (error: unknown) => error instanceof Error && /SSL connection/.test(error.message);

// Strict, for in lax mode an array stands for each of its items; the last argument turns its errors into "no".
const path = (steps: readonly (string | number)[]) => `strict ${jsonPath(steps)}`;

export const postgres: Dialect = {
  name: 'postgres',
  schemes: ['postgres', 'postgresql'],
  localUrl: 'postgres://postgres@127.0.0.1:5432/janus',
  driver: 'pg',

  connect(given) {
    const { url, verify } = encryptionOf(given);
    return {
      client: PostgresClient,
      connection: {
        connectionString: url,
        ssl: verify,
        pooled: PGBOUNCER.test(url),
        connectionTimeoutMillis: PATIENCE,
      } as object,
      pool: { min: 0, max: 10 },
    };
  },

  address: (url) => addressOf('postgresql', url),

  async prepare(connection) {
    const client = connection as Connection;
    client.setTypeParser(TYPES.json, asText);
    client.setTypeParser(TYPES.jsonb, asText);
    client.setTypeParser(TYPES.bigint, Number);
    await client.query("set time zone 'UTC'");
    // A pool on the way would lend these to others, too.
    if (unnamed.has(client)) return;
    // Compiling a statement takes longer than any that finds a page; it is done when the estimate is high, and for each run.
    // And the estimate is to be that of memory or a solid-state disk: else a small table is read whole, for each image of a page.
    // Nor is the server to work on for a client that is gone, where it can look (since version 14).
    await client.query(
      "select set_config(name, '1s', false) from pg_settings where name = 'client_connection_check_interval'",
    );
    // And it may be set to round doubles to fifteen digits, or to write dates for the reader's country.
    await client.query(
      "set jit = off; set random_page_cost = 1.1; set lock_timeout = '5s'; set extra_float_digits = 1; set datestyle = iso",
    );
  },

  query: async (connection, sql) => (await (connection as Connection).query(sql)).rows,

  tableNames: `select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'f', 'v', 'm')`,

  catalogue: postgresCatalogue,

  indexed: (table) => table,

  idValue: (id) => id,

  failure(error, { table }) {
    // In a transaction it cannot be prepared and run again: the whole can.
    if (outdated(error)) return new ConflictError(codeOf(error));
    switch (codeOf(error)) {
      case '23505':
        return new DuplicateError(field(error, 'constraint'));
      case '23503':
        // The table that it names is the one that refers; if another was written to, that was referred to.
        return field(error, 'table') === table
          ? new MissingReferenceError(field(error, 'constraint'))
          : new StillReferencedError(field(error, 'constraint'));
      case '23001':
        return new StillReferencedError(field(error, 'constraint'));
      case '23502':
        return absent(`${field(error, 'table')}.${field(error, 'column')}`);
      case '23514':
        return unchecked(field(error, 'constraint'));
      case 'unknown':
        // The driver has no code where the connection ended, nor where it could not be encrypted.
        if (isUnencrypted(error)) return unencrypted();
        return isEnded(error) ? connectionLost() : unexpected(error, CODES);
      default:
        return unexpected(error, CODES);
    }
  },

  send: (connection, statements) => sendFlight(connection as Client, statements),

  begin: ({ isolation, readOnly }) => [
    plain(`BEGIN${isolation ? ` ISOLATION LEVEL ${isolation.toUpperCase()}` : ''}${readOnly ? ' READ ONLY' : ''}`),
  ],

  isServer: true,
  writesAlone: false,

  writers: () => anyNumber,

  interrupt: async (connection) => cancel(connection as Cancellable),

  disconnect(connection) {
    (connection as Connection).connection.stream.destroy();
  },

  giveBack: (tables) => tables.map((table) => `VACUUM (FULL, ANALYZE) ${table}`),

  // An error of the server has a severity; one that is the last of its session says so by its class.
  lost: (error) => !isOfServer(error) || codeOf(error).startsWith('57P') || codeOf(error).startsWith('08'),

  reserve: (query) => query.forUpdate().skipLocked(),

  // An error aborts the whole transaction, but not what came before a savepoint.
  async attempt(send, statements) {
    try {
      return (await send([SAVEPOINT, ...statements, RELEASE])).slice(1, -1);
    } catch (error) {
      if (!(error instanceof StatementFailure)) throw error;
      if (error.index > 0) await send([ROLLBACK_TO, RELEASE]);
      throw new StatementFailure(error.index - 1, error.cause);
    }
  },

  copies,

  insertion: (insertion) => (insertion.rows.length <= FEW_ROWS ? insertionByLists(insertion) : [copyOf(insertion)]),

  async migrate(knex, migration) {
    await knex.transaction(async (transaction) => {
      await transaction.raw(`set local idle_in_transaction_session_timeout = '${SILENCE}s'`);
      const silence = pulse(async () => transaction.raw('select 1'));
      try {
        await migration.run(transaction);
      } finally {
        await silence();
      }
    });
  },

  ordersByAbsent: true,

  // Its planner guesses from a sample how many rows there are to look up, and with ten million images takes it for so many that it
  // makes a hash of the whole table, again and again. With a limit it is looked up.
  lookUp: (table, condition) => `cross join lateral (select * from ${table} where ${condition} limit 1) as ${table}`,

  joined: (column) => `string_agg(${column}, '${SEPARATOR}')`,

  jsonHas: (column, steps) => ({
    sql: `jsonb_path_exists(${column}, ?::jsonpath, '{}', true)`,
    bindings: [path(steps)],
  }),

  jsonIs: (column, steps, value) => ({
    sql: `jsonb_path_query_first(${column}, ?::jsonpath, '{}', true) = ?::jsonb`,
    bindings: [path(steps), JSON.stringify(value)],
  }),

  differingBits: (columns) => columns.map((column) => `bit_count((${column} # ?::int)::bit(16))`).join(' + '),

  utcDay: (column) => `floor(extract(epoch from ${column}) / 86400)::int`,
};
