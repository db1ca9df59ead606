import { inspect } from 'node:util';
import { CannotRunError, transfer, type TransferOptions, type TransferProgress } from '@janus/cli';
import { TABLES } from '@janus/knex/tables';
import { expect } from 'chai';
import { newImage, newUser, refusal } from '../contract/store.js';
import { watch } from '../database/watching.js';
import { fill, type DataSet } from './data-set.js';
import { names, useHouses, type House } from './houses.js';

const nothing: DataSet = { users: [], admins: [], images: [], analyses: [], logs: [], events: [], loose: [] };

/** One of everything. */
const one: DataSet = {
  users: [{ email: 'ada@example.org', username: 'ada', passwordHash: '$2b$10$hash' }],
  admins: [{ user: 0, level: 3, grantedBy: 0 }],
  images: [{ ...image('night.jpg'), owner: 0, trashed: false, tags: ['cat', 'night'], metadata: { iso: 100 } }],
  analyses: [{ image: 0, kind: 'objects', result: { faces: 2 } }],
  logs: [{ action: 'image.uploaded', user: 0, image: 0, metadata: { from: 'phone' } }],
  events: [{ topic: 'views', image: 0, data: 1 }],
  loose: ['dog'],
};

function image(filename: string) {
  return { filename, mimeType: 'image/jpeg', byteSize: 1, width: 1, height: 1, sha256: 'a'.repeat(64) };
}

const counts = (tables: Awaited<ReturnType<typeof transfer>>['tables']) =>
  Object.fromEntries(tables.map(({ name, inserted, updated, deleted }) => [name, [inserted, updated, deleted]]));

async function expectNothing({ contents }: House) {
  expect(new Set(Object.values(await contents()).flat())).to.deep.equal(new Set());
}

