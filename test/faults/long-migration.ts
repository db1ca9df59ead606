import type { Knex } from 'knex';

/** Where it leaves its rows. */
export const ALBUMS = 'half_way_albums';

export const TABLES = [ALBUMS, 'half_way_drafts', 'half_way_notes'];

/** A migration of all that migrations do, written as if it could not be killed. */
export async function longMigration(on: Knex): Promise<void> {
  // As Janus looks whether a migration is applied.
  if (await on.schema.hasTable(ALBUMS)) return;
  await on.schema.createTable('half_way_drafts', (t) => {
    t.integer('id').primary();
    t.string('name', 40).notNullable();
    t.integer('size').notNullable();
  });
  await on('half_way_drafts').insert([1, 2, 3, 4, 5].map((id) => ({ id, name: `album ${id}`, size: 0 })));
  await on.schema.alterTable('half_way_drafts', (t) => {
    t.string('title', 40);
    t.index(['name'], 'half_way_drafts_name_index');
  });
  const untitled = async (): Promise<readonly number[]> =>
    on('half_way_drafts').whereNull('title').orderBy('id').limit(2).pluck('id');
  for (let ids = await untitled(); ids.length > 0; ids = await untitled()) {
    await on('half_way_drafts')
      .whereIn('id', ids)
      .update({ title: on.ref('name') });
  }
  // The same statement twice is meant twice.
  await on('half_way_drafts').increment('size', 3);
  await on('half_way_drafts').increment('size', 3);
  await on.transaction(async (transaction) => {
    await transaction('half_way_drafts').insert({ id: 6, name: 'album 6', size: 6, title: 'six' });
    await transaction('half_way_drafts').where({ id: 1 }).delete();
  });
  await on.schema.createTable('half_way_notes', (t) => {
    t.integer('id').primary();
    t.integer('album_id').notNullable();
    t.index(['album_id'], 'half_way_notes_album_id_index');
    t.foreign('album_id', 'half_way_notes_album_id_foreign').references('half_way_drafts.id').onDelete('CASCADE');
  });
  await on('half_way_notes').insert(on('half_way_drafts').select('id', on.ref('id').as('album_id')));
  await on.schema.alterTable('half_way_drafts', (t) => {
    t.dropIndex([], 'half_way_drafts_name_index');
    t.dropColumn('name');
  });
  await on.schema.alterTable('half_way_drafts', (t) => t.renameColumn('size', 'weight'));
  await on.schema.renameTable('half_way_drafts', ALBUMS);
}
