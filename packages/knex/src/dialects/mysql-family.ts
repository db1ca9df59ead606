import type { Socket } from 'node:net';
import { DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import {
  codeOf,
  insertionByLists,
  jsonPath,
  plain,
  SEPARATOR,
  STATEMENTS_KEPT,
  StatementFailure,
  type Attempt,
  type Dialect,
  type Row,
} from './dialect.js';
import { anyNumber } from '../writers.js';
import { absent, unchecked, unexpected, type Codes } from './failure.js';
import { journaled, MysqlClient } from './mysql-client.js';
import { MysqlJournal } from './mysql-journal.js';
import { runStatements } from './mysql-run.js';
import { pulse, SILENCE } from './pulse.js';
import { encryptionOf } from './tls.js';

/** How many bytes a text that is gathered may have before it is cut off: the most that MariaDB takes. It is 1,024 if MySQL is told nothing. */
const GATHERED = 4_294_967_295;

const CODES: Codes = {
  conflict: ['ER_LOCK_DEADLOCK', 'ER_CHECKREAD', 'ER_LOCK_WAIT_TIMEOUT'],
  timeout: ['ER_QUERY_TIMEOUT', 'ER_STATEMENT_TIMEOUT', 'ER_QUERY_INTERRUPTED'],
  unavailable: {
    unprepared: ['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'],
    refused: ['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_DBACCESS_DENIED_ERROR'],
    missing: ['ER_BAD_DB_ERROR'],
    unreachable: ['PROTOCOL_CONNECTION_LOST', 'ER_SERVER_SHUTDOWN'],
    crowded: ['ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS'],
    full: ['ER_DISK_FULL', 'ER_RECORD_FILE_FULL'],
    readonly: ['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE'],
    forbidden: ['ER_TABLEACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'],
    untrusted: ['HANDSHAKE_SSL_ERROR'],
    plain: ['HANDSHAKE_NO_SSL_SUPPORT'],
    encrypted: ['ER_SECURE_TRANSPORT_REQUIRED'],
  },
};

/** In a path, `[0]` of what is no array is that value itself; ask for an array at each such step. */
const arrays = (column: string, path: readonly (string | number)[]) =>
  path
    .flatMap((step, index) => (typeof step === 'number' ? [jsonPath(path.slice(0, index))] : []))
    .map((parent) => ({
      // As bytes: what JSON functions return has a collation of their own, which does not compare with the connection's.
      sql: `cast(json_type(json_extract(${column}, ?)) as binary) = 'ARRAY' and `,
      parent,
    }));

/** A condition on a path of a JSON column, true only where each of the path's indexes is into an array. */
export function jsonCondition(column: string, path: readonly (string | number)[], sql: string, bindings: string[]) {
  const guards = arrays(column, path);
  return {
    sql: guards.map((guard) => guard.sql).join('') + sql,
    bindings: [...guards.map(({ parent }) => parent), ...bindings],
  };
}

/** What MySQL and MariaDB truly share: the protocol and its driver, error codes, and most of the SQL. */
export const mysqlFamily = (collation: string) =>
  ({
    driver: 'mysql2',

    connect(given) {
      const { url, verify } = encryptionOf(given);
      const connection = {
        uri: url.replace(/^mariadb:/, 'mysql:'),
        // Without the second word, the driver takes any certificate of the authority's, whoever's it is.
        ...(verify && { ssl: { ...verify, verifyIdentity: true } }),
        charset: 'utf8mb4',
        timezone: 'Z',
        jsonStrings: true,
        supportBigNumbers: true,
        // It would close those that are kept here (`mysql-run.ts`), if the URL told it to keep fewer.
        maxPreparedStatements: 2 * STATEMENTS_KEPT,
        // The packets that run a statement have another form with them.
        flags: ['-CLIENT_QUERY_ATTRIBUTES'],
      };
      return { client: MysqlClient, connection, pool: { min: 0, max: 10 } };
    },

    async prepare(connection) {
      // Repeatable read, their default, would hide from a unit of work the very row that its insert collided with.
      await mysqlQuery(
        connection,
        `set names utf8mb4 collate ${collation}, time_zone = '+00:00', lc_messages = 'en_US', group_concat_max_len = ${GATHERED}, sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
      );
      await mysqlQuery(connection, 'set session transaction isolation level read committed');
      await mysqlQuery(connection, 'set session innodb_lock_wait_timeout = 5');
    },

    query: mysqlQuery,

    tableNames: 'select table_name as name from information_schema.tables where table_schema = database()',

    indexed: (table, index) => `${table} force index (${index})`,

    idValue: (id) => Buffer.from(id.replaceAll('-', ''), 'hex'),

    failure(error, { table, ask }) {
      const message = error instanceof Error ? error.message : '';
      const constraint = /CONSTRAINT `([^`]+)`/.exec(message)?.[1] ?? '';
      switch (codeOf(error)) {
        case 'ER_DUP_ENTRY': {
          // MySQL says table.key, MariaDB key; the value before it may hold anything, so the key is what comes last.
          const key = / for key '(?:[^'.]+\.)?([^'.]+)'$/.exec(message)?.[1] ?? '';
          return key === 'PRIMARY' ? duplicateOfPrimary(table, ask) : new DuplicateError(key);
        }
        case 'ER_NO_REFERENCED_ROW_2':
          return new MissingReferenceError(constraint);
        case 'ER_ROW_IS_REFERENCED_2':
          return new StillReferencedError(constraint);
        case 'ER_BAD_NULL_ERROR':
          return absent(`${table}.${/Column '([^']+)'/.exec(message)?.[1] ?? ''}`);
        case 'ER_CHECK_CONSTRAINT_VIOLATED':
          return unchecked(/constraint '([^']+)'/i.exec(message)?.[1] ?? '');
        // The driver calls MariaDB's number for a broken check by what MySQL gave the same number to.
        case 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE':
        case 'ER_CONSTRAINT_FAILED':
          return unchecked(/CONSTRAINT `(?:[^`]+\.)?([^`]+)`/.exec(message)?.[1] ?? '');
        // The driver puts it in the place of Node's own code; of those, one has what the certificate was compared with.
        case 'HANDSHAKE_SSL_ERROR':
          return unexpected('host' in Object(error) ? { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } : error, CODES);
        default:
          return unexpected(error, CODES);
      }
    },

    send: (connection, statements) => runStatements(connection as Connection, statements),

    begin: ({ isolation, readOnly }) => [
      // Of the next transaction alone.
      ...(isolation ? [plain(`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`)] : []),
      plain(readOnly ? 'START TRANSACTION READ ONLY' : 'BEGIN'),
    ],

    isServer: true,
    writesAlone: false,

    writers: () => anyNumber,

    async interrupt(connection, another) {
      const other = (await another()) as Connection;
      try {
        await mysqlQuery(other, `kill query ${(connection as Connection).threadId}`);
      } finally {
        other.destroy();
      }
    },

    disconnect(connection) {
      // The driver's own way waits for the server to close its side, and tells nobody who waits for an answer.
      (connection as { readonly stream: Socket }).stream.destroy();
    },

    giveBack: (tables) => tables.map((table) => `OPTIMIZE TABLE ${table}`),

    // What ends the connection, the driver calls fatal.
    lost: (error) =>
      (error as { readonly fatal?: boolean }).fatal === true || ['ER_SERVER_SHUTDOWN', 'EPIPE'].includes(codeOf(error)),

    reserve: (query) => query.forUpdate().skipLocked(),

    attempt: (send, statements) => send(statements),

    copies: null,

    insertion: insertionByLists,

    async migrate(knex, migration) {
      const pool = knex.client as {
        acquireConnection(): Promise<Connection>;
        releaseConnection(used: Connection): void;
      };
      const connection = await pool.acquireConnection();
      const ask = async (sql: string, bindings: readonly Knex.Value[] = []) => {
        const [answer] = await runStatements(connection, [{ ...plain(sql), bindings }]).catch((error: unknown) => {
          throw error instanceof StatementFailure ? error.cause : error;
        });
        return answer ?? { rows: [], changes: 0 };
      };
      try {
        await ask(`set session wait_timeout = ${SILENCE}`);
        const silence = pulse(async () => ask('select 1'));
        try {
          await journaled(knex, connection, new MysqlJournal(ask, migration));
        } finally {
          await silence();
        }
        await ask('set session wait_timeout = default');
      } finally {
        pool.releaseConnection(connection);
      }
    },

    // MariaDB would sort them, if it were told to.
    ordersByAbsent: false,

    lookUp: (table, condition) => `join ${table} on ${condition}`,

    joined: (column) => `group_concat(${column} separator '${SEPARATOR}')`,

    jsonHas: (column, path) => jsonCondition(column, path, `json_contains_path(${column}, 'one', ?)`, [jsonPath(path)]),

    differingBits: (columns) => columns.map((column) => `bit_count(${column} ^ ?)`).join(' + '),

    utcDay: (column) => `timestampdiff(day, '1970-01-01', ${column})`,
  }) satisfies Partial<Dialect>;

function mysqlQuery(connection: unknown, sql: string): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    (connection as Connection).query(sql, (error, rows) =>
      error ? reject(error) : resolve(Array.isArray(rows) ? (rows as Row[]) : []),
    );
  });
}

/** A primary key has no name here; on the others it is named as other unique rules are, after its columns. */
async function duplicateOfPrimary(table: string | null, ask: Attempt['ask']): Promise<DuplicateError> {
  const columns = await ask(
    `select column_name as name from information_schema.key_column_usage
     where table_schema = database() and table_name = ? and constraint_name = 'PRIMARY' order by ordinal_position`,
    [table],
  );
  return new DuplicateError([table, ...columns.map((column) => column['name']), 'unique'].join('_'));
}
