import { once } from 'node:events';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { AbortError, TimeoutError, UnavailableError, type LogRepository } from '@janus/core';
import { Database, knexfile, KnexLogRepository } from '@janus/knex';
import { expect } from 'chai';
import createKnex, { type Knex } from 'knex';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

/** What is used here of a Knex's client. */
interface Client {
  readonly pool: {
    on(event: 'acquireRequest', listener: () => void): void;
    numUsed(): number;
  };
  acquireConnection(): Promise<object>;
  releaseConnection(connection: object): Promise<void>;
}

/** How long the pool has one wait, in milliseconds. */
const PATIENCE = 2_000;

describe('callers of whom there are more than connections', () => {
  const most = 2;
  let knex: Knex;
  let database: Database;
  let logs: LogRepository;
  /** Ends what holds the connections. */
  let free: AbortController;
  let held: Promise<unknown>;
  /** How often the pool has looked whether a connection is still of use. */
  let looks = 0;

  before(async () => (await openDatabase()).close());
  beforeEach(() => {
    const config = Object.entries(knexfile({ DATABASE_URL: url })).find(([name]) => url.startsWith(name))?.[1];
    looks = 0;
    const validate = () => (looks += 1) > 0;
    const pooling = { ...config?.pool, min: 0, max: most, validate };
    knex = createKnex({ ...config, pool: pooling, acquireConnectionTimeout: PATIENCE, log: { warn: () => undefined } });
    database = Database.of(knex);
    logs = new KnexLogRepository(database);
    free = new AbortController();
    held = Promise.resolve();
  });
  afterEach(async () => {
    free.abort();
    await held;
    await database.close();
  });

  const client = () => knex.client as Client;
  const pool = () => client().pool;
  /** Has the application take every connection, and returns what gives them back. */
  async function take(): Promise<() => Promise<void>> {
    const taken = await Promise.all(Array.from({ length: most }, async () => client().acquireConnection()));
    return async () => {
      for (const connection of taken) await client().releaseConnection(connection);
    };
  }

  /** Has so many connections in use, every one if left out, until `free` is aborted. */
  async function hold(count = most): Promise<void> {
    const freed = once(free.signal, 'abort');
    const taken = Array.from({ length: count }, () => new AbortController());
    const all = Promise.all(taken.map(async ({ signal }) => once(signal, 'abort')));
    const reading = async (one: AbortController) =>
      database.run(
        async () => {
          await logs.recent();
          one.abort();
          await freed;
        },
        { readOnly: true },
      );
    held = Promise.all(taken.map(reading));
    await all;
  }

  const waiting = async () => (await database.health({ signal: AbortSignal.timeout(20) })).pool.waiting;

  it('are served in the order in which they came', async () => {
    await hold();
    const actions = ['first', 'second', 'third', 'fourth', 'fifth'];
    const bound: unknown[] = [];
    knex.on('query', ({ bindings }: { readonly bindings: readonly unknown[] }) => bound.push(...bindings));
    const calls = actions.map(async (action) => logs.list({ where: { action } }));
    free.abort();
    await Promise.all(calls);
    expect(bound.filter((value) => actions.includes(String(value)))).to.deep.equal(actions);
  });

  it('hand a connection on to each other, and ask the pool once for each that there is', async () => {
    await hold();
    free.abort();
    await held;
    await turn();
    let asked = 0;
    pool().on('acquireRequest', () => (asked += 1));
    await Promise.all(Array.from({ length: 40 }, async () => logs.recent()));
    expect(asked).to.equal(most);
  });

  it('are counted among those who wait', async () => {
    await hold();
    const call = logs.recent();
    expect(await waiting()).to.equal(1);
    free.abort();
    await call;
    expect(await waiting()).to.equal(0);
  });

  it('leave the application’s own queries their turn', async () => {
    const over = new AbortController();
    const callers = Array.from({ length: 5 * most }, async () => {
      let calls = 0;
      for (; !over.signal.aborted && calls < 1_000; calls += 1) {
        await logs.recent();
        // SQLite answers at once: nobody else would come to ask.
        await turn();
      }
      return calls;
    });
    await sleep(20);
    await Promise.all(Array.from({ length: most }, async () => knex('logs').select('id').limit(1)));
    over.abort();
    expect(Math.max(...(await Promise.all(callers)))).to.be.below(1_000);
  });

  it('are served when the application’s own queries have taken the connections', async () => {
    await logs.recent();
    const giveBack = await take();
    const calls = Promise.all(Array.from({ length: 3 * most }, async () => logs.recent()));
    await sleep(5);
    await giveBack();
    await calls;
  });

  it('are served as often as the application’s own queries', async () => {
    const served = { theirs: 0, ours: 0 };
    const many = 300;
    const loop = async (whose: keyof typeof served, call: () => Promise<unknown>) => {
      while (served.theirs < many) {
        await call();
        served[whose] += 1;
        await turn();
      }
    };
    await Promise.all(
      Array.from({ length: 10 * most }, async (_, index) =>
        index % 2 === 0
          ? loop('theirs', async () => knex('logs').select('id').limit(1))
          : loop('ours', async () => logs.recent()),
      ),
    );
    expect(served.ours).to.be.above(many / 3);
  });

  it('wait no longer than the pool has one wait', async () => {
    await logs.recent();
    const giveBack = await take();
    const begun = performance.now();
    const calls = Array.from({ length: 3 * most }, async () => refusal(logs.recent()));
    for (const failure of await Promise.all(calls)) {
      expect(failure).to.be.instanceOf(TimeoutError).and.include({ code: 'no free connection' });
    }
    expect(performance.now() - begun).to.be.below(1.9 * PATIENCE);
    await giveBack();
  });

  it('are given none that was lost', async () => {
    const [lost, ...others] = await Promise.all(Array.from({ length: most }, async () => client().acquireConnection()));
    if (!lost) throw new Error('a pool of none');
    const { __knexUid: uid } = lost as { readonly __knexUid: string };
    await client().releaseConnection(lost);
    await hold(1);
    // As Knex notes it when the server closes one.
    Object.assign(lost, { __knex__disposed: 'by this test' });
    const used: string[] = [];
    knex.on('query', ({ sql, __knexUid }: { readonly sql: string; readonly __knexUid: string }) => {
      if (sql.startsWith('select')) used.push(__knexUid);
    });
    const calls = Promise.all(Array.from({ length: 3 * most }, async () => logs.recent()));
    free.abort();
    await calls;
    expect(used)
      .to.have.lengthOf(3 * most)
      .and.not.to.include(uid);
    for (const other of others) await client().releaseConnection(other);
  });

  it('are handed none for long without the pool looking at it', async () => {
    await hold();
    free.abort();
    await held;
    const over = new AbortController();
    looks = 0;
    const callers = Array.from({ length: 5 * most }, async () => {
      while (!over.signal.aborted) {
        await logs.recent();
        await turn();
      }
    });
    for (let seen = looks; seen <= most; seen = looks) await sleep(10);
    over.abort();
    await Promise.all(callers);
  });

  it('are told when the application ends the pool while they wait', async () => {
    await logs.recent();
    const giveBack = await take();
    const calls = Array.from({ length: 3 * most }, async () => refusal(logs.recent()));
    await sleep(5);
    const ended = knex.destroy();
    await giveBack();
    for (const failure of await Promise.all(calls)) expect(failure).to.be.instanceOf(UnavailableError);
    await ended;
  });

  it('are served after one that was aborted while it waited', async () => {
    await hold();
    const abort = new AbortController();
    const aborted = refusal(logs.recent(undefined, { signal: abort.signal }));
    const next = logs.recent();
    abort.abort();
    expect(await aborted).to.be.instanceOf(AbortError);
    free.abort();
    await next;
    await sleep(20);
    expect(pool().numUsed()).to.equal(0);
  });

  it('are served after one whose statement the database did not know', async () => {
    await hold();
    const failing = [refusal(database.rows('nothing', {}, () => knex('no_such_table')))];
    const served = Promise.all(Array.from({ length: 3 * most }, async () => logs.recent()));
    free.abort();
    await served;
    for (const failure of await Promise.all(failing)) expect(failure).to.be.instanceOf(UnavailableError);
  });

  it('are told when the database is closed while they wait', async () => {
    await hold();
    const call = refusal(logs.recent());
    const closing = database.close();
    expect(await call)
      .to.be.instanceOf(UnavailableError)
      .and.include({ code: 'closed' });
    free.abort();
    await held;
    await closing;
  });
});
