import { UnavailableError } from '@janus/core';
import type { Database } from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { refusal } from '../contract/store.js';
import { empty, openEmpty, url } from './empty-database.js';

const user = (database: Database) => ({
  id: database.dialect.idValue('0190a0a0-0000-7000-8000-000000000001'),
  email: 'ada@example.org',
  username: 'ada',
  created_at: 0,
  updated_at: 0,
});

describe('migrations', () => {
  let database: Database;

  before(async function open() {
    database = await openEmpty();
  });
  afterEach(async () => empty(database));
  after(async () => database.close());

  const named = async (): Promise<readonly string[]> => database.knex('janus_migrations').orderBy('id').pluck('name');
  const tables = async () => (await readSchema(database)).map(({ name }) => name);

  it('make every table', async () => {
    await database.migrate();
    expect(await tables()).to.include.members([
      'admins',
      'analytics',
      'image_analyses',
      'image_tags',
      'image_words',
      'images',
      'logs',
      'tags',
      'users',
    ]);
  });

  it('are applied once', async () => {
    const applied = await database.migrate();
    expect(applied).to.have.lengthOf.above(0);
    expect(await database.migrate()).to.deep.equal([]);
    expect(await named()).to.deep.equal(applied);
  });

  it('have names without a file ending', async () => {
    for (const name of await database.migrate()) expect(name).to.match(/^\d{14}_[a-z_]+$/);
  });

  it('have the same names, and the same contents, from source and from the built package', async () => {
    const applied = await database.migrate();
    const source = await import('../../packages/knex/src/index.js');
    const other = await source.Database.open(url);
    try {
      expect(await other.migrate()).to.deep.equal([]);
      await empty(database);
      expect(await other.migrate()).to.deep.equal(applied);
    } finally {
      await other.close();
    }
    expect(await database.migrate()).to.deep.equal([]);
  });

  it('leave no table when they are taken back, but those in which it is noted that none is applied', async () => {
    await database.migrate();
    await database.knex.migrate.rollback(undefined, true);
    expect((await tables()).filter((name) => !name.startsWith('janus_migration'))).to.deep.equal([]);
    expect(await named()).to.deep.equal([]);
  });

  it('make exactly the same schema again after they were taken back', async () => {
    await database.migrate();
    const first = await readSchema(database);
    await database.knex.migrate.rollback(undefined, true);
    await database.migrate();
    expect(await readSchema(database)).to.deep.equal(first);
  });

  it('that were edited after they ran are refused by name', async () => {
    const [name = ''] = await database.migrate();
    const digests = database.knex('janus_migration_digests');
    await digests.clone().where({ name }).update({ digest: 'another' });
    const error = await refusal(database.migrate());
    expect(error).to.be.instanceOf(UnavailableError);
    expect(error.message).to.include(name).and.to.include('edited');
  });

  it('that ran, but were not noted before the process was killed, are not run twice', async () => {
    const applied = await database.migrate();
    await database.knex('janus_migrations').delete();
    const instants = database.dialect.name === 'sqlite' ? {} : { created_at: new Date(0), updated_at: new Date(0) };
    await database.knex('users').insert({ ...user(database), ...instants });
    expect(await database.migrate()).to.deep.equal([]);
    expect(await named()).to.deep.equal(applied);
    expect(await database.knex('users').pluck('username')).to.deep.equal(['ada']);
  });

  it('can be run after all of them were taken back and Knex forgot that there were any', async () => {
    const applied = await database.migrate();
    await empty(database);
    expect(await database.migrate()).to.deep.equal(applied);
  });
});
