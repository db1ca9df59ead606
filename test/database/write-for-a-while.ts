// Keeps all others from writing to the database of a URL, for so many milliseconds.
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, KnexLogRepository } from '@janus/knex';

const [, , url = '', milliseconds = ''] = process.argv;
const database = await Database.open(url);
await database.run(async () => {
  await new KnexLogRepository(database).append({ action: 'held' });
  process.send?.('holds');
  await sleep(Number(milliseconds));
});
await database.close();
process.disconnect();
