import Sqlite from 'better-sqlite3';
import { check, transfer, type Finding } from '@janus/cli';
import { readSchema } from '@janus/knex/tables';
import { expect } from 'chai';
import { names, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

/** So many that other threads help, and that indexes are taken off. */
const IMAGES = 1_500;

const others = names.includes('sqlite') ? names.filter((name) => name !== 'sqlite') : [];

/** Fails when rows are being written. */
async function interrupted(from: House, to: House, rows: number): Promise<void> {
  const stop = new Error('stopped by its test');
  let failure: unknown = null;
  try {
    await transfer(from.url, to.url, {
      onProgress({ phase, done }) {
        if (phase === 'copying' && done >= rows) throw stop;
      },
    });
  } catch (error) {
    failure = error;
  }
  expect(failure).to.equal(stop);
}

async function findings({ url }: House): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  await check(url, { onFinding: (finding) => found.push(finding) });
  return found;
}

for (const name of others) {
  describe(`a transfer of much to an empty ${name}`, function burdens() {
    this.timeout(120_000);
    const house = useHouses();
    let from: House;
    let to: House;

    beforeEach(async () => {
      [from, to] = [house('sqlite'), house(name)];
      await fillMany(from.store, IMAGES);
    });

    it('leaves every index and every reference as it was', async () => {
      const before = await readSchema(to.database);
      expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
      expect(await readSchema(to.database)).to.deep.equal(before);
      expect(await findings(to)).to.deep.equal([]);
    });

    it('does so when it was interrupted and is started again', async () => {
      const before = await readSchema(to.database);
      await interrupted(from, to, 1);
      await interrupted(from, to, 4_000);
      expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
      expect(await readSchema(to.database)).to.deep.equal(before);
      expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('identical');
    });

    it('does so when rows went at the source while others that refer to them were copied', async () => {
      const before = await readSchema(to.database);
      const file = new Sqlite(from.url.slice('sqlite:'.length));
      let deleted = 0;
      try {
        await transfer(from.url, to.url, {
          onProgress({ phase }) {
            if (phase !== 'copying' || deleted > 0) return;
            file.pragma('foreign_keys = on');
            const some = 'select id from images where rowid % 20 = 0';
            deleted = file.prepare(`delete from images where id in (${some})`).run().changes;
          },
        });
      } finally {
        file.close();
      }
      expect(deleted).to.be.greaterThan(10);
      expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
      expect(await readSchema(to.database)).to.deep.equal(before);
      expect(await findings(to)).to.deep.equal([]);
    });

    it('is not called identical while an index is off', async () => {
      const { knex } = to.database;
      expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
      await knex.schema.createTable('janus_taken_off', (t) => {
        t.string('table_name', 64).notNullable();
        t.integer('refers').notNullable();
        t.string('put', 2000).notNullable();
      });
      const put = 'create index mine on logs (module, level)';
      await knex('janus_taken_off').insert({ table_name: 'logs', refers: 0, put });
      try {
        expect((await findings(to)).map(({ where }) => where)).to.deep.equal(['indexes']);
        expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('different');
        expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
        expect((await findings(to)).map(({ what }) => what)).to.deep.equal([
          'no migration makes this index on module, level',
        ]);
      } finally {
        await knex.schema.alterTable('logs', (t) => t.dropIndex([], 'mine'));
        await knex.schema.dropTableIfExists('janus_taken_off');
      }
    });
  });
}
