import type { Trash } from '@janus/core';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import type { Value } from './conditions.js';
import { PRIMARY_KEY } from './dialects/dialect.js';
import type { Access } from './image-access.js';
import type { ConditionValues, ImageConditions } from './image-conditions.js';

// Conditions on what has been found already. Each is written so that no database sees an index in it (`is true`, or a subquery
// that has one value): which index is used was decided before, from what is in the database, and not by a guess at it.

export function trashed(query: Knex.QueryBuilder, trash: Trash): void {
  if (trash !== 'included') {
    query.whereRaw(`(images.deleted_at is ${trash === 'only' ? 'not ' : ''}null) is true`);
  }
}

/** Narrows a query of `images` by what is in its rows. */
export function narrowByRow(query: Knex.QueryBuilder, { trash, metadataSql, values }: ImageConditions): void {
  const compare = (column: string, operator: string, value: Value) =>
    query.whereRaw(`(images.${column} ${operator} ?) is true`, [value]);
  for (const [column, value] of Object.entries(values.equal)) if (value !== undefined) compare(column, '=', value);
  for (const [column, bounds] of Object.entries(values.ranges)) {
    for (const [operator, value] of Object.entries(bounds ?? {})) compare(column, operator, value as Value);
  }
  trashed(query, trash);
  if (metadataSql !== null) query.whereRaw(`(${metadataSql}) is true`, [...values.metadata]);
}

/** Narrows a query by whether another, about the same image, finds a row. */
function narrowBy(query: Knex.QueryBuilder, found: Knex.QueryBuilder, is: '= 1' | 'is null' = '= 1'): void {
  query.whereRaw(`? ${is}`, [found.limit(1, { skipBinding: true }) as never]);
}

/** Narrows a query by what is in the row of the image whose id is in a column. */
export function narrowByImage(
  { knex }: Database,
  query: Knex.QueryBuilder,
  id: string,
  conditions: ImageConditions,
): void {
  const image = knex('images').select(knex.raw('1')).whereRaw(`images.id = ${id}`);
  narrowByRow(image, conditions);
  narrowBy(query, image);
}

/** Narrows a query to those of images, by their ids in a column, that an index gives. */
export function narrowByAccess(
  { knex }: Database,
  query: Knex.QueryBuilder,
  id: string,
  { ids, column }: Access,
  values: ConditionValues,
): void {
  narrowBy(query, ids(values).select(knex.raw('1')).whereRaw(`${column} = ${id}`));
}

/** Narrows a query by the tags and words of the image whose id is in a column. */
export function narrowByLinks(
  { knex, dialect }: Database,
  query: Knex.QueryBuilder,
  id: string,
  { all, any, none, terms }: ConditionValues,
): void {
  const links = (table: string) =>
    knex
      .from(knex.raw(table) as unknown as string)
      .select(knex.raw('1'))
      .whereRaw(`link.image_id = ${id}`);
  // Images mostly come by age, and the links of a tag are in that order: the next one is looked up beside the last. By the key of
  // the links each would be somewhere else.
  const tagged = dialect.indexed('image_tags as link', 'image_tags_tag_id_image_id_index');
  for (const tag of all) narrowBy(query, links(tagged).where('link.tag_id', tag));
  if (any) narrowBy(query, links('image_tags as link').whereIn('link.tag_id', any));
  if (none.length > 0) narrowBy(query, links('image_tags as link').whereIn('link.tag_id', none), 'is null');
  const words = dialect.indexed('image_words as link', PRIMARY_KEY);
  for (const ends of terms) narrowBy(query, links(words).whereBetween('link.word', [...ends]));
}
