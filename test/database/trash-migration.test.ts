import type { Database } from '@janus/knex';
import { KnexImageRepository, KnexUserRepository } from '@janus/knex';
import type { Image } from '@janus/core';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { newImage, newUser } from '../contract/store.js';
import { empty, openEmpty } from './empty-database.js';

const TRASH = '20261129000000_trash';

describe('the migration by which the trash is found by age', () => {
  let database: Database;
  let images: KnexImageRepository;
  let removed: Image[];

  before(async function open() {
    database = await openEmpty();
  });
  beforeEach(async () => {
    await database.migrate();
    images = new KnexImageRepository(database);
    const owner = await new KnexUserRepository(database).create(newUser());
    removed = [];
    for (let count = 0; count < 3; count += 1) {
      removed.push(await images.create(newImage(owner)));
      await images.create(newImage(owner));
    }
    for (const { id } of removed) await images.remove(id);
  });
  afterEach(async () => empty(database));
  after(async () => database.close());

  const back = async () => database.knex.migrate.down({ name: TRASH });
  const inTrash = async () => (await images.list({ where: { trash: 'only' } })).items.map(({ id }) => id);

  it('finds what was in the trash before, newest first', async () => {
    await back();
    expect(await database.migrate()).to.deep.equal([TRASH]);
    expect(await inTrash()).to.deep.equal(removed.map(({ id }) => id).toReversed());
  });

  it('finds no longer what was taken out, nor what was purged', async () => {
    const [first, second, third] = removed.map(({ id }) => id);
    if (!first || !second || !third) throw new Error('three were removed');
    await images.restore(second);
    expect(await inTrash()).to.deep.equal([third, first]);
    await images.purge({ before: new Date(Date.now() + 1000) });
    expect(await inTrash()).to.deep.equal([]);
  });

  it('leaves the schema as it was when it is taken back', async () => {
    const before = await readSchema(database);
    await back();
    const columns = (await readSchema(database)).find(({ name }) => name === 'images')?.columns ?? [];
    expect(columns.map(({ name }) => name)).not.to.include('trashed');
    await database.migrate();
    expect(await readSchema(database)).to.deep.equal(before);
  });
});
