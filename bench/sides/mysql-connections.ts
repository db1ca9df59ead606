import {
  createConnection,
  createPool,
  type Connection,
  type Pool,
  type PoolConnection,
  type QueryResult,
  type ResultSetHeader,
} from 'mysql2';
import type { DialectName } from '../dialect-name.js';
import type { Value } from './image-record.js';

export interface Connections {
  readonly on: Connection | Pool;
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
  end(): Promise<void>;
}

/** What Janus sets, too, for its connections. */
export const sessionOf = (dialect: DialectName): readonly [names: string, isolation: string] => [
  `set names utf8mb4 collate ${dialect === 'mariadb' ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'}, time_zone = '+00:00'`,
  'set session transaction isolation level read committed',
];

export const connectionOf = (url: string) => ({
  uri: url.replace(/^mariadb:/, 'mysql:'),
  charset: 'utf8mb4',
  timezone: 'Z',
});

type Done<Result> = (error: Error | null, result: Result) => void;

const finished = <Result>(start: (done: Done<Result>) => unknown) =>
  new Promise<Result>((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)));
  });

/** Prepared once for each connection, by the driver. */
export const execute = <Result extends QueryResult = ResultSetHeader>(
  on: Connection | Pool,
  sql: string,
  values: Value[],
): Promise<Result> =>
  new Promise((resolve, reject) => {
    on.execute<Result>(sql, values, (error, result) => (error ? reject(error) : resolve(result)));
  });

const query = (on: Connection, sql: string) => finished<unknown>((done) => on.query(sql, done));

async function transaction<Result>(on: Connection, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  await query(on, 'begin');
  try {
    const result = await work(on);
    await query(on, 'commit');
    return result;
  } catch (error) {
    await query(on, 'rollback');
    throw error;
  }
}

/** One connection for one call at a time, or a pool as large as Janus's own. */
export async function connectMysql(dialect: DialectName, url: string, atOnce: number): Promise<Connections> {
  if (atOnce === 1) {
    const connection = createConnection(connectionOf(url));
    for (const statement of sessionOf(dialect)) await query(connection, statement);
    return {
      on: connection,
      transaction: (work) => transaction(connection, work),
      end: () => finished<unknown>((done) => connection.end((error) => done(error, undefined))).then(() => {}),
    };
  }
  const pool = createPool({ ...connectionOf(url), connectionLimit: 10 });
  // What is asked here is done before whatever the pool gives the connection out for.
  pool.on('connection', (connection: PoolConnection) => {
    for (const statement of sessionOf(dialect)) connection.query(statement);
  });
  return {
    on: pool,
    async transaction(work) {
      const connection = await finished<PoolConnection>((done) => pool.getConnection(done));
      try {
        return await transaction(connection, work);
      } finally {
        connection.release();
      }
    },
    end: () => finished<unknown>((done) => pool.end((error) => done(error, undefined))).then(() => {}),
  };
}
