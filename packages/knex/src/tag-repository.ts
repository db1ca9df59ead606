import {
  NotFoundError,
  type Page,
  type PageRequest,
  type Tag,
  type TagCount,
  type TagId,
  type TagRepository,
} from '@janus/core';
import { check, newId, tagName, page as pageRule, tagPlace } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { id, number, text } from './columns.js';
import type { Database } from './database.js';
import { pageOf, placeOf } from './page.js';

/** The rules that break when another makes the same tag, gives it to the same image, or merges it away, at the same time. */
export const TAGGING = ['tags_name_unique', 'image_tags_image_id_tag_id_unique', 'image_tags_tag_id_foreign'] as const;

export class KnexTagRepository implements TagRepository {
  constructor(private readonly database: Database) {}

  async list(page: PageRequest = {}): Promise<Page<TagCount>> {
    const { limit, after } = check(pageRule, page);
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
      const [tag] = await this.#lock(from);
      await this.database.update('tags', { name: to }, this.#withId(tag.id));
      return { ...tag, name: to };
    });
  }

  async merge(from: string, into: string): Promise<Tag> {
    const names = [check(tagName, from, 'from'), check(tagName, into, 'into')] as const;
    return this.database.runUntilSettled(['image_tags_image_id_foreign'], async () => {
      const [source, target] = await this.#lock(...names);
      if (source.id === target.id) return target;
      const { knex, dialect } = this.database;
      const of = (tag: Tag) => knex('image_tags').where('tag_id', dialect.idValue(tag.id));
      // An image that has both keeps one row.
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

  /** Tags, which nobody else changes, or gives to an image, until this unit of work ends. */
  async #lock<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: Tag }> {
    const query = this.database.knex('tags').whereIn('name', names).orderBy('name').forUpdate();
    const rows = await this.database.rows(query);
    const tags = new Map(rows.map((row) => [text(row['name']), id<'tag'>(row['id'])]));
    return names.map((name): Tag => {
      const found = tags.get(name);
      if (!found) throw new NotFoundError('tag');
      return { id: found, name };
    }) as { [Name in keyof Names]: Tag };
  }
}

const NAMES_AT_A_TIME = 1_000;

/**
 * The ids of tags, as their column's values, by their names; those that do not exist yet are made. Call it in a unit of work
 * that is tried again on `TAGGING`.
 */
export async function ensureTags(
  database: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, Knex.Value>> {
  const ids = new Map<string, Knex.Value>();
  for (let start = 0; start < names.length; start += NAMES_AT_A_TIME) {
    const some = names.slice(start, start + NAMES_AT_A_TIME);
    const known = await database.rows(database.knex('tags').whereIn('name', some));
    for (const row of known) ids.set(text(row['name']), row['id'] as Knex.Value);
  }
  const missing = names
    .filter((name) => !ids.has(name))
    .map((name) => ({ id: database.dialect.idValue(newId<'tag'>()), name }));
  await database.insert('tags', missing);
  for (const tag of missing) ids.set(tag.name, tag.id);
  return ids;
}
