import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidError } from '@janus/core';
import { Database, KnexLogRepository, type SlowQuery } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';
import { secret } from './scratch.js';

describe('who is told of slow queries', () => {
  const told: SlowQuery[] = [];
  let database: Database;

  /** Opens the database. @param after how long a query may take, and `tell` what is done with a slow one */
  const open = async (
    after: number,
    tell: (query: SlowQuery) => void | Promise<void> = (query) => void told.push(query),
  ) => {
    database = await Database.open(url, { slow: { after, tell } });
    told.length = 0;
    return new KnexLogRepository(database);
  };
  before(async () => {
    const opened = await openDatabase();
    await opened.knex('logs').delete();
    await opened.close();
  });
  afterEach(async () => database.close());

  it('gets its name, its SQL with places for values, how long it took, and how many rows it found', async () => {
    const logs = await open(0);
    await logs.append({ action: secret });
    await database.rows('entries', { action: secret }, (given) => database.knex('logs').select('id').where(given));
    const found = told.find(({ name }) => name === 'entries');
    expect(found).to.include({ rows: 1, failure: null });
    expect(found?.sql).to.match(/^select .id. from .logs. where .action. = (?:\?|\$1)$/);
    expect(found?.milliseconds).to.be.above(0);
    expect(JSON.stringify(told)).not.to.include(secret);
  });

  it('gets how many rows it changed', async () => {
    const logs = await open(0);
    await logs.append({ action: 'one' });
    expect(told.map(({ name, rows }) => [name, rows])).to.deep.equal([['insert into logs', 1]]);
  });

  it('is not told of one that is fast', async () => {
    const logs = await open(60_000);
    await logs.append({ action: 'fast' });
    expect(told).to.deep.equal([]);
  });

  it('is told of one that failed, by the database’s own code', async () => {
    await open(0);
    await refusal(database.rows('no table', {}, () => database.knex('no_such_table')));
    expect(told.map(({ failure }) => failure)).to.deep.equal([
      { sqlite: 'SQLITE_ERROR', postgres: '42P01', mysql: 'ER_NO_SUCH_TABLE', mariadb: 'ER_NO_SUCH_TABLE' }[
        database.dialect.name
      ],
    ]);
  });

  it('harms nothing by what it throws, or is refused with', async () => {
    for (const tell of [
      () => {
        throw new Error('the hook');
      },
      async () => Promise.reject(new Error('the hook')),
    ]) {
      const logs = await open(0, tell);
      await database.run(async () => logs.append({ action: 'kept' }));
      await sleep(1);
      expect((await logs.list({ limit: 1 })).items[0]?.action).to.equal('kept');
      await database.close();
    }
  });

  it('is in no unit of work, whatever the query is in', async () => {
    const inside: boolean[] = [];
    const logs = await open(0, () => void inside.push(database.inUnitOfWork));
    await database.run(async () => logs.append({ action: 'one' }));
    expect(inside.length).to.be.above(0);
    expect(inside).not.to.include(true);
  });

  it('is refused where slow is no number of milliseconds', async () => {
    const error = await refusal(open(-1));
    expect(error).to.be.instanceOf(InvalidError).that.includes({ field: 'slow.after', rule: 'range' });
  });
});
