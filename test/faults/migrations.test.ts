import type { Database } from '@janus/knex';
import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSchema } from '@janus/knex/tables';
import { empty, openEmpty, url } from '../database/empty-database.js';
import { isFull } from './extent.js';
import { type Ended, MigratingProcess, type Way } from './migrating-process.js';

const MINUTES = 60_000;

/** How often a process that is not killed speaks to the database. */
const said = ({ output }: Ended) => Number(/^said (\d+)$/m.exec(output)?.[1]);

/** So many moments at which it is killed, or all that there are, spread over the whole. */
function moments(total: number, count: number): readonly string[] {
  const step = Math.max(1, total / count);
  const first = Math.random() < 0.5 ? 0 : 1;
  return Array.from({ length: Math.floor(total / step) }, (_, index) => {
    const number = 1 + Math.floor((index + (step > 1 ? Math.random() : 0)) * step);
    return `${number} ${(index + first) % 2 === 0 ? 'before' : 'after'}`;
  });
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);

describe('a migration', function faults() {
  this.timeout(isFull ? 120 * MINUTES : 3 * MINUTES);
  let database: Database;
  let migrated: unknown;
  let bare: unknown;

  before(async function open() {
    database = await openEmpty();
    await database.migrate();
    migrated = await state();
    await forget();
    bare = await state();
  });
  beforeEach(async () => forget());
  after(async () => {
    await forget();
    await database.close();
  });

  /** As if Janus had never been there. */
  async function forget(): Promise<void> {
    await empty(database);
    for (const table of ['digests', 'turn', 'steps'])
      await database.knex.schema.dropTableIfExists(`janus_migration_${table}`);
  }

  /** Everything that a migration leaves, but times and numbers. */
  async function state() {
    const { knex } = database;
    const rows = async (table: string, column: string): Promise<readonly unknown[]> =>
      (await knex.schema.hasTable(table)) ? knex(table).orderBy(column).pluck(column) : [];
    return {
      tables: (await readSchema(database)).filter(({ name }) => !name.startsWith('janus_migration')),
      noted: await rows('janus_migrations', 'name'),
      digests: await rows('janus_migration_digests', 'digest'),
      unfinished: await rows('janus_migration_steps', 'position'),
    };
  }

  const start = (way: Way, options: { killAt?: string; hurries?: number } = {}) =>
    new MigratingProcess(way, { url, dialect: database.dialect.name, ...options });

  async function succeeds(way: Way, about: string, options: { hurries?: number } = {}): Promise<Ended> {
    const ended = await start(way, options).ended;
    expect(ended.code, `${about}: ${ended.output}`).to.equal(0);
    return ended;
  }

  /** Kills one way at each of these moments, and has another finish it. */
  async function survives(forth: Way, back: Way, count: number): Promise<void> {
    const kills = {
      [forth]: moments(said(await succeeds(forth, 'undisturbed')), count),
      [back]: moments(said(await succeeds(back, 'undisturbed')), count),
    };
    const started = performance.now();
    let killed = 0;
    for (const [way, at] of Object.entries(kills) as [Way, readonly string[]][]) {
      for (const [index, killAt] of at.entries()) {
        // As for the first time, or to be taken back.
        await (way === forth ? forget() : database.migrate());
        const about = `${way} killed at ${killAt}`;
        const { signal } = await start(way, { killAt }).ended;
        if (signal === 'SIGKILL') killed += 1;
        // By turns it is finished, and the opposite is done. Knex's own interface in code does not look before it begins.
        const opposite = way === forth ? 'migrate:rollback --all' : forth;
        const next = index % 2 === 0 ? way : opposite;
        await succeeds(next, about, { hurries: 20 });
        expect(await state(), `${about}, then ${next}`).to.deep.equal(next === forth ? migrated : bare);
      }
    }
    expect(killed).to.be.greaterThan(0);
    if (isFull) console.log(`${forth}, ${back}: ${killed} killed, 0 not finished, ${seconds(started)} s`);
  }

  it('that was killed is finished by the next run, forth or back', async () => {
    await survives('forth', 'back', isFull ? Infinity : 2);
  });

  it('that was killed is finished by the next command of Knex, forth or back', async () => {
    await survives('migrate:latest', 'migrate:rollback --all', isFull ? 50 : 1);
  });

  it('that was killed at any moment is finished by the next run, which waits no longer than it must', async () => {
    const kills = isFull ? 100 : 2;
    const started = performance.now();
    const middle = Math.floor(said(await succeeds('forth', 'undisturbed')) / 2);
    await succeeds('back', 'undisturbed');
    let waited = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const way = kill % 2 === 0 ? 'forth' : 'back';
      // The first surely while it has the turn.
      const next = start(way, kill === 0 ? { killAt: `${middle} after` } : {});
      if (kill > 0) {
        await next.begins();
        await sleep(Math.random() * 600);
        next.signal('SIGKILL');
      }
      await next.ended;
      const finishes = performance.now();
      await succeeds(way, `kill ${kill}`, { hurries: isFull && kill === 0 ? 1 : 20 });
      if (kill === 0) waited = performance.now() - finishes;
      expect(await state(), `kill ${kill}`).to.deep.equal(way === 'forth' ? migrated : bare);
    }
    if (isFull)
      console.log(
        `at random: ${kills} killed, 0 not finished, ${seconds(started)} s; waited ${(waited / 1000).toFixed(1)} s`,
      );
    expect(waited).to.be.lessThan(30_000);
  });

  it('whose process was suspended for longer than others wait is applied once', async () => {
    for (let round = 0; round < (isFull ? 5 : 1); round += 1) {
      await forget();
      const suspended = start('forth');
      await suspended.begins();
      await sleep(Math.random() * 300);
      suspended.signal('SIGSTOP');
      const other = start('forth');
      await sleep(14_000);
      suspended.signal('SIGCONT');
      const { code, output } = await other.ended;
      expect(code, output).to.equal(0);
      await suspended.ended;
      expect(await state()).to.deep.equal(migrated);
    }
  });

  for (const [title, way] of [
    ['migrate()', 'forth'],
    ['`knex migrate:latest`', 'migrate:latest'],
  ] as const) {
    it(`is applied by one of three that are the first at once, by ${title}, and all three succeed`, async () => {
      for (let round = 0; round < (isFull ? 20 : 1); round += 1) {
        await forget();
        const all = await Promise.all([1, 2, 3].map(async () => start(way).ended));
        for (const { code, output } of all) expect(code, output).to.equal(0);
        expect(await state()).to.deep.equal(migrated);
        if (way !== 'forth') continue;
        const applied = all.map(({ output }) => /^\[.*\]$/m.exec(output)?.[0]).filter((names) => names !== '[]');
        expect(applied).to.deep.equal([
          JSON.stringify(await database.knex('janus_migrations').orderBy('id').pluck('name')),
        ]);
      }
    });
  }

  it('waits for another that goes on and on, and in the end says whose', async () => {
    await succeeds('forth', 'to have something to wait for');
    await succeeds('back', 'to have something to wait for');
    const turn = database.knex('janus_migration_turn');
    await turn.clone().update({ holder: 'process 7 on a host (a run)' });
    const waits = start('forth', { hurries: 200 });
    while (waits.runs) {
      await turn.clone().increment('beat');
      await sleep(50);
    }
    const { code, output } = await waits.ended;
    expect(code).to.equal(1);
    expect(output).to.include('UnavailableError').and.to.include('process 7 on a host has been migrating');
  });

  it('needs no `knex migrate:unlock`, which does no harm', async () => {
    await succeeds('migrate:unlock', 'before the first');
    await succeeds('migrate:latest', 'after it was unlocked');
    await succeeds('migrate:unlock', 'when all is applied');
    expect((await succeeds('migrate:list', 'after that')).output).to.match(/no pending/i);
    await succeeds('migrate:rollback --all', 'after that');
    expect(await state()).to.deep.equal(bare);
  });
});
