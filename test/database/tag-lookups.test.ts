import { expect } from 'chai';
import { KnexImageRepository, type Database } from '@janus/knex';
import { newImage, newUser } from '../contract/store.js';
import { openDatabase, openStore } from '../open-store.js';
import { url } from './empty-database.js';

interface Line {
  readonly 'QUERY PLAN': string;
}

const IMAGES = 30;
const TAGS = Array.from({ length: 100 }, (_, index) => `tag ${index}`);

if (url.startsWith('postgres')) {
  describe('the names of the tags of an image', () => {
    let database: Database;
    let opened: Awaited<ReturnType<typeof openStore>>;

    before(async () => {
      opened = await openStore();
      database = await openDatabase();
      await opened.empty();
      const owner = await opened.store.users.create(newUser());
      await opened.store.images.createMany(Array.from({ length: IMAGES }, () => newImage(owner, { tags: TAGS })));
    });

    after(async () => {
      await database.knex.raw('alter table image_tags alter column image_id reset (n_distinct)');
      await opened.empty();
      await database.knex.raw('analyze image_tags, tags, images');
      await database.close();
      await opened.close();
    });

    it('are looked up, also where PostgreSQL expects thousands of each', async () => {
      const { knex } = database;
      await knex.raw('alter table image_tags alter column image_id set (n_distinct = 1)');
      await knex.raw('analyze image_tags, tags, images');
      const statements: string[] = [];
      const listen = ({ sql }: { readonly sql: string }) => void statements.push(sql);
      knex.on('query', listen);
      await new KnexImageRepository(database).list();
      knex.removeListener('query', listen);
      const { rows } = await knex.raw<{ rows: readonly Line[] }>(`explain ${statements.at(-1)}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan)
        .to.contain(' on tags')
        .and.not.match(/Hash|Merge/);
    });
  });
}
