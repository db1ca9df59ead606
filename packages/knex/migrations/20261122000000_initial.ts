import type { Knex } from 'knex';
import { typesOf } from './column-types.js';

// Constraints are named after their table and columns, for SQLite tells only those when one is broken. An index stands
// before the foreign key that it serves, or MySQL and MariaDB would make one of their own.
export async function up(knex: Knex): Promise<void> {
  const type = await typesOf(knex);

  const id = (t: Knex.CreateTableBuilder, table: string) => {
    t.specificType('id', type.id).notNullable();
    t.primary(['id'], `${table}_id_unique`);
  };

  await knex.schema.createTable('users', (t) => {
    id(t, 'users');
    t.specificType('email', type.text(254)).notNullable();
    t.specificType('username', type.text(64)).notNullable();
    t.specificType('password_hash', type.text(255));
    t.specificType('created_at', type.instant).notNullable();
    t.specificType('updated_at', type.instant).notNullable();
    t.unique(['email'], { indexName: 'users_email_unique' });
    t.unique(['username'], { indexName: 'users_username_unique' });
  });

  // An admin is a user: it goes with the user. What a user granted stays granted when the user goes.
  await knex.schema.createTable('admins', (t) => {
    t.specificType('user_id', type.id).notNullable();
    t.integer('level').notNullable();
    t.specificType('granted_by', type.id);
    t.specificType('granted_at', type.instant).notNullable();
    t.primary(['user_id'], 'admins_user_id_unique');
    t.index(['granted_by'], 'admins_granted_by_index');
    t.foreign('user_id', 'admins_user_id_foreign').references('users.id').onDelete('CASCADE');
    t.foreign('granted_by', 'admins_granted_by_foreign').references('users.id').onDelete('SET NULL');
  });

  // Images are never lost with their owner: the user cannot be removed before them.
  await knex.schema.createTable('images', (t) => {
    id(t, 'images');
    t.specificType('owner_id', type.id).notNullable();
    t.specificType('filename', type.text(255)).notNullable();
    t.specificType('title', type.text(500));
    t.specificType('mime_type', type.text(127)).notNullable();
    t.bigInteger('byte_size').notNullable();
    t.integer('width').notNullable();
    t.integer('height').notNullable();
    t.integer('bit_depth');
    t.specificType('color_type', type.text(50));
    t.specificType('compression', type.text(50));
    t.specificType('sha256', type.text(64)).notNullable();
    t.specificType('perceptual_hash', type.text(16));
    // The hash in four parts of 16 bits: hashes that differ in up to 7 bits differ in at most one bit of some part.
    for (const part of [0, 1, 2, 3]) t.integer(`perceptual_hash_${part}`);
    t.specificType('status', type.text(20)).notNullable();
    t.specificType('captured_at', type.instant);
    t.integer('captured_offset');
    t.specificType('latitude', type.double);
    t.specificType('longitude', type.double);
    t.specificType('metadata', type.json).notNullable();
    t.integer('version').notNullable();
    t.specificType('created_at', type.instant).notNullable();
    t.specificType('updated_at', type.instant).notNullable();
    t.specificType('deleted_at', type.instant);
    t.unique(['owner_id', 'sha256'], { indexName: 'images_owner_id_sha256_unique' });
    for (const column of ['owner_id', 'status', 'mime_type', 'captured_at', 'byte_size', 'filename', 'deleted_at']) {
      t.index([column, 'id'], `images_${column}_id_index`);
    }
    for (const part of [0, 1, 2, 3])
      t.index([`perceptual_hash_${part}`, 'id'], `images_perceptual_hash_${part}_id_index`);
    t.foreign('owner_id', 'images_owner_id_foreign').references('users.id').onDelete('RESTRICT');
  });

  await knex.schema.createTable('image_analyses', (t) => {
    t.specificType('image_id', type.id).notNullable();
    t.specificType('kind', type.text(50)).notNullable();
    t.specificType('result', type.json).notNullable();
    t.specificType('created_at', type.instant).notNullable();
    t.specificType('updated_at', type.instant).notNullable();
    t.primary(['image_id', 'kind'], 'image_analyses_image_id_kind_unique');
    t.foreign('image_id', 'image_analyses_image_id_foreign').references('images.id').onDelete('CASCADE');
  });

  await knex.schema.createTable('tags', (t) => {
    id(t, 'tags');
    t.specificType('name', type.text(100)).notNullable();
    t.unique(['name'], { indexName: 'tags_name_unique' });
  });

  await knex.schema.createTable('image_tags', (t) => {
    t.specificType('image_id', type.id).notNullable();
    t.specificType('tag_id', type.id).notNullable();
    t.primary(['image_id', 'tag_id'], 'image_tags_image_id_tag_id_unique');
    t.index(['tag_id', 'image_id'], 'image_tags_tag_id_image_id_index');
    t.foreign('image_id', 'image_tags_image_id_foreign').references('images.id').onDelete('CASCADE');
    t.foreign('tag_id', 'image_tags_tag_id_foreign').references('tags.id').onDelete('CASCADE');
  });

  await knex.schema.createTable('image_words', (t) => {
    t.specificType('word', type.text(64)).notNullable();
    t.specificType('image_id', type.id).notNullable();
    t.primary(['word', 'image_id'], 'image_words_word_image_id_unique');
    t.index(['image_id'], 'image_words_image_id_index');
    t.foreign('image_id', 'image_words_image_id_foreign').references('images.id').onDelete('CASCADE');
  });

  // What happened stays on record when the user or the image that it happened to is gone. An id carries its entry's timestamp:
  // the primary key is the index of that.
  await knex.schema.createTable('logs', (t) => {
    id(t, 'logs');
    t.specificType('timestamp', type.instant).notNullable();
    t.specificType('level', type.text(10)).notNullable();
    t.specificType('action', type.text(100)).notNullable();
    t.specificType('module', type.text(100)).notNullable();
    t.specificType('user_id', type.id);
    t.specificType('image_id', type.id);
    t.specificType('metadata', type.json).notNullable();
    for (const column of ['level', 'action', 'module', 'user_id', 'image_id']) {
      t.index([column, 'id'], `logs_${column}_id_index`);
    }
    t.foreign('user_id', 'logs_user_id_foreign').references('users.id').onDelete('SET NULL');
    t.foreign('image_id', 'logs_image_id_foreign').references('images.id').onDelete('SET NULL');
  });

  await knex.schema.createTable('analytics', (t) => {
    id(t, 'analytics');
    t.specificType('topic', type.text(100)).notNullable();
    t.specificType('data', type.json).notNullable();
    t.specificType('image_id', type.id);
    t.specificType('created_at', type.instant).notNullable();
    for (const column of ['topic', 'image_id']) t.index([column, 'id'], `analytics_${column}_id_index`);
    t.foreign('image_id', 'analytics_image_id_foreign').references('images.id').onDelete('SET NULL');
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'analytics',
    'logs',
    'image_words',
    'image_tags',
    'tags',
    'image_analyses',
    'images',
    'admins',
    'users',
  ]) {
    await knex.schema.dropTable(table);
  }
}
