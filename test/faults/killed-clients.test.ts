import { setTimeout as sleep } from 'node:timers/promises';
import { KnexUserRepository, type Database } from '@janus/knex';
import { newUser } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { expectIntegrity, expectWhatWasTold, type Told } from './acknowledged.js';
import { isFull } from './extent.js';
import { WritingProcess } from './writing-process.js';

const KILLS = isFull ? 100 : 4;
const url = process.env['JANUS_TEST_URL'] ?? '';

describe('a process that is killed while it commits units of work', function faults() {
  this.timeout(isFull ? 1_800_000 : 120_000);
  let database: Database;
  const told: Told[] = [];

  before(async () => {
    database = await openDatabase();
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
    const owner = await new KnexUserRepository(database).create(newUser());
    let first = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const writer = new WritingProcess(url, owner.id, first);
      await writer.tells('kept');
      await sleep(Math.random() * 250);
      await writer.kill();
      told.push(...writer.told);
      // The number that it was at when it was killed may be there, or not.
      first = (writer.told.at(-1)?.number ?? first) + 2;
    }
    // A server hears of the end of a connection a little later.
    await sleep(300);
    if (isFull) console.log(`${KILLS} kills, ${told.length} units acknowledged`);
  });
  after(async () => database.close());

  it('leaves every unit that was acknowledged whole, and none half there', async () => {
    await expectWhatWasTold(database, told);
  });

  it('leaves a database that finds no fault with itself', async () => {
    await expectIntegrity(database);
  });
});
