import { JanusError } from '@janus/core';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { url } from './empty-database.js';
import { dropScratch, expectNotToTell, fillScratch, makeScratch, person, secret } from './scratch.js';

const secretive = (values: Parameters<typeof person>[0]) => person({ ...values, first: secret });

describe('no value that was bound is told by', () => {
  let database: Database;

  before(async function open() {
    database = await Database.open(url);
    await dropScratch(database);
    await makeScratch(database);
    await fillScratch(database);
  });
  after(async function close() {
    await dropScratch(database);
    await database.close();
  });

  const failures: Readonly<Record<string, () => Promise<unknown>>> = {
    'a duplicate': async () => {
      await database.insert('scratch_people', [secretive({ id: 10, email: secret })]);
      await database.insert('scratch_people', [secretive({ id: 11, email: secret, last: 'other' })]);
    },
    'a missing reference': async () => database.insert('scratch_people', [secretive({ id: 12, home_id: 99 })]),
    'a reference that is still there': async () =>
      database.deleteWhere('places', 'scratch_places', { name: secret }, (given) =>
        database.knex('scratch_places').whereNot(given),
      ),
    'an absent value': async () => database.insert('scratch_people', [secretive({ id: 13, last: null })]),
    'a check': async () => database.insert('scratch_people', [secretive({ id: 14, age: -1 })]),
    'an insert of many rows': async () =>
      database.insert(
        'scratch_people',
        Array.from({ length: 600 }, (_, index) => person({ id: 100 + (index % 599), email: `${index} ${secret}` })),
      ),
    'a change': async () =>
      database.update('person', 'scratch_people', { first: secret, age: -1 }, { id: 1 }, (given) =>
        database.knex('scratch_people').where(given),
      ),
    'a value of the wrong type': async () =>
      database.insert('scratch_memberships', [{ person_id: secret, place_id: 1 }]),
    'a value that is too long': async () =>
      database.insert('scratch_memberships', [{ person_id: secret.repeat(40), place_id: 1 }]),
    'a statement in bad SQL': async () =>
      database.rows('bad', { secret }, (given) =>
        database.knex.select(database.knex.raw('no such ? syntax', [given.secret])),
      ),
    'a table that is not there': async () =>
      database.rows('no table', { secret }, (given) => database.knex('scratch_nothing').where('name', given.secret)),
    'a column that is not there': async () =>
      database.rows('no column', { secret }, (given) => database.knex('scratch_people').where('nothing', given.secret)),
  };

  for (const [failure, work] of Object.entries(failures)) {
    it(failure, async () => {
      const error = await refusal(work());
      expect(error).to.be.instanceOf(JanusError);
      expectNotToTell(error, secret);
    });

    it(`${failure}, in a unit of work`, async () => {
      const error = await refusal(database.run(work));
      expect(error).to.be.instanceOf(JanusError);
      expectNotToTell(error, secret);
    });
  }
});
