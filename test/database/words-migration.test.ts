import type { Database } from '@janus/knex';
import { KnexImageRepository, KnexUserRepository } from '@janus/knex';
import type { User } from '@janus/core';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { newImage, newUser } from '../contract/store.js';
import { empty, openEmpty } from './empty-database.js';

const WORDS = '20261130120000_words_by_image';

describe('the migration by which words are kept by image', () => {
  let database: Database;
  let images: KnexImageRepository;
  let owner: User;

  before(async function open() {
    database = await openEmpty();
  });
  beforeEach(async () => {
    await database.migrate();
    images = new KnexImageRepository(database);
    owner = await new KnexUserRepository(database).create(newUser());
    for (const title of ['Evening by the sea', 'Seagulls', 'A sea of flowers']) {
      await images.create({ ...newImage(owner), title });
    }
  });
  afterEach(async () => empty(database));
  after(async () => database.close());

  const back = async () => database.knex.migrate.down({ name: WORDS });
  const titled = async (text: string) => (await images.list({ where: { text } })).items.map(({ title }) => title);

  it('finds the words that were there before', async () => {
    await back();
    expect(await database.migrate()).to.deep.equal([WORDS]);
    expect(await titled('sea')).to.deep.equal(['A sea of flowers', 'Seagulls', 'Evening by the sea']);
    expect(await titled('evening sea')).to.deep.equal(['Evening by the sea']);
  });

  it('leaves an image the words that it has', async () => {
    await back();
    await database.migrate();
    const [first] = (await images.list({ where: { text: 'flowers' } })).items;
    if (!first) throw new Error('one has flowers');
    await images.update(first.id, { title: 'Meadow' }, { version: first.version });
    expect(await titled('flowers')).to.deep.equal([]);
    expect(await titled('sea')).to.deep.equal(['Seagulls', 'Evening by the sea']);
  });

  it('deletes the words of an image that is purged', async () => {
    const [first] = (await images.list({ where: { text: 'flowers' } })).items;
    if (!first) throw new Error('one has flowers');
    await images.remove(first.id);
    await images.purge({ before: new Date(Date.now() + 1000) });
    expect(await database.knex('image_words').where({ word: 'flowers' })).to.deep.equal([]);
  });

  it('keeps an index that somebody else made', async () => {
    await database.knex.schema.alterTable('image_words', (t) => t.index(['word'], 'application_word_index'));
    const before = await readSchema(database);
    await back();
    await database.migrate();
    expect(await readSchema(database)).to.deep.equal(before);
  });

  it('leaves the schema and the words as they were when it is taken back', async () => {
    const before = await readSchema(database);
    const words = async () => database.knex('image_words').orderBy(['image_id', 'word']);
    const kept = await words();
    await back();
    expect(await words()).to.deep.equal(kept);
    await database.migrate();
    expect(await readSchema(database)).to.deep.equal(before);
    expect(await words()).to.deep.equal(kept);
  });
});
