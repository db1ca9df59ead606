import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, newId, UnavailableError } from '@janus/core';
import { KnexLogRepository, type Database } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { isFull } from '../faults/extent.js';
import { url } from './empty-database.js';

const OLD = 20_000;
const isSqlite = url.startsWith('sqlite:');

describe('log entries that are pruned', () => {
  let database: Database;
  let beside: Database;
  let logs: KnexLogRepository;
  const before = new Date(Date.UTC(2026, 0, 2));

  beforeEach(async function fill() {
    this.timeout(60_000);
    database = await openDatabase();
    beside = await openDatabase();
    logs = new KnexLogRepository(database);
    await database.knex('logs').delete();
    const day = before.getTime() - 86_400_000;
    await logs.appendMany(
      Array.from({ length: OLD }, (_, index) => ({
        action: 'old',
        timestamp: new Date(day + index),
        metadata: { text: newId().repeat(20) },
      })),
    );
  });
  afterEach(async () => {
    await database.close();
    await beside.close();
  });

  it('let others write in between, batch by batch, and tell how many there have been', async function prune() {
    this.timeout(60_000);
    const writer = new KnexLogRepository(beside);
    const waits: number[] = [];
    const state = { isDone: false };
    const told: number[] = [];
    const batches: number[] = [];
    let last = performance.now();
    const pruning = logs
      .prune({
        before,
        batch: 1_000,
        progress(pruned) {
          told.push(pruned);
          batches.push(performance.now() - last);
          last = performance.now();
        },
      })
      .finally(() => (state.isDone = true));
    while (!state.isDone) {
      const since = performance.now();
      await writer.append({ action: 'new' });
      waits.push(performance.now() - since);
      await sleep(1);
    }
    expect(await pruning).to.equal(OLD);
    expect(told).to.deep.equal(Array.from({ length: OLD / 1_000 }, (_, index) => (index + 1) * 1_000));
    expect(await logs.list({ where: { action: 'old' } })).to.deep.equal({ items: [], next: null });
    expect(waits.length).to.be.greaterThan(1);
    if (isFull) {
      console.log(
        `longest batch ${Math.max(...batches).toFixed(0)} ms, longest wait ${Math.max(...waits).toFixed(0)} ms`,
      );
    }
  });

  it('can be stopped, and pruned again', async () => {
    const controller = new AbortController();
    const progress = (pruned: number) => void (pruned >= 3_000 && controller.abort());
    expect(await refusal(logs.prune({ before, progress, signal: controller.signal }))).to.be.instanceOf(AbortError);
    expect(await logs.prune({ before })).to.equal(OLD - 3_000);
  });

  it('leave space that can be given back', async function giveBack() {
    this.timeout(60_000);
    const size = async (): Promise<number> => {
      if (isSqlite) return statSync(url.replace(/^sqlite:/, '')).size;
      if (url.startsWith('postgres')) {
        const { rows } = (await database.knex.raw("select pg_total_relation_size('logs') as size")) as {
          rows: { size: number }[];
        };
        return Number(rows[0]?.size);
      }
      const [rows] = (await database.knex.raw(
        `select file_size as size from information_schema.innodb_${database.dialect.name === 'mysql' ? 'tablespaces' : 'sys_tablespaces'}
         where name = concat(database(), '/logs')`,
      )) as [{ size: number }[]];
      return Number(rows[0]?.size);
    };
    if (isSqlite) await database.knex.raw('pragma wal_checkpoint(truncate)');
    const full = await size();
    await logs.prune({ before });
    await database.giveBackSpace();
    expect(await size()).to.be.below(full / 2);
    await logs.append({ action: 'after' });
    expect((await logs.recent()).map(({ action }) => action)).to.deep.equal(['after']);
  });

  it('leave space that is not given back in a unit of work', async () => {
    const error = await refusal(database.run(async () => database.giveBackSpace()));
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'in a unit of work' });
  });
});
