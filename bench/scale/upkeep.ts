import type { Knex } from 'knex';

/** What a database is asked, and told, that Janus has nothing to do with. */
interface Upkeep {
  readonly version: string;
  /** How much memory it keeps pages in, in bytes. */
  readonly buffers: string;
  /** How large it is, in bytes, once its statistics are up to date. */
  readonly size: string;
  /** Brings its statistics up to date. */
  readonly analyse: readonly string[];
}

const TABLES = ['users', 'images', 'image_analyses', 'tags', 'image_tags', 'image_words', 'logs', 'analytics'];

const mysql: Upkeep = {
  version: 'select version() as answer',
  buffers: 'select @@innodb_buffer_pool_size as answer',
  size: `select sum(data_length + index_length) as answer from information_schema.tables
    where table_schema = database()`,
  analyse: [`analyze table ${TABLES.join(', ')}`],
};

const UPKEEP: Readonly<Record<string, Upkeep>> = {
  sqlite: {
    version: 'select sqlite_version() as answer',
    buffers: 'select -1024 * cache_size as answer from pragma_cache_size()',
    size: 'select page_count * page_size as answer from pragma_page_count(), pragma_page_size()',
    analyse: ['pragma analysis_limit = 1000', 'analyze', 'pragma optimize', 'pragma wal_checkpoint(truncate)'],
  },
  postgres: {
    version: `select current_setting('server_version') as answer`,
    buffers: `select pg_size_bytes(current_setting('shared_buffers')) as answer`,
    size: 'select pg_database_size(current_database()) as answer',
    analyse: ['vacuum analyze', 'checkpoint'],
  },
  mysql,
  mariadb: mysql,
};

function upkeepOf(dialect: string): Upkeep {
  const found = UPKEEP[dialect];
  if (!found) throw new Error(`It is not known how to keep ${dialect} up.`);
  return found;
}

async function ask(knex: Knex, sql: string): Promise<unknown> {
  const rows = await knex.select<{ answer: unknown }[]>('answer').from(knex.raw(`(${sql}) as asked`));
  return rows[0]?.answer;
}

export const versionOf = async (knex: Knex, dialect: string): Promise<string> =>
  String(await ask(knex, upkeepOf(dialect).version));

/** How many bytes of memory it keeps pages in; on SQLite, for each connection. */
export const buffersOf = async (knex: Knex, dialect: string): Promise<number> =>
  Number(await ask(knex, upkeepOf(dialect).buffers));

/** How many bytes it takes on the disk. */
export const bytesOf = async (knex: Knex, dialect: string): Promise<number> =>
  Number(await ask(knex, upkeepOf(dialect).size));

/** Lets a database know its rows, as it would after a while by itself. */
export async function analyse(knex: Knex, dialect: string): Promise<void> {
  for (const statement of upkeepOf(dialect).analyse) await knex.raw(statement);
}
