import type { Knex } from 'knex';

const BY_AGE = 'images_trashed_id_index';
const BY_DELETION = 'images_deleted_at_id_index';

const isMysql = (knex: Knex) => (knex.client as { driverName: string }).driverName === 'mysql2';

// What is in the trash is found by age, too: `trashed` is 1 there, and null elsewhere. Few images are in it: where an index can
// leave out the others, both do, and an image that is created costs nothing there. MySQL and MariaDB have no such.
export async function up(knex: Knex): Promise<void> {
  const whereTrashed = (column: string) => (isMysql(knex) ? '' : ` where ${column} is not null`);
  await knex.schema.alterTable('images', (t) => t.integer('trashed'));
  await knex('images').whereNotNull('deleted_at').update({ trashed: 1 });
  await knex.raw(`create index ${BY_AGE} on images (trashed, id)${whereTrashed('trashed')}`);
  if (isMysql(knex)) return;
  await knex.schema.alterTable('images', (t) => t.dropIndex([], BY_DELETION));
  await knex.raw(`create index ${BY_DELETION} on images (deleted_at, id)${whereTrashed('deleted_at')}`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('images', (t) => t.dropIndex([], BY_AGE));
  if (!isMysql(knex)) {
    await knex.schema.alterTable('images', (t) => t.dropIndex([], BY_DELETION));
    await knex.schema.alterTable('images', (t) => t.index(['deleted_at', 'id'], BY_DELETION));
  }
  await knex.schema.alterTable('images', (t) => t.dropColumn('trashed'));
}
