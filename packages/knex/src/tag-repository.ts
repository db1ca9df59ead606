import {
  NotFoundError,
  type Page,
  type PageRequest,
  type Tag,
  type TagCount,
  type TagId,
  type TagRepository,
} from '@janus/core';
import { check, newId, tagName, tagPage, tagPlace } from '@janus/core/adapter';
import { id, number, text } from './columns.js';
import type { Database } from './database.js';
import { pageOf, placeOf } from './page.js';

/** The rules that a name is one tag, and that an image has a tag once. */
export const ONE_TAG_A_NAME = 'tags_name_unique';
export const ONE_TAG_EACH = 'image_tags_image_id_tag_id_unique';

export class KnexTagRepository implements TagRepository {
  constructor(private readonly database: Database) {}

  async list(page: PageRequest = {}): Promise<Page<TagCount>> {
    const { limit, after } = check(tagPage, page);
    const { knex } = this.database;
    const query = knex('tags')
      .select(
        'tags.id',
        'tags.name',
        knex('image_tags')
          .join('images', 'images.id', 'image_tags.image_id')
          .whereNull('images.deleted_at')
          .where('image_tags.tag_id', knex.ref('tags.id'))
          .count()
          .as('images'),
      )
      .orderBy('name')
      .limit(limit + 1);
    const place = placeOf(after, 'tags.list', tagPlace);
    if (place) query.where('name', '>', place[0]);
    const rows = await this.database.rows(query);
    const tags = rows.map((row): TagCount => ({
      id: id(row['id']),
      name: text(row['name']),
      images: number(row['images']),
    }));
    return pageOf(tags, limit, 'tags.list', (tag) => [tag.name]);
  }

  async rename(name: string, newName: string): Promise<Tag> {
    const from = check(tagName, name, 'name');
    const to = check(tagName, newName, 'newName');
    return this.database.run(async () => {
      const tag = await this.#get(from);
      await this.database.update('tags', { name: to }, this.#withId(tag.id));
      return { ...tag, name: to };
    });
  }

  async merge(from: string, into: string): Promise<Tag> {
    const names = [check(tagName, from, 'from'), check(tagName, into, 'into')] as const;
    return this.database.runUntilUnique([ONE_TAG_EACH], async () => {
      const [source, target] = [await this.#get(names[0]), await this.#get(names[1])];
      if (source.id === target.id) return target;
      const { knex, dialect } = this.database;
      const of = (tag: Tag) => knex('image_tags').where('tag_id', dialect.idValue(tag.id));
      // MySQL and MariaDB let no statement change a table that it also asks: ask first. An image in both keeps one row.
      const has = new Set((await this.database.rows(of(target).select('image_id'))).map((row) => id(row['image_id'])));
      const moved = (await this.database.rows(of(source).select('image_id'))).filter(
        (row) => !has.has(id(row['image_id'])),
      );
      await this.database.delete('image_tags', { tag_id: dialect.idValue(source.id) });
      await this.database.insert(
        'image_tags',
        moved.map((row) => ({ image_id: row['image_id'], tag_id: dialect.idValue(target.id) })),
      );
      await this.database.delete('tags', { id: dialect.idValue(source.id) });
      return target;
    });
  }

  #withId(tag: TagId) {
    return this.database.knex('tags').where('id', this.database.dialect.idValue(tag));
  }

  async #get(name: string): Promise<Tag> {
    const row = await this.database.row(this.database.knex('tags').where({ name }));
    if (!row) throw new NotFoundError('tag');
    return { id: id(row['id']), name: text(row['name']) };
  }
}

/** The ids of tags by their names; those that do not exist yet are made. Call it in a unit of work that is tried again on `ONE_TAG_A_NAME`. */
export async function ensureTags(database: Database, names: readonly string[]): Promise<readonly TagId[]> {
  const known = await database.rows(database.knex('tags').whereIn('name', names));
  const ids = new Map(known.map((row) => [text(row['name']), id<'tag'>(row['id'])]));
  const missing = names.filter((name) => !ids.has(name)).map((name) => ({ id: newId<'tag'>(), name }));
  await database.insert(
    'tags',
    missing.map((tag) => ({ id: database.dialect.idValue(tag.id), name: tag.name })),
  );
  for (const tag of missing) ids.set(tag.name, tag.id);
  return names.flatMap((name) => ids.get(name) ?? []);
}
