import { UnavailableError } from '@janus/core';
import type { Database } from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { refusal } from '../contract/store.js';
import { knexCommand } from '../knex-command.js';
import { openEmpty, url } from './empty-database.js';

async function refuses(database: Database): Promise<void> {
  const error = await refusal(database.migrate());
  expect(error).to.be.instanceOf(UnavailableError);
  expect(error.message).to.include('images').and.to.include('nothing was changed');
}

// Its images are not ours; its posts are in nobody's way.
describe('a database with the images of another application', () => {
  let database: Database;
  let asItWas: unknown;

  const everything = async () => ({
    schema: await readSchema(database),
    images: await database.knex('images').orderBy('id'),
    posts: await database.knex('posts').orderBy('id'),
  });

  before(async function makeIt() {
    database = await openEmpty();
    await database.knex.schema.createTable('posts', (t) => {
      t.integer('id').primary();
      t.string('body');
    });
    await database.knex.schema.createTable('images', (t) => {
      t.integer('id').primary();
      t.integer('post_id').references('posts.id').onDelete('CASCADE');
      t.string('url').unique();
    });
    await database.knex('posts').insert({ id: 1, body: 'Look!' });
    await database.knex('images').insert({ id: 1, post_id: 1, url: 'https://example.org/cat.jpg' });
    asItWas = await everything();
  });

  after(async function dropIt() {
    await database.knex.schema.dropTableIfExists('images');
    await database.knex.schema.dropTableIfExists('posts');
    await database.close();
  });

  it('is refused by migrate(), which changes nothing', async () => {
    await refuses(database);
    expect(await everything()).to.deep.equal(asItWas);
  });

  for (const command of ['migrate:latest', 'migrate:up', 'migrate:rollback --all', 'seed:run']) {
    it(`is refused by \`knex ${command}\`, which changes nothing`, async () => {
      const { code, output } = await knexCommand(`${command} --env ${database.dialect.name}`, { DATABASE_URL: url });
      expect(code).to.equal(1);
      expect(output).to.include('another application').and.to.include('images');
      expect(await everything()).to.deep.equal(asItWas);
    });
  }
});

describe('another application that came to a database', () => {
  let database: Database;

  before(async function open() {
    database = await openEmpty();
  });
  after(async () => database.close());

  it('is noticed where Janus’s own migrations were all taken back', async () => {
    await database.migrate();
    await database.knex.migrate.rollback(undefined, true);
    await database.knex.schema.createTable('images', (t) => t.integer('id').primary());
    try {
      await refuses(database);
    } finally {
      await database.knex.schema.dropTable('images');
    }
  });

  it('is noticed by a view of a name that Janus needs', async () => {
    await database.knex.raw('create view images as select 1 as id');
    try {
      await refuses(database);
    } finally {
      await database.knex.raw('drop view images');
    }
  });
});

describe('a database with tables of another application that are in nobody’s way', () => {
  let database: Database;

  before(async function makeIt() {
    database = await openEmpty();
    await database.knex.schema.createTable('posts', (t) => t.integer('id').primary());
    await database.knex.schema.createTable('knex_migrations', (t) => t.integer('id').primary());
    await database.knex('posts').insert({ id: 1 });
  });

  after(async function dropIt() {
    await database.knex.migrate.rollback(undefined, true);
    await database.knex.schema.dropTableIfExists('posts');
    await database.knex.schema.dropTableIfExists('knex_migrations');
    await database.close();
  });

  it('keeps them when it is migrated, and when that is taken back', async () => {
    await database.migrate();
    await database.knex.migrate.rollback(undefined, true);
    expect(await database.knex('posts').pluck('id')).to.deep.equal([1]);
    expect(await database.knex('knex_migrations').pluck('id')).to.deep.equal([]);
  });
});
