import { NotFoundError, type Page, type Tag, type TagCount, type TagQuery, type TagRepository } from '@janus/core';
import { check, newId, tagName, tagPlace, tagQuery } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { id, number, text } from './columns.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { pageOf, placeOf } from './page.js';
import { padded } from './statement.js';

/** The rules that break when another makes the same tag, gives it to the same image, or merges it away, at the same time. */
export const TAGGING = ['tags_name_unique', 'image_tags_image_id_tag_id_unique', 'image_tags_tag_id_foreign'] as const;

export class KnexTagRepository implements TagRepository {
  static {
    calls(this, 'tags');
  }

  constructor(private readonly database: Database) {}

  async list(asked: TagQuery = {}): Promise<Page<TagCount>> {
    const { limit, after, countAtMost } = check(tagQuery, asked);
    const { knex } = this.database;
    const place = placeOf(after, 'tags.list', tagPlace);
    const rows = await this.database.rows(
      `tags.list ${limit} ${countAtMost ?? 'all'}`,
      { after: place?.[0] },
      (given) => {
        const images = () =>
          knex('image_tags')
            .whereRaw('image_tags.tag_id = tags.id')
            .whereRaw('(select 1 from images where images.id = image_tags.image_id and images.deleted_at is null) = 1');
        const most = (atMost: number) =>
          images()
            .select(knex.raw('1'))
            .limit(1, { skipBinding: true })
            .offset(atMost - 1, { skipBinding: true });
        const count =
          countAtMost === undefined
            ? images().count().as('images')
            : knex.raw(`case when ? = 1 then ${countAtMost} else ? end as images`, [
                most(countAtMost) as never,
                images().count() as never,
              ]);
        const query = knex('tags')
          .select('tags.id', 'tags.name', count)
          .orderBy('name')
          .limit(limit + 1, { skipBinding: true });
        if (given.after !== undefined) query.where('name', '>', given.after);
        return query;
      },
    );
    return pageOf(rows, limit, toTagCount, 'tags.list', (tag) => [tag.name]);
  }

  async rename(name: string, newName: string): Promise<Tag> {
    const from = check(tagName, name, 'name');
    const to = check(tagName, newName, 'newName');
    return this.database.run(async () => {
      const [tag] = await this.#lock(from);
      const key = { id: this.database.dialect.idValue(tag.id) };
      await this.database.update('tags.rename', 'tags', { name: to }, key, (given) =>
        this.database.knex('tags').where(given),
      );
      return { ...tag, name: to };
    });
  }

  async merge(from: string, into: string): Promise<Tag> {
    const names = [check(tagName, from, 'from'), check(tagName, into, 'into')] as const;
    return this.database.runUntilSettled(['image_tags_image_id_foreign'], async () => {
      const [source, target] = await this.#lock(...names);
      if (source.id === target.id) return target;
      const { knex, dialect } = this.database;
      const ids = { source: dialect.idValue(source.id), target: dialect.idValue(target.id) };
      // An image that has both keeps one row.
      await this.database.write(
        this.database.insertionFrom('tags.merge', 'image_tags', ['image_id', 'tag_id'], ids, (given) =>
          knex('image_tags as source')
            .select('source.image_id', knex.raw('?', [given.target]))
            .where('source.tag_id', given.source)
            .whereNotExists(
              knex('image_tags as twin')
                .select(knex.raw('1'))
                .whereRaw('twin.image_id = source.image_id')
                .where('twin.tag_id', given.target),
            ),
        ),
      );
      await this.database.deleteWhere('tags.merged', 'image_tags', ids, (given) =>
        this.database.from('image_tags', 'image_tags_tag_id_image_id_index').where('tag_id', given.source),
      );
      await this.database.delete('tags', { id: ids.source });
      return target;
    });
  }

  /** Tags, which nobody else changes, or gives to an image, until this unit of work ends. */
  async #lock<Names extends readonly string[]>(...names: Names): Promise<{ [Name in keyof Names]: Tag }> {
    const rows = await this.database.rowsForUpdate('tags.lock', { names: padded(names) }, (given) =>
      this.database.knex('tags').select('id', 'name').whereIn('name', given.names).orderBy('name').forUpdate(),
    );
    const tags = new Map(rows.map((row) => [text(row['name']), id<'tag'>(row['id'])]));
    return names.map((name): Tag => {
      const found = tags.get(name);
      if (!found) throw new NotFoundError('tag');
      return { id: found, name };
    }) as { [Name in keyof Names]: Tag };
  }
}

const NAMES_AT_A_TIME = 1_000;

/** The ids of tags, as their column's values, by their names; without those that do not exist. */
export async function tagIds(database: Database, names: readonly string[]): Promise<Map<string, Knex.Value>> {
  const ids = new Map<string, Knex.Value>();
  for (let start = 0; start < names.length; start += NAMES_AT_A_TIME) {
    const some = names.slice(start, start + NAMES_AT_A_TIME);
    const known = await database.rows('tags.ids', { names: padded(some) }, (given) =>
      database.knex('tags').select('id', 'name').whereIn('name', given.names),
    );
    for (const row of known) ids.set(text(row['name']), row['id'] as Knex.Value);
  }
  return ids;
}

/**
 * Ids of tags by their names, as their column's values, that a unit of work has given to images: until it ends, only the unit itself
 * could rename one, or merge it away.
 */
export type KnownTags = Map<string, Knex.Value>;

const MOST_KNOWN = 10_000;

/**
 * The ids of these tags, and of those that are known; those that do not exist yet are made. Call it in a unit of work that is tried again
 * on `TAGGING`, and give these tags to images in it.
 * @param known is told of these tags
 */
export async function ensureTags(
  database: Database,
  names: ReadonlySet<string>,
  known: KnownTags = new Map(),
): Promise<ReadonlyMap<string, Knex.Value>> {
  if (known.size > MOST_KNOWN) known.clear();
  const asked = [...names].filter((name) => !known.has(name)).toSorted();
  if (asked.length === 0) return known;
  const ids = await tagIds(database, asked);
  const missing = asked
    .filter((name) => !ids.has(name))
    .map((name) => ({ id: database.dialect.idValue(newId<'tag'>()), name }));
  await database.insert('tags', missing);
  for (const tag of missing) ids.set(tag.name, tag.id);
  for (const [name, tag] of ids) known.set(name, tag);
  return known;
}

const toTagCount = (row: Row): TagCount => ({
  id: id(row['id']),
  name: text(row['name']),
  images: number(row['images']),
});
