import { AbortError, JanusError, TimeoutError } from '@janus/core';
import { Database, KnexLogRepository, type Health } from '@janus/knex';
import { expect } from 'chai';
import { Proxy } from '../faults/proxy.js';
import { openDatabase } from '../open-store.js';
import { empty, url } from './empty-database.js';

const isFile = url.startsWith('sqlite:');

/** What is known of one that answers. */
function connected(health: Health) {
  if (!health.connected) throw health.error;
  return health;
}

describe('the health of a database', () => {
  let database: Database;
  beforeEach(async () => void (database = await openDatabase()));
  afterEach(async () => database.close());

  const schema = async () => connected(await database.health()).schema;
  const notes = () => database.knex('janus_migrations');

  it('is that it answers, how long that took, and that its schema is current', async () => {
    const health = connected(await database.health());
    expect(health.latency).to.be.within(0, 5_000);
    expect(health.schema).to.deep.equal({ state: 'current' });
  });

  it('tells how many connections are used and free, how many calls wait, and how many there may be', async () => {
    const logs = new KnexLogRepository(database);
    const idle = (await database.health()).pool;
    expect(idle).to.include({ used: 0, waiting: 0 });
    expect(idle.free).to.be.at.least(1);
    await database.run(async () => {
      await logs.recent();
      const { pool } = await database.health();
      expect(pool).to.include({ used: 1, most: idle.most });
    });
  });

  it('is in no unit of work', async () => {
    const sent: unknown[] = [];
    await database.run(async () => {
      database.knex.on('query', ({ __knexTxId: transaction }: { __knexTxId?: string }) => sent.push(transaction));
      await database.health();
      database.knex.removeAllListeners('query');
    });
    expect(sent).to.have.length(3);
    expect(new Set(sent)).to.deep.equal(new Set([undefined]));
  });

  it('is a schema behind, with the names of the migrations that are missing', async () => {
    const [last] = await notes().orderBy('name', 'desc').limit(1);
    await notes().where({ name: last.name }).delete();
    try {
      expect(await schema()).to.deep.equal({ state: 'behind', missing: [last.name], unknown: [] });
    } finally {
      await notes().insert(last);
    }
  });

  it('is a schema ahead, with the names of the migrations that this version does not know', async () => {
    const name = '29991231235959_later';
    await notes().insert({ name, batch: 99 });
    try {
      expect(await schema()).to.deep.equal({ state: 'ahead', unknown: [name] });
    } finally {
      await notes().where({ name }).delete();
    }
  });

  it('is none where nothing has been migrated', async () => {
    await empty(database);
    expect(await schema()).to.deep.equal({ state: 'none' });
    await database.migrate();
    expect(await schema()).to.deep.equal({ state: 'current' });
  });

  it('is not connected when its signal is aborted', async () => {
    const health = await database.health({ signal: AbortSignal.abort() });
    expect(health).to.have.property('connected', false);
    expect(health).to.have.property('error').that.is.instanceOf(AbortError);
  });

  it('is not connected where every connection is taken, when its signal says that it took too long', async () => {
    const { most } = (await database.health()).pool;
    const client = database.knex.client as {
      acquireConnection(): Promise<unknown>;
      releaseConnection(connection: unknown): Promise<void>;
    };
    const taken = await Promise.all(Array.from({ length: most }, async () => client.acquireConnection()));
    const begun = performance.now();
    const health = await database.health({ signal: AbortSignal.timeout(100) });
    expect(performance.now() - begun).to.be.below(2_000);
    expect(health).to.include({ connected: false });
    expect(health).to.have.property('error').that.is.instanceOf(TimeoutError);
    expect(health.pool).to.include({ used: most, free: 0 });
    for (const connection of taken) await client.releaseConnection(connection);
    expect(await schema()).to.deep.equal({ state: 'current' });
  });

  it('is not connected when it was closed', async () => {
    await database.close();
    const health = await database.health();
    expect(health).to.have.property('connected', false);
    expect(health).to.have.property('error').that.is.instanceOf(JanusError);
    expect(health.pool).to.deep.equal({ used: 0, free: 0, waiting: 0, most: 0 });
  });

  if (!isFile) {
    it('is not connected when the server has gone', async () => {
      const { hostname, port } = new URL(url);
      const to = { host: hostname, port: Number(port) || (url.startsWith('postgres') ? 5432 : 3306) };
      const proxy = new Proxy(to);
      const way = await proxy.urlOf(url);
      const other = await Database.open(way);
      try {
        expect(await other.health()).to.include({ connected: true });
        await proxy.close();
        const health = await other.health();
        expect(health).to.have.property('connected', false);
        expect(health).to.have.property('error').that.is.instanceOf(JanusError);
      } finally {
        await other.close();
      }
    });
  }
});
