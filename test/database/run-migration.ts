import type { Database } from '@janus/knex';
import type { Knex } from 'knex';

const renewal = { name: 'renewal', sql: 'update janus_migration_turn set beat = beat + 1', bindings: [] };

/** Runs something as a migration of its own, at once. */
export async function runMigration(database: Database, run: (on: Knex) => Promise<void>): Promise<void> {
  // As whoever takes over does, this waits for what the server still does for one that was killed.
  await database.knex.raw(renewal.sql);
  await database.dialect.migrate(database.knex, {
    name: 'a_test',
    direction: 'up',
    renewal,
    renewed: () => undefined,
    run,
  });
}
