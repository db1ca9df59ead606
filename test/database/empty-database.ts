import { Database } from '@janus/knex';

export const url = process.env['JANUS_TEST_URL'] ?? '';

/** Opens the database that this process of the tests was given, without any table of Janus's. */
export async function openEmpty(): Promise<Database> {
  if (!url) throw new Error('JANUS_TEST_URL names no database; `npm test` does');
  const database = await Database.open(url);
  await empty(database);
  return database;
}

/** Takes every migration back, and what Knex notes of them. */
export async function empty({ knex }: Database): Promise<void> {
  await knex.migrate.rollback(undefined, true);
  for (const table of ['janus_migrations', 'janus_migrations_lock']) await knex.schema.dropTableIfExists(table);
}
