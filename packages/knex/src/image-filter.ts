import type { Trash } from '@janus/core';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import type { Value } from './conditions.js';
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

/** Narrows a query by the tags and words of the image whose id is in a column. */
export function narrowByLinks(
  { knex, dialect }: Database,
  query: Knex.QueryBuilder,
  id: string,
  values: ConditionValues,
): void {
  const link = (table: string, are: '= 1' | 'is null', among: (links: Knex.QueryBuilder) => Knex.QueryBuilder) => {
    const links = among(
      knex
        .from(knex.raw(table) as unknown as string)
        .select(knex.raw('1'))
        .whereRaw(`link.image_id = ${id}`),
    );
    query.whereRaw(`? ${are}`, [links.limit(1, { skipBinding: true }) as never]);
  };
  // Images mostly come by age, and the links of a tag are in that order: the next one is looked up beside the last. By the key of
  // the links each would be somewhere else.
  const tagged = dialect.indexed('image_tags as link', 'image_tags_tag_id_image_id_index');
  for (const tag of values.all) link(tagged, '= 1', (links) => links.where('link.tag_id', tag));
  const { any, none } = values;
  if (any) link('image_tags as link', '= 1', (links) => links.whereIn('link.tag_id', any));
  if (none.length > 0) link('image_tags as link', 'is null', (links) => links.whereIn('link.tag_id', none));
  const words = dialect.indexed('image_words as link', 'image_words_image_id_index');
  for (const ends of values.terms) link(words, '= 1', (links) => links.whereBetween('link.word', [...ends]));
}
