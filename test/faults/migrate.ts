// Migrates the database of DATABASE_URL, or takes every migration back, as its first argument says; prints when it begins, and
// the migrations that it ran.
import { Database } from '@janus/knex';

const database = await Database.open(process.env['DATABASE_URL'] ?? '');
process.stdout.write('begins\n');
const ran =
  process.argv[2] === 'back'
    ? ((await database.knex.migrate.rollback(undefined, true)) as [number, string[]])[1]
    : await database.migrate();
await database.close();
process.stdout.write(`${JSON.stringify(ran)}\n`);
