import { check, transfer, type Finding, type TransferProgress } from '@janus/cli';
import { readSchema, type Table } from '@janus/knex/tables';
import Sqlite from 'better-sqlite3';
import { expect } from 'chai';
import { putOn, takenOff, takeOff } from '../../packages/cli/dist/transfer/burdens.js';
import { Side } from '../../packages/cli/dist/transfer/side.js';
import { Proxy, type Cut } from '../faults/proxy.js';
import { names, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

/** So many that an empty target is filled without its indexes and references. */
const IMAGES = 1_200;

async function findings({ url }: House): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  await check(url, { onFinding: (finding) => found.push(finding) });
  return found;
}

describe('a transfer of much to an empty PostgreSQL', function burdens() {
  this.timeout(120_000);
  if (!names.includes('sqlite') || !names.includes('postgres')) return;
  const house = useHouses();
  let from: House;
  let to: House;
  let schema: readonly Table[];

  beforeEach(async () => {
    [from, to] = [house('sqlite'), house('postgres')];
    await fillMany(from.store, IMAGES);
    schema = await readSchema(to.database);
  });

  /** Throws in what is told of progress. */
  async function interrupted(isMoment: (progress: TransferProgress) => boolean): Promise<void> {
    const stop = new Error('stopped by its test');
    let failure: unknown = null;
    try {
      await transfer(from.url, to.url, {
        onProgress(progress) {
          if (isMoment(progress)) throw stop;
        },
      });
    } catch (error) {
      failure = error;
    }
    expect(failure).to.equal(stop);
  }

  async function isWhole(): Promise<void> {
    expect(await readSchema(to.database)).to.deep.equal(schema);
    expect(await findings(to)).to.deep.equal([]);
    expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('identical');
  }

  it('leaves every index and every reference as it was', async () => {
    const { outcome, tables } = await transfer(from.url, to.url);
    expect(outcome).to.equal('identical');
    expect(tables.find(({ name }) => name === 'images')).to.include({ missing: IMAGES, inserted: IMAGES, updated: 0 });
    await isWhole();
  });

  it('writes nothing, and takes nothing off, where the target would refuse a row', async () => {
    const file = new Sqlite(from.url.slice('sqlite:'.length));
    const title = 'x'.repeat(501);
    file.prepare('update images set title = ? where id = (select max(id) from images)').run(title);
    file.close();
    expect((await transfer(from.url, to.url)).outcome).to.equal('refused');
    expect(await readSchema(to.database)).to.deep.equal(schema);
    expect((await to.store.users.list()).items).to.deep.equal([]);
  });

  for (const [moment, isMoment] of [
    ['compared', ({ phase, done }) => phase === 'comparing' && done > 8_000],
    ['copied', ({ phase }) => phase === 'copying'],
    ['given their indexes', ({ phase, done, total }) => phase === 'copying' && done > total * 0.8 && done < total],
  ] satisfies [string, (progress: TransferProgress) => boolean][]) {
    it(`is whole when it was interrupted while rows were ${moment}, and is started again`, async () => {
      await interrupted(isMoment);
      expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
      await isWhole();
    });
  }

  it('is not called identical, nor sound, before all is on again', async () => {
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
    await to.database.run(async () => takeOff(to.database, ['images', 'image_tags']));
    expect((await findings(to)).map(({ advice }) => advice)[0]).to.match(/^run the same `janus transfer` again/);
    expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('different');
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
    await isWhole();
  });

  it('is whole when rows went at the source while others that refer to them were copied', async () => {
    const file = new Sqlite(from.url.slice('sqlite:'.length));
    let deleted = 0;
    try {
      await transfer(from.url, to.url, {
        onProgress({ phase, table }) {
          if (phase !== 'comparing' || table !== 'image_tags' || deleted > 0) return;
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
    await isWhole();
  });

  it('leaves what another transfer has just taken off noted', async () => {
    const { database } = to;
    await database.run(async () => takeOff(database, ['images', 'image_tags']));
    const side = new Side('target', database);
    const noted = await takenOff(side);
    await putOn(side, [], { cleared: () => undefined, done: () => undefined });
    expect(await takenOff(side)).to.deep.equal(noted);
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
    await isWhole();
  });

  it('writes nothing where two words are one, for they are no UTF-8', async () => {
    const file = new Sqlite(from.url.slice('sqlite:'.length));
    const words = 'insert into image_words (word, image_id) select cast(? as text), min(id) from images';
    for (const byte of [0xfe, 0xff]) file.prepare(words).run(Buffer.from([byte]));
    file.close();
    const [end] = await Promise.allSettled([transfer(from.url, to.url)]);
    expect(end.status).to.equal('rejected');
    expect((await to.store.users.list()).items).to.deep.equal([]);
    expect(await readSchema(to.database)).to.deep.equal(schema);
  });

  it('is whole after two at once', async () => {
    await Promise.allSettled([transfer(from.url, to.url), transfer(from.url, to.url)]);
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
    await isWhole();
  });

  for (const [what, cut] of [
    ['the server keeps what was copied', { text: 'COMMIT', isHeard: true }],
    ['the server does not hear that what was copied is to be kept', { text: 'COMMIT', isHeard: false }],
    ['a reference is put on again', { text: 'add constraint', isHeard: true }],
    ['an index is put on again', { text: 'CREATE INDEX IF NOT EXISTS', isHeard: true }],
  ] satisfies [string, Cut][]) {
    it(`is whole when the connection is lost as ${what}, and it is started again`, async () => {
      const { hostname, port } = new URL(to.url);
      const proxy = new Proxy({ host: hostname, port: Number(port || 5432) });
      try {
        const url = await proxy.urlOf(to.url);
        proxy.cut = cut;
        const [end] = await Promise.allSettled([transfer(from.url, url)]);
        expect(proxy.cut, 'it was cut').to.equal(null);
        if (end.status === 'fulfilled' && end.value.outcome === 'identical') await isWhole();
        expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
        await isWhole();
      } finally {
        await proxy.close();
      }
    });
  }
});
