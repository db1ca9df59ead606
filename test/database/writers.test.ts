import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TimeoutError, UnavailableError, type LogRepository } from '@janus/core';
import { Database, knexfile, KnexImageRepository, KnexLogRepository, KnexUserRepository } from '@janus/knex';
import { expect } from 'chai';
import createKnex from 'knex';
import { newImage, newUser, refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

describe('those who write to one database at the same time', () => {
  let database: Database;
  before(async () => {
    database = await openDatabase();
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
  });
  after(async () => database.close());

  for (const size of [1, 2, 5, 25]) {
    it(`twenty that read and then write lose no count, with a pool of ${size}`, async function count() {
      this.timeout(60_000);
      const config = knexfile({ DATABASE_URL: url })[database.dialect.name];
      const knex = createKnex({
        ...config,
        pool: { ...config?.pool, min: 0, max: size },
      });
      const pooled = Database.of(knex);
      const images = new KnexImageRepository(pooled);
      try {
        const ada = await new KnexUserRepository(pooled).create(newUser());
        const image = await images.create(newImage(ada));
        await Promise.all(
          Array.from({ length: 20 }, async () =>
            pooled.run(
              async () => {
                const { version } = await images.get(image.id);
                await images.update(image.id, { metadata: { count: version } }, { version });
              },
              { isolation: 'serializable' },
            ),
          ),
        );
        const counted = await images.get(image.id);
        expect(counted.metadata).to.deep.equal({ count: 20 });
      } finally {
        await knex.destroy();
      }
    });
  }

  it('do not wait for themselves when one was ended while it waited for a connection', async () => {
    const logs: LogRepository = new KnexLogRepository(database);
    const { max } = (database.knex.client as { pool: { max: number } }).pool;
    const free = new AbortController();
    const freed = once(free.signal, 'abort');
    const readers = Array.from({ length: max }, async () =>
      database
        .run(
          async () => {
            await logs.recent();
            await freed;
          },
          { readOnly: true, signal: free.signal },
        )
        .catch(() => undefined),
    );
    await sleep(100);
    const since = performance.now();
    const work = database.run(async () => {
      await logs.append({ action: 'no' }, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
      free.abort();
      await logs.append({ action: 'no' });
    });
    expect(await refusal(work)).to.be.instanceOf(TimeoutError);
    expect(performance.now() - since).to.be.below(3_000);
    await Promise.all(readers);
    await logs.append({ action: 'goes on' });
  });

  if (url.startsWith('sqlite:')) {
    for (const [what, write] of Object.entries({
      'a second Database of that file': async () => {
        const second = await openDatabase();
        try {
          await new KnexLogRepository(second).append({ action: 'no' });
        } finally {
          await second.close();
        }
      },
      'a statement of Knex’s own': async () => database.knex('logs').delete(),
      'a transaction of Knex’s own': async () => database.knex.transaction(async (trx) => trx('logs').delete()),
    })) {
      it(`are told at once that a unit of work would wait for itself: ${what}`, async () => {
        const since = performance.now();
        await database.run(async () => {
          await new KnexLogRepository(database).append({ action: 'goes on' });
          const error = await refusal(write());
          expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'waits for itself' });
        });
        expect(performance.now() - since).to.be.below(5_000);
      });
    }

    it('wait for another process without keeping this one from anything else', async function wait() {
      this.timeout(20_000);
      const other = fork(join(import.meta.dirname, 'write-for-a-while.ts'), [url, '1500'], {
        execArgv: ['--import', 'tsx/esm'],
      });
      const ended = once(other, 'exit');
      await once(other, 'message');
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 5);
      const since = performance.now();
      await new KnexLogRepository(database).append({ action: 'waited' });
      expect(performance.now() - since).to.be.greaterThan(500);
      await sleep(10);
      clearInterval(timer);
      expect(longest).to.be.below(700);
      await ended;
    });
  }
});
