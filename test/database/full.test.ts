import { UnavailableError } from '@janus/core';
import { Database, KnexLogRepository, knexfile } from '@janus/knex';
import { expect } from 'chai';
import createKnex, { type Knex } from 'knex';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

if (url.startsWith('sqlite:')) {
  describe('a file that', () => {
    let knex: Knex;
    let database: Database;
    let logs: KnexLogRepository;
    beforeEach(async () => {
      await (await openDatabase()).close();
      const { sqlite } = knexfile({ DATABASE_URL: url });
      // One connection: what is set here is set on that.
      knex = createKnex({ ...sqlite, pool: { ...sqlite?.pool, min: 1, max: 1 } });
      database = Database.of(knex);
      logs = new KnexLogRepository(database);
      await database.knex('logs').delete();
      await database.giveBackSpace();
    });
    afterEach(async () => {
      await set('max_page_count = 1073741823');
      await set('query_only = off');
      await knex.destroy();
    });

    const set = async (pragma: string) => database.knex.raw(`pragma ${pragma}`);
    const large = { text: 'x'.repeat(100_000) };
    const fill = async () =>
      database.run(async () => {
        for (let count = 0; count < 100; count += 1) await logs.append({ action: 'large', metadata: large });
      });

    it('cannot grow says so, keeps nothing of what did not fit, and goes on when there is space again', async () => {
      await logs.append({ action: 'before' });
      const [{ page_count: pages } = { page_count: 0 }] = (await set('page_count')) as { page_count: number }[];
      await set(`max_page_count = ${pages + 10}`);
      const error = await refusal(fill());
      expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'SQLITE_FULL' });
      expect(error.message).to.include('no space left');
      expect((await logs.recent()).map(({ action }) => action)).to.deep.equal(['before']);
      await set('max_page_count = 1073741823');
      await fill();
      expect((await logs.recent(500)).length).to.equal(101);
    });

    it('may only be read says so at once, and is read', async () => {
      await logs.append({ action: 'before' });
      await set('query_only = on');
      const error = await refusal(logs.append({ action: 'no' }));
      expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'SQLITE_READONLY' });
      expect(error.message).to.include('can only be read');
      expect((await logs.recent()).map(({ action }) => action)).to.deep.equal(['before']);
    });
  });
}
