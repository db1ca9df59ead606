import type { Knex } from 'knex';

/** The columns of the primary key and of the one index beside it, with their names. */
interface Order {
  readonly key: string;
  readonly keyName: string;
  readonly index: string;
  readonly indexName: string;
}

const BY_IMAGE: Order = {
  key: 'image_id, word',
  keyName: 'image_words_image_id_word_unique',
  index: 'word, image_id',
  indexName: 'image_words_word_image_id_index',
};

const BY_WORD: Order = {
  key: 'word, image_id',
  keyName: 'image_words_word_image_id_unique',
  index: 'image_id',
  indexName: 'image_words_image_id_index',
};

// Words are kept in the order of their images, as tags are, and found by an index. Where the rows are the key, and half of the images
// have a word that stands on a page of its own, each of those pages was read, changed and written for one row: without other indexes,
// ten million images were stored at half the rate of a hundred thousand.
export const up = async (knex: Knex): Promise<void> => reorder(knex, BY_WORD, BY_IMAGE);

export const down = async (knex: Knex): Promise<void> => reorder(knex, BY_IMAGE, BY_WORD);

async function reorder(knex: Knex, from: Order, to: Order): Promise<void> {
  const { driverName } = knex.client as { driverName: string };
  if (driverName === 'better-sqlite3') await rebuild(knex, from, to);
  else if (driverName === 'pg') {
    await knex.raw(
      `alter table image_words drop constraint ${from.keyName}, add constraint ${to.keyName} primary key (${to.key})`,
    );
    await knex.raw(`drop index ${from.indexName}`);
    await knex.raw(`create index ${to.indexName} on image_words (${to.index})`);
  } else {
    // In one statement, for each would write the table anew; and an index is needed at any time for what refers to images.
    await knex.raw(
      `alter table image_words drop primary key, add primary key (${to.key}), add index ${to.indexName} (${to.index}),
        drop index ${from.indexName}`,
    );
  }
}

/** SQLite changes no key: the table is made anew from its own SQL, with its rows, and whatever else is on it. */
async function rebuild(knex: Knex, from: Order, to: Order): Promise<void> {
  const schema: readonly { readonly type: string; readonly name: string; readonly sql: string }[] = await knex(
    'sqlite_master',
  )
    .select('type', 'name', 'sql')
    .where('tbl_name', 'image_words')
    .whereNotNull('sql');
  const key = new RegExp(`constraint \\W${from.keyName}\\W primary key \\([^)]*\\)`, 'i');
  for (const { type, sql } of schema) {
    if (type !== 'table') continue;
    if (!key.test(sql)) throw new Error(`image_words has no primary key ${from.keyName}`);
    const reordered = sql.replace(key, `constraint \`${to.keyName}\` primary key (${to.key})`);
    await knex.raw(reordered.replace(/^create table \W\w+\W/i, 'create table `image_words_reordered`'));
  }
  await knex.raw(`insert into image_words_reordered select * from image_words order by ${to.key}`);
  await knex.schema.dropTable('image_words');
  await knex.schema.renameTable('image_words_reordered', 'image_words');
  for (const { type, name, sql } of schema) if (type === 'index' && name !== from.indexName) await knex.raw(sql);
  await knex.raw(`create index ${to.indexName} on image_words (${to.index})`);
}
