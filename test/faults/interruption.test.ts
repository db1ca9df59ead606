import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, TimeoutError } from '@janus/core';
import { KnexLogRepository, type Database } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from '../database/empty-database.js';
import { isFull } from './extent.js';

/** How a server is kept busy, and told what it does. */
const servers = {
  postgres: {
    slow: 'select pg_sleep(20) as slow_work',
    running: `select count(*) as running from pg_stat_activity
      where state <> 'idle' and query like '%slow_work%' and pid <> pg_backend_pid()`,
    sessions: 'select count(*) as running from pg_stat_activity where datname = current_database()',
  },
  mysql: {
    slow: 'select sleep(20) as slow_work',
    running: `select count(*) as running from information_schema.processlist
      where info like '%slow_work%' and id <> connection_id()`,
    sessions: 'select count(*) as running from information_schema.processlist where db = database()',
  },
};
const server = url.startsWith('postgres') ? servers.postgres : servers.mysql;

/** Moves the entries that are locked to another module. */
const move = async (on: Database, module: string) =>
  on.update('move', 'logs', { module }, { action: 'locked' }, (given) => on.knex('logs').where(given));

/** Whether something comes to be so. */
const until = async (isSo: () => Promise<boolean>) => {
  const patience = Date.now() + 5_000;
  while (Date.now() < patience) {
    if (await isSo()) return true;
    await sleep(20);
  }
  return false;
};

/** A signal that is aborted after some time. */
const aborted = (milliseconds: number) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
};

if (!url.startsWith('sqlite:')) {
  describe('what a server does for a call', () => {
    let database: Database;
    let watcher: Database;
    let logs: KnexLogRepository;
    before(async () => {
      database = await openDatabase();
      watcher = await openDatabase();
      logs = new KnexLogRepository(database);
    });
    beforeEach(async () => database.knex('logs').delete());
    after(async () => {
      await database.close();
      await watcher.close();
    });

    const raw = (sql: string) => database.knex.from(database.knex.raw(`(${sql}) as answer`)).select('*');
    const slow = async () => database.rows('slow', {}, () => raw(server.slow));
    const number = async (sql: string) => {
      const [row] = await watcher.rows(sql, {}, () => watcher.knex.from(watcher.knex.raw(`(${sql}) as answer`)));
      return Number(row?.['running']);
    };
    const used = () => (database.knex.client as { pool: { numUsed(): number } }).pool.numUsed();

    it('ends when its signal is aborted', async () => {
      const controller = new AbortController();
      const call = refusal(database.until(controller.signal, slow));
      expect(await until(async () => (await number(server.running)) === 1)).to.equal(true);
      controller.abort();
      expect(await call).to.be.instanceOf(AbortError);
      expect(await until(async () => (await number(server.running)) === 0)).to.equal(true);
    });

    it('ends at the deadline of its unit of work, which is taken back', async () => {
      const error = await refusal(
        database.run(
          async () => {
            await logs.append({ action: 'too late' });
            await slow();
          },
          { deadline: new Date(Date.now() + 300) },
        ),
      );
      expect(error).to.be.instanceOf(TimeoutError);
      expect(await until(async () => (await number(server.running)) === 0)).to.equal(true);
      expect((await logs.list()).items).to.deep.equal([]);
    });

    it('ends when it waits for the lock of another', async () => {
      await logs.append({ action: 'locked' });
      await watcher.run(async () => {
        await move(watcher, 'mine');
        const started = Date.now();
        expect(await refusal(database.until(aborted(200), async () => move(database, 'other')))).to.be.instanceOf(
          AbortError,
        );
        expect(Date.now() - started).to.be.below(3_000);
      });
      expect((await logs.list()).items.map(({ module }) => module)).to.deep.equal(['mine']);
    });

    it('leaves the pool as it was, however often it is aborted', async function often() {
      const times = isFull ? 10_000 : 200;
      this.timeout(isFull ? 1_200_000 : 60_000);
      for (let start = 0; start < times; start += 10) {
        await Promise.all(
          Array.from({ length: 10 }, async (_, index) => refusal(database.until(aborted(1 + (index % 4)), slow))),
        );
      }
      await sleep(20);
      expect(used()).to.equal(0);
      expect(await until(async () => (await number(server.running)) === 0)).to.equal(true);
      expect(await until(async () => (await number(server.sessions)) <= 20)).to.equal(true);
      await logs.append({ action: 'goes on' });
    });

    it('is not begun when the signal is aborted while all connections are taken', async () => {
      const free = new AbortController();
      const busy = Array.from({ length: 10 }, async () => refusal(database.until(free.signal, slow)));
      await until(async () => (await number(server.running)) === 10);
      const started = Date.now();
      expect(await refusal(database.until(aborted(50), async () => logs.recent()))).to.be.instanceOf(AbortError);
      expect(Date.now() - started).to.be.below(2_000);
      free.abort();
      await Promise.all(busy);
      await logs.recent();
    });
  });
}
