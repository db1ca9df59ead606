import type { Database } from '@janus/knex';
import type Sqlite from 'better-sqlite3';
import knex, { type Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { DialectName } from '../dialect-name.js';
import { mysqlCodec, postgresCodec, sqliteCodec } from './codecs.js';
import { KnexSide } from './knex-side.js';
import { connectionOf, connectMysql, sessionOf } from './mysql-connections.js';
import { MysqlSide } from './mysql-side.js';
import { connectPostgres, PostgresSide } from './postgres-side.js';
import type { Side } from './side.js';
import { SqliteSide } from './sqlite-side.js';

export type SideName = 'driver' | 'janus' | 'knex';

export interface NamedSide {
  readonly name: SideName;
  readonly side: Side;
}

const PRAGMAS = [
  'foreign_keys',
  'journal_mode',
  'synchronous',
  'busy_timeout',
  'cache_size',
  'mmap_size',
  'temp_store',
];

/** The settings of Janus's own connection, for those of the others; only SQLite has any. */
export async function settingsOf(dialect: DialectName, { knex: of }: Database): Promise<readonly string[]> {
  if (dialect !== 'sqlite') return [];
  const settings: string[] = [];
  for (const pragma of PRAGMAS) {
    const [row] = (await of.raw(`pragma ${pragma}`)) as readonly Record<string, string | number>[];
    settings.push(...Object.values(row ?? {}).map((value) => `${pragma} = ${value}`));
  }
  return settings;
}

const fileOf = (url: string) => url.replace(/^sqlite:/, '');

/** The driver by itself, for one call at a time or for many. */
export async function openDriver(
  dialect: DialectName,
  url: string,
  settings: readonly string[],
  atOnce: number,
): Promise<Side> {
  if (dialect === 'sqlite') return new SqliteSide(fileOf(url), settings);
  if (dialect === 'postgres') return new PostgresSide(await connectPostgres(url, atOnce));
  return new MysqlSide(await connectMysql(dialect, url, atOnce));
}

/** A Knex configured as its user would, to the same end as Janus's connections. */
export function openKnex(dialect: DialectName, url: string, settings: readonly string[]): Knex {
  if (dialect === 'sqlite') {
    return knex({
      client: 'better-sqlite3',
      connection: { filename: fileOf(url) },
      useNullAsDefault: true,
      pool: {
        afterCreate(connection: Sqlite.Database, done: (error: unknown, made: unknown) => void) {
          for (const pragma of settings) connection.pragma(pragma);
          done(null, connection);
        },
      },
    });
  }
  if (dialect === 'postgres') {
    const connection: object = { connectionString: url, options: '-c TimeZone=UTC' };
    return knex({ client: 'pg', connection, pool: { min: 0, max: 10 } });
  }
  return knex({
    client: 'mysql2',
    connection: connectionOf(url) as object,
    pool: {
      min: 0,
      max: 10,
      afterCreate(connection: Connection, done: (error: unknown, made: unknown) => void) {
        const [names, isolation] = sessionOf(dialect);
        connection.query(names, (error) => {
          if (error) done(error, connection);
          else connection.query(isolation, (refused: unknown) => done(refused, connection));
        });
      },
    },
  });
}

export function knexSide(dialect: DialectName, on: Knex): Side {
  if (dialect === 'sqlite') return new KnexSide(on, sqliteCodec, 'json_group_array');
  if (dialect === 'postgres') return new KnexSide(on, postgresCodec, 'json_agg');
  return new KnexSide(on, mysqlCodec, 'json_arrayagg');
}
