import { ConflictError } from '@janus/core';
import { type Database, KnexLogRepository } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { watch, type Watch } from './watching.js';

describe('where metrics are collected', () => {
  let database: Database;
  let logs: KnexLogRepository;
  let watching: Watch;

  beforeEach(async () => {
    database = await openDatabase();
    logs = new KnexLogRepository(database);
    await database.knex('logs').delete();
    watching = watch();
  });
  afterEach(async () => {
    await watching.stop();
    await database.close();
  });

  /** How often something was counted that has an attribute of this value. */
  const counted = async (name: string, attribute: string, value: string) => {
    const points = (await watching.points(name)).filter(({ attributes }) => attributes[attribute] === value);
    return points.reduce((sum, { value: found }) => sum + (typeof found === 'number' ? found : found.count), 0);
  };
  const duration = 'db.client.operation.duration';

  it('each call of a repository is counted, by repository and method, with how long it took in seconds', async () => {
    const begun = performance.now();
    await logs.append({ action: 'one' });
    await logs.append({ action: 'two' });
    const points = (await watching.points(duration)).filter(
      ({ attributes }) => attributes['db.operation.name'] === 'append',
    );
    expect(points).to.have.length(1);
    expect(points[0]?.attributes).to.include({ 'db.collection.name': 'logs' });
    expect(points[0]?.attributes['db.system.name']).to.be.a('string');
    expect(points[0]?.value).to.have.property('count', 2);
    const longest = (performance.now() - begun) / 1_000;
    expect(points[0]?.value).to.have.property('sum').that.is.within(0, longest);
  });

  it('a call that failed is counted by its error', async () => {
    await refusal(logs.list({ limit: 0 }));
    expect(await counted(duration, 'error.type', 'InvalidError')).to.equal(1);
  });

  it('the COMMIT of a unit of work is counted, which is in no call', async () => {
    await database.run(async () => logs.append({ action: 'kept' }));
    expect(await counted(duration, 'db.query.summary', 'COMMIT')).to.equal(1);
  });

  it('units of work that were run again are counted', async () => {
    let runs = 0;
    await database.run(async () => {
      await logs.recent();
      runs += 1;
      if (runs < 3) throw new ConflictError('a test');
    });
    const [retries] = await watching.points('janus.retries');
    expect(retries?.value).to.equal(2);
  });

  it('the connections are counted, used and idle, and how many there may be', async () => {
    await logs.recent();
    const state = 'db.client.connection.state';
    const count = 'db.client.connection.count';
    await database.run(async () => {
      await logs.recent();
      expect(await counted(count, state, 'used')).to.equal(1);
    });
    expect(await counted(count, state, 'used')).to.equal(0);
    expect(await counted(count, state, 'idle')).to.be.at.least(1);
    const [most] = await watching.points('db.client.connection.max');
    expect(most?.value).to.equal((await database.health()).pool.most);
    const [pending] = await watching.points('db.client.connection.pending_requests');
    expect(pending?.value).to.equal(0);
  });

  it('how long was waited for a connection is measured', async () => {
    await logs.recent();
    const [waits] = await watching.points('db.client.connection.wait_time');
    expect(waits?.value).to.have.property('count').that.is.at.least(1);
  });

  it('nothing more is told of the connections of a database that is closed', async () => {
    await logs.recent();
    await database.close();
    expect(await watching.points('db.client.connection.max')).to.deep.equal([]);
  });
});
