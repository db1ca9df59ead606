import type { Database } from './database.js';
import { DIGESTS } from './migration-notes.js';
import { guard, names } from './migrations.js';

/** How far the schema of a database has come. */
export interface MigrationState {
  /** The migrations that have run, in their order. */
  readonly ran: readonly string[];
  /** Those of this version of Janus that have not. */
  readonly pending: readonly string[];
  /** Those that have run and that this version does not know: a newer one made the schema. */
  readonly unknown: readonly string[];
}

/**
 * Which migrations have run, with nothing changed.
 * @throws UnavailableError when the tables are another application's, or a migration was edited after it ran
 */
export async function migrationsOf(database: Database): Promise<MigrationState> {
  const { knex, dialect } = database;
  const query = async (sql: string) =>
    database.rows(`migrations of ${sql}`, {}, () => knex.select('*').fromRaw(`(${sql}) as found`));
  await guard(dialect, query);
  const tables = await query(dialect.tableNames);
  const noted = tables.some(({ name }) => name === DIGESTS) ? await query(`select name from ${DIGESTS}`) : [];
  const ran = noted.map(({ name }) => String(name)).toSorted();
  const known = names();
  return {
    ran,
    pending: known.filter((name) => !ran.includes(name)),
    unknown: ran.filter((name) => !known.includes(name)),
  };
}