describe('moving', function moving() {
  this.timeout(60_000);
  const house = useHouses();
  const [here = ''] = names;

  for (const there of names.slice(1)) {
    describe(`to ${there}`, () => {
      let from: House;
      let to: House;
      beforeEach(async () => {
        [from, to] = [house(here), house(there)];
        await fill(from.store, one);
      });
      const move = async (options?: TransferOptions) => transfer(from.url, to.url, options);

      it('moves every table', async () => {
        const { tables } = await move();
        expect(tables.map(({ name }) => name)).to.have.members(TABLES);
        for (const { name, source, target } of tables) {
          expect(source.rows, name).to.be.greaterThan(0);
          expect(target, name).to.deep.equal(source);
        }
      });

      it('tells no value of what it moves to those who watch it', async () => {
        const secret = 'b3hu1tmybxf';
        const images = Array.from({ length: 200 }, (_, index) => ({
          ...image(`${secret}${index}.jpg`),
          sha256: index.toString(16).padStart(64, '0'),
          // Words enough for several ranges.
          title: Array.from({ length: 30 }, (__, word) => `${secret}${index}x${word}`)
            .join(' ')
            .slice(0, 500),
          owner: 0,
          trashed: false,
          tags: [`${secret} ${index}`],
        }));
        await from.empty();
        await fill(from.store, { ...nothing, users: one.users, images });
        const watching = watch();
        try {
          await move();
          await from.database.knex('image_words').where('word', 'like', `${secret}1%`).delete();
          expect(await move()).to.include({ outcome: 'identical' });
          const told = watching
            .spans()
            .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
          expect(told.length).to.be.above(50);
          expect(inspect(told, { depth: null, maxStringLength: null, maxArrayLength: null })).not.to.include(secret);
        } finally {
          await watching.stop();
        }
      });

      it('keeps password hashes', async () => {
        await move();
        expect(await to.store.users.findCredentials('ada@example.org')).to.include({ passwordHash: '$2b$10$hash' });
      });

      it('writes nothing where both are identical', async () => {
        await move();
        const { outcome, tables } = await move();
        expect(outcome).to.equal('identical');
        expect(new Set(Object.values(counts(tables)).flat())).to.deep.equal(new Set([0]));
      });

      it('writes only what changed', async () => {
        await move();
        const { items } = await from.store.images.list();
        for (const { id, version } of items) await from.store.images.update(id, { width: 7 }, { version });
        const { outcome, tables } = await move();
        expect(outcome).to.equal('identical');
        expect(counts(tables)).to.deep.include({ images: [0, 1, 0], users: [0, 0, 0], image_words: [0, 0, 0] });
      });

      it('deletes what is gone', async () => {
        await move();
        await from.empty();
        expect((await move()).outcome).to.equal('identical');
        expect(await to.contents()).to.deep.equal(await from.contents());
      });

      it('lets two users swap their addresses', async () => {
        const [ada, eve] = [await from.store.users.create(newUser()), await from.store.users.create(newUser())];
        await move();
        await from.store.users.update(ada.id, { email: 'other@example.org' });
        await from.store.users.update(eve.id, { email: ada.email });
        await from.store.users.update(ada.id, { email: eve.email });
        expect((await move()).outcome).to.equal('identical');
        expect(await to.store.users.findByEmail(ada.email)).to.include({ id: eve.id });
      });

      it('lets a file that was purged be uploaded again', async () => {
        const ada = await from.store.users.create(newUser());
        const first = await from.store.images.create(newImage(ada, { sha256: 'b'.repeat(64) }));
        await move();
        await from.store.images.remove(first.id);
        await from.store.images.purge({ before: new Date(Date.now() + 1000) });
        const again = await from.store.images.create(newImage(ada, { sha256: first.sha256 }));
        expect((await move()).outcome).to.equal('identical');
        expect(await to.store.images.findByHash(ada.id, first.sha256)).to.include({ id: again.id });
      });

      it('gives a tag the name that another had', async () => {
        await from.store.tags.rename('dog', 'hound');
        await move();
        await from.store.tags.rename('cat', 'lion');
        await from.store.tags.rename('hound', 'cat');
        expect((await move()).outcome).to.equal('identical');
      });

      it('says in what both differ, and writes nothing, when it only verifies', async () => {
        const { outcome, tables } = await move({ verify: true });
        expect(outcome).to.equal('different');
        expect(tables.every(({ missing, inserted }) => missing > 0 && inserted === 0)).to.equal(true);
        await expectNothing(to);
      });

      it('writes nothing when it only plans', async () => {
        const { outcome, tables } = await move({ dryRun: true });
        expect(outcome).to.equal('different');
        expect(tables.find(({ name }) => name === 'tags')).to.include({ missing: 3, inserted: 0 });
        await expectNothing(to);
      });

      it('moves the tables that are named, and no others', async () => {
        expect((await move({ tables: ['users', 'admins'] })).outcome).to.equal('identical');
        const contents = await to.contents();
        expect(contents['admins']).to.have.lengthOf(1);
        expect(contents['images']).to.deep.equal([]);
      });

      it('says that both differ where what is referred to was not moved', async () => {
        const { outcome, tables } = await move({ tables: ['images'] });
        expect(outcome).to.equal('different');
        expect(tables).to.have.lengthOf(1);
        await expectNothing(to);
      });

      it('refuses a table that there is not', async () => {
        const error = await refusal(move({ tables: ['pictures'] }));
        expect(error).to.be.instanceOf(CannotRunError);
        expect(error.message).to.include('pictures').and.to.include('image_words');
      });

      it('says of each phase how far it is, up to its end', async () => {
        const told: TransferProgress[] = [];
        await move({ onProgress: (progress) => told.push(progress) });
        for (const phase of ['comparing', 'copying']) {
          const last = told.findLast((progress) => progress.phase === phase);
          expect(last?.done, phase).to.be.greaterThan(0).and.to.equal(last?.total);
        }
      });

      it('does not begin where one side lacks a migration, and says which', async () => {
        const name = '20261122200000_scale';
        const row = await to.database.knex('janus_migration_digests').where({ name }).first<{ digest: string }>();
        await to.database.knex('janus_migration_digests').where({ name }).delete();
        try {
          const error = await refusal(move());
          expect(error).to.be.instanceOf(CannotRunError);
          expect(error.message).to.include('migrate the target').and.to.include(name);
          expect((await refusal(transfer(to.url, from.url))).message).to.include('migrate the source');
        } finally {
          await to.database.knex('janus_migration_digests').insert({ name, digest: row.digest });
        }
      });

      it('does not begin where one side has a column that the other has not', async () => {
        await to.database.knex.schema.alterTable('tags', (t) => t.integer('colour'));
        try {
          const error = await refusal(move());
          expect(error).to.be.instanceOf(CannotRunError);
          expect(error.message).to.include('tags').and.to.include('colour');
        } finally {
          await to.database.knex.schema.alterTable('tags', (t) => t.dropColumn('colour'));
        }
      });
    });
  }

  it('moves nothing from an empty database to an empty one', async () => {
    for (const there of names.slice(1)) {
      await fill(house(there).store, nothing);
      expect((await transfer(house(here).url, house(there).url)).outcome).to.equal('identical');
    }
  });

  it('gives the same digests for the same rows in every database', async () => {
    await fill(house(here).store, one);
    const digests: unknown[] = [];
    let last = house(here);
    for (const there of names.slice(1)) {
      const { tables } = await transfer(last.url, house(there).url);
      digests.push(tables.map(({ name, target }) => [name, target]));
      last = house(there);
    }
    for (const other of digests) expect(other).to.deep.equal(digests[0]);
  });
});
