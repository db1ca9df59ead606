import { DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Connection, ExecuteValues, ResultSetHeader } from 'mysql2';
import {
  codeOf,
  insertionByLists,
  jsonPath,
  STATEMENTS_KEPT,
  StatementFailure,
  type Answer,
  type Attempt,
  type Bound,
  type Dialect,
  type Row,
} from './dialect.js';
import { absent, unchecked, unexpected, type Codes } from './failure.js';

const CODES: Codes = {
  conflict: ['ER_LOCK_DEADLOCK', 'ER_CHECKREAD'],
  timeout: ['ER_LOCK_WAIT_TIMEOUT', 'ER_QUERY_TIMEOUT', 'ER_STATEMENT_TIMEOUT', 'ER_QUERY_INTERRUPTED'],
  unavailable: {
    unprepared: ['ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'],
    refused: ['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR'],
    missing: ['ER_BAD_DB_ERROR'],
    unreachable: ['PROTOCOL_CONNECTION_LOST', 'ER_SERVER_SHUTDOWN'],
    full: ['ER_DISK_FULL', 'ER_RECORD_FILE_FULL'],
    readonly: ['ER_OPTION_PREVENTS_STATEMENT', 'ER_READ_ONLY_MODE'],
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

    connect: (url) => ({
      client: 'mysql2',
      connection: {
        uri: url.replace(/^mariadb:/, 'mysql:'),
        charset: 'utf8mb4',
        timezone: 'Z',
        jsonStrings: true,
        supportBigNumbers: true,
        maxPreparedStatements: STATEMENTS_KEPT,
      } as object,
      pool: { min: 0, max: 10 },
    }),

    async prepare(connection) {
      // Repeatable read, their default, would hide from a unit of work the very row that its insert collided with.
      await mysqlQuery(
        connection,
        `set names utf8mb4 collate ${collation}, time_zone = '+00:00', lc_messages = 'en_US', sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
      );
      await mysqlQuery(connection, 'set session transaction isolation level read committed');
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
        default:
          return unexpected(error, CODES);
      }
    },

    async send(connection, statements) {
      const answers: Answer[] = [];
      for (const statement of statements) {
        try {
          answers.push(await answerOf(connection as Connection, statement));
        } catch (error) {
          throw new StatementFailure(answers.length, error);
        }
      }
      return answers;
    },

    begin: 'BEGIN',

    attempt: (send, statements) => send(statements),

    insertion: insertionByLists,

    migrate: (knex, migration) => migration(knex),

    jsonArray: (column) => `json_arrayagg(${column})`,

    jsonHas: (column, path) => jsonCondition(column, path, `json_contains_path(${column}, 'one', ?)`, [jsonPath(path)]),

    differingBits: (column) => `bit_count(${column} ^ ?)`,

    utcDay: (column) => `timestampdiff(day, '1970-01-01', ${column})`,
  }) satisfies Partial<Dialect>;

/** The statements that cannot be prepared. */
const CONTROL = /^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/;

/** Runs a statement, prepared if it can be: of what is not prepared, the driver's parser loses a double's last bit. */
function answerOf(connection: Connection, { sql, bindings }: Bound): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: unknown) => {
      if (error) reject(error);
      else if (Array.isArray(result)) resolve({ rows: result as Row[], changes: 0 });
      else resolve({ rows: [], changes: (result as ResultSetHeader).affectedRows });
    };
    if (CONTROL.test(sql)) connection.query(sql, done);
    else connection.execute(sql, bindings as ExecuteValues[], done);
  });
}

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
