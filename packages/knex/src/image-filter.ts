import type { ImageFilter, Range, Trash } from '@janus/core';
import { check, firstIdAt, imageFilter, searchTerms } from '@janus/core/adapter';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import { during, having } from './conditions.js';
import { hashPart } from './image-row.js';

/** Narrows a query of `images` to those that match. @throws InvalidError when the search text has no term */
export function matching(database: Database, filter: ReturnType<typeof checkedFilter>): Knex.QueryBuilder {
  const { knex, dialect } = database;
  const query = knex('images');

  if (filter.ownerId) query.where('images.owner_id', dialect.idValue(filter.ownerId));
  if (filter.status) query.where('images.status', filter.status);
  if (filter.mimeType) query.where('images.mime_type', filter.mimeType);
  within(query, 'images.width', filter.width);
  within(query, 'images.height', filter.height);
  within(query, 'images.byte_size', filter.byteSize);
  // An image's id carries the instant it was created at: its index is the index of that, too.
  during(query, 'images.id', filter.created, (at) => dialect.idValue(firstIdAt(at)));
  during(query, 'images.captured_at', filter.captured, (at) => at);
  trashed(query, filter.trash);

  const tagged = (names: readonly string[]) =>
    knex('image_tags')
      .select('image_tags.image_id')
      .join('tags', 'tags.id', 'image_tags.tag_id')
      .whereIn('tags.name', names);
  for (const name of filter.tags?.all ?? []) query.whereIn('images.id', tagged([name]));
  if (filter.tags?.any) query.whereIn('images.id', tagged(filter.tags.any));
  if (filter.tags?.none && filter.tags.none.length > 0) query.whereNotIn('images.id', tagged(filter.tags.none));

  for (const term of filter.text === undefined ? [] : searchTerms(filter.text, 'where.text')) {
    // No word has U+10FFFF in it, and none sorts after it: this is every word that begins with the term.
    const words = knex('image_words')
      .select('image_id')
      .whereBetween('word', [term, `${term}\u{10FFFF}`]);
    query.whereIn('images.id', words);
  }

  having(database, query, 'images.metadata', filter.metadata);
  if (filter.near) query.join(near(database, filter.near).as('near'), 'near.id', 'images.id');
  return query;
}

export const checkedFilter = (where: unknown) => check(imageFilter, where, 'where');

function within(query: Knex.QueryBuilder, column: string, range: Range | undefined): void {
  if (range?.min !== undefined) query.where(column, '>=', range.min);
  if (range?.max !== undefined) query.where(column, '<=', range.max);
}

export function trashed(query: Knex.QueryBuilder, trash: Trash): void {
  if (trash === 'excluded') query.whereNull('images.deleted_at');
  if (trash === 'only') query.whereNotNull('images.deleted_at');
}

/**
 * The ids of all images whose hash is near, by multi-index hashing (Norouzi, Punjani, Fleet: Fast Search in Hamming Space
 * with Multi-Index Hashing, 2012). If two hashes differ in at most 7 bits, then one of their four parts differs in at most
 * one: the index of each part is asked for the part itself and, beyond a distance of 3, for its 16 neighbours, and only what
 * those find is measured.
 */
function near({ knex, dialect }: Database, { hash, distance }: NonNullable<ImageFilter['near']>): Knex.QueryBuilder {
  const parts = [0, 1, 2, 3].map((part) => hashPart(hash, part));
  const measured = parts.map((value, part) => dialect.differingBits(`perceptual_hash_${part}`, value)).join(' + ');
  const candidates = parts.map((value, part) => {
    const neighbours = distance > 3 ? Array.from({ length: 16 }, (_, bit) => value ^ (1 << bit)) : [];
    return knex('images')
      .select('id')
      .whereIn(`perceptual_hash_${part}`, [value, ...neighbours])
      .whereRaw(`${measured} <= ?`, [distance]);
  });
  return knex.union(candidates);
}
