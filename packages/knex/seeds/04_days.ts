import type { Knex } from 'knex';
import { Database } from '../src/database.js';
import { KnexLogRepository } from '../src/log-repository.js';
import { days, oddHappenings } from './happenings.js';
import { namedPeople } from './people.js';
import { absent, recordEvents } from './rows.js';

export async function seed(knex: Knex): Promise<void> {
  const database = Database.of(knex);
  const logs = new KnexLogRepository(database);
  const all = [...days(), oddHappenings()];
  await database.run(async () => {
    const gone = new Set<string>((await absent(database, 'users', namedPeople)).map(({ id }) => id));
    const entries = all.flatMap((day) => day.entries).filter(({ userId }) => !gone.has(userId ?? ''));
    await logs.appendMany(await absent(database, 'logs', entries));
    await recordEvents(
      database,
      await absent(
        database,
        'analytics',
        all.flatMap((day) => day.events),
      ),
    );
  });
}
