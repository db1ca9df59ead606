import {
  type Database,
  KnexAnalyticsRepository,
  KnexImageRepository,
  KnexLogRepository,
  KnexUserRepository,
} from '@janus/knex';
import { expect } from 'chai';
import type { Knex } from 'knex';
import { readSchema } from '@janus/knex/tables';
import { newImage, newUser } from '../contract/store.js';
import { empty, openEmpty } from './empty-database.js';
import { runMigration } from './run-migration.js';

// Each notes a row in `seen` when an image is updated, and when a tag is put on one.
const triggers: Readonly<Record<string, readonly string[]>> = {
  sqlite: [
    'create trigger images_seen after update on images begin insert into seen values (new.title); end',
    `create trigger image_tags_seen after insert on image_tags begin
       insert into seen select title from images where id = new.image_id; end`,
  ],
  postgres: [
    `create function images_seen() returns trigger language plpgsql as
       $$ begin insert into seen values (new.title); return null; end $$`,
    'create trigger images_seen after update on images for each row execute function images_seen()',
    `create function image_tags_seen() returns trigger language plpgsql as
       $$ begin insert into seen select title from images where id = new.image_id; return null; end $$`,
    'create trigger image_tags_seen after insert on image_tags for each row execute function image_tags_seen()',
  ],
  mysql: [
    'create trigger images_seen after update on images for each row insert into seen values (new.title)',
    `create trigger image_tags_seen after insert on image_tags for each row
       insert into seen select title from images where id = new.image_id`,
  ],
};

describe('a migration that alters the images', () => {
  let database: Database;
  let images: KnexImageRepository;

  const children = ['image_analyses', 'image_tags', 'image_words', 'logs', 'analytics'];
  const rows = async () => {
    const found: Record<string, unknown> = {};
    for (const table of children) found[table] = await database.knex(table).orderBy(['image_id']);
    return found;
  };
  const migrate = async (change: (table: Knex.AlterTableBuilder) => void) =>
    runMigration(database, async (on) => {
      await on.schema.alterTable('images', change);
    });
  const seen = async (): Promise<readonly string[]> => database.knex('seen').pluck('title');

  before(async function open() {
    database = await openEmpty();
    images = new KnexImageRepository(database);
  });
  beforeEach(async function fill() {
    await database.migrate();
    const owner = await new KnexUserRepository(database).create(newUser());
    const image = await images.create(newImage(owner, { title: 'Tom on the roof', tags: ['cat', 'night'] }));
    await images.recordAnalysis(image.id, 'faces', [{ name: 'Tom' }]);
    await new KnexLogRepository(database).append({ action: 'image.uploaded', userId: owner.id, imageId: image.id });
    await new KnexAnalyticsRepository(database).record({ topic: 'view', data: {}, imageId: image.id });
    await database.knex.schema.createTable('seen', (t) => t.string('title'));
    for (const sql of triggers[database.dialect.name] ?? triggers['mysql'] ?? []) await database.knex.raw(sql);
  });
  afterEach(async function drop() {
    await empty(database);
    await database.knex.schema.dropTableIfExists('seen');
    if (database.dialect.name === 'postgres')
      await database.knex.raw('drop function if exists images_seen, image_tags_seen');
  });
  after(async () => database.close());

  it('keeps every row that refers to one', async () => {
    const before = await rows();
    for (const table of children) expect(before[table], table).to.have.lengthOf.above(0);
    await migrate((t) => t.dropColumn('compression'));
    await migrate((t) => t.bigInteger('bit_depth').alter());
    expect(await rows()).to.deep.equal(before);
  });

  it('keeps everything of the schema but what it changes: indexes, references, triggers', async () => {
    const before = await readSchema(database);
    await migrate((t) => t.dropColumn('compression'));
    await migrate((t) => t.bigInteger('bit_depth').alter());
    const expected = before.map((table) =>
      table.name === 'images'
        ? {
            ...table,
            columns: table.columns
              .filter(({ name }) => name !== 'compression')
              .map((column) => (column.name === 'bit_depth' ? { ...column, type: 'bigint' } : column)),
          }
        : table,
    );
    expect(expected.find(({ name }) => name === 'images')?.triggers).to.deep.equal(['images_seen']);
    expect(await readSchema(database)).to.deep.equal(expected);
  });

  it('keeps the triggers at work', async () => {
    await migrate((t) => t.dropColumn('compression'));
    await migrate((t) => t.bigInteger('bit_depth').alter());
    await database.knex('images').update({ width: 1 });
    const [tagged] = await database.knex<Record<string, unknown>>('image_tags');
    await database.knex('image_tags').delete();
    await database.knex('image_tags').insert(tagged);
    expect(await seen()).to.deep.equal(['Tom on the roof', 'Tom on the roof']);
  });

  it('leaves references enforced: the image that goes takes its analyses, tags and words along', async () => {
    await migrate((t) => t.dropColumn('compression'));
    await database.knex('images').delete();
    for (const table of ['image_analyses', 'image_tags', 'image_words']) {
      expect(await database.knex(table), table).to.deep.equal([]);
    }
    expect(await database.knex('logs').pluck('image_id')).to.deep.equal([null]);
  });

  it('is refused when it would leave a reference to nothing', async () => {
    const before = await rows();
    const failed = await runMigration(database, async (on) => {
      await on('users').delete();
    }).then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    expect(await database.knex('users')).to.have.lengthOf(1);
    expect(await rows()).to.deep.equal(before);
  });
});
