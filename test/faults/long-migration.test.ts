import type { Database } from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { empty, openEmpty, url } from '../database/empty-database.js';
import { runMigration } from '../database/run-migration.js';
import { ALBUMS, longMigration, TABLES } from './long-migration.js';
import { isFull } from './extent.js';
import { MigratingProcess } from './migrating-process.js';

describe('a migration that changes tables and rows in turn', function faults() {
  this.timeout(isFull ? 1_800_000 : 120_000);
  let database: Database;

  before(async function open() {
    database = await openEmpty();
    await database.migrate();
    await clear();
  });
  after(async () => {
    await clear();
    await empty(database);
    await database.close();
  });

  async function clear(): Promise<void> {
    for (const table of TABLES.toReversed()) await database.knex.schema.dropTableIfExists(table);
  }

  const state = async () => ({
    tables: (await readSchema(database)).filter(({ name }) => name.startsWith('half_way')),
    albums: await database.knex(ALBUMS).orderBy('id'),
    notes: await database.knex('half_way_notes').orderBy('id'),
  });

  const start = (killAt?: string) =>
    new MigratingProcess('long', {
      url,
      dialect: database.dialect.name,
      ...(killAt !== undefined && { killAt }),
    });

  it('and is killed anywhere does what it had not done when it is run again, and nothing twice', async () => {
    const { code, output } = await start().ended;
    expect(code, output).to.equal(0);
    const undisturbed = await state();
    expect(undisturbed.albums).to.deep.equal(
      [2, 3, 4, 5, 6].map((id) => ({ id, weight: 6, title: id === 6 ? 'six' : `album ${id}` })),
    );
    const total = Number(/^said (\d+)$/m.exec(output)?.[1]);
    const step = isFull ? 1 : total / 4;
    let killed = 0;
    for (let moment = isFull ? 1 : Math.random() * step; moment < total; moment += step) {
      await clear();
      const killAt = `${Math.ceil(moment)} ${Math.random() < 0.5 ? 'before' : 'after'}`;
      const { signal } = await start(killAt).ended;
      if (signal === 'SIGKILL') killed += 1;
      await runMigration(database, longMigration);
      expect(await state(), `killed at ${killAt}`).to.deep.equal(undisturbed);
    }
    expect(killed).to.be.greaterThan(0);
    if (isFull) console.log(`a long migration: ${killed} killed, 0 not finished`);
  });

  it('and fails at a statement is run again from there', async () => {
    await clear();
    let fails = true;
    const failing = async () =>
      runMigration(database, async (on) => {
        await longMigration(on);
        await on(ALBUMS).insert({ id: 7, weight: 0, title: 'seven' });
        if (fails) await on(ALBUMS).insert({ id: 7, weight: 0, title: 'seven, too' });
      });
    const failed = await failing().then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    fails = false;
    await failing();
    expect(await database.knex(ALBUMS).orderBy('id').pluck('id')).to.deep.equal([2, 3, 4, 5, 6, 7]);
  });
});
