// Runs the long migration on the database of DATABASE_URL.
import { Database } from '@janus/knex';
import { runMigration } from '../database/run-migration.js';
import { longMigration } from './long-migration.js';

const database = await Database.open(process.env['DATABASE_URL'] ?? '');
await runMigration(database, longMigration);
await database.close();
