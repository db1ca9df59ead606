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
  for (const statement of STATEMENTS[driverName]?.(from, to) ?? []) await knex.raw(statement);
}

const STATEMENTS: Readonly<Record<string, (from: Order, to: Order) => readonly string[]>> = {
  // A key is not changed in SQLite: the table is made anew.
  'better-sqlite3': (_, { key, keyName, index, indexName }) => [
    `create table image_words_reordered (word varchar(64) not null, image_id text not null,
      constraint ${keyName} primary key (${key}),
      constraint image_words_image_id_foreign foreign key (image_id) references images (id) on delete cascade) without rowid`,
    `insert into image_words_reordered (word, image_id) select word, image_id from image_words order by ${key}`,
    'drop table image_words',
    'alter table image_words_reordered rename to image_words',
    `create index ${indexName} on image_words (${index})`,
  ],
  pg: (from, { key, keyName, index, indexName }) => [
    `alter table image_words drop constraint ${from.keyName}, add constraint ${keyName} primary key (${key})`,
    `drop index ${from.indexName}`,
    `create index ${indexName} on image_words (${index})`,
  ],
  // In one statement, for each would write the table anew; and an index is needed at any time for what refers to images.
  mysql2: (from, { key, index, indexName }) => [
    `alter table image_words drop primary key, add primary key (${key}), add index ${indexName} (${index}),
      drop index ${from.indexName}`,
  ],
};
