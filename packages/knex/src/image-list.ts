import type { Image, Page } from '@janus/core';
import { imagePlaces, type imageQuery } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { number } from './columns.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { between, type Bounds, type Value } from './conditions.js';
import { nextByAge, toGatherByAge } from './image-by-age.js';
import { choose, idsOf, type Access, type Choice, type Chosen } from './image-access.js';
import { conditionsOf, type Filter, type ImageConditions } from './image-conditions.js';
import { narrowByAccess, narrowByImage, narrowByLinks, narrowByRow } from './image-filter.js';
import { imageColumns, toImage } from './image-row.js';
import { narrowTo, Walk, walked, type Name, type Order } from './image-walk.js';
import { pageOf, placeOf } from './page.js';

type SortKey = keyof typeof imagePlaces;

/** The column of a sort, and its value for an image, in a cursor and in a statement. By age, the id is all there is to it. */
const SORTS = {
  createdAt: { column: 'id', of: () => null, bind: () => null },
  capturedAt: {
    column: 'captured_at',
    of: (image: Image) => image.captured?.at.getTime() ?? null,
    bind: (value: string | number) => new Date(value),
  },
  byteSize: { column: 'byte_size', of: (image: Image) => image.byteSize, bind: (value: string | number) => value },
  filename: { column: 'filename', of: (image: Image) => image.filename, bind: (value: string | number) => value },
} as const satisfies Record<SortKey, unknown>;

/** What is read of each image beside what it is. */
export interface With<Item> {
  readonly name: string;
  /** Joins what is read. */
  readonly join: (query: Knex.QueryBuilder) => void;
  readonly item: (row: Row) => Item;
  readonly image: (item: Item) => Image;
}

export const imagesAlone: With<Image> = { name: '', join: () => undefined, item: toImage, image: (image) => image };

/** Images as the database gives them. */
export const imagesAsRows: With<Row> = { ...imagesAlone, item: (row) => row, image: toImage };

/** A page of images, by keyset. */
export async function listImages<Item>(
  database: Database,
  { where, sort, limit, after }: ReturnType<(typeof imageQuery)['parse']>,
  { name, join, item, image }: With<Item>,
): Promise<Page<Item>> {
  const key = sort.replace('-', '') as SortKey;
  const [direction, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const { column, of, bind } = SORTS[key];
  const query = [`images.list${name}`, where, sort];
  const place = placeOf<readonly [string | number | null, Image['id']]>(after, query, imagePlaces[key]);
  const [value, id] = place ? [place[0], database.dialect.idValue(place[1])] : [null, null];

  const conditions = await conditionsOf(database, where, id !== null && column === 'id' ? { [beyond]: id } : {});
  const chosen = conditions && (await choose(database, conditions, { sort: column, direction }));
  if (!chosen) return { items: [], next: null };

  const read = async <Given>(
    part: string,
    given: Given,
    narrow: (images: Knex.QueryBuilder, given: Given, name: Name) => void,
    by: Chosen,
  ) => {
    const lookedUp = by.lookedUp.map((other) => other.name).join(', ');
    const title = `images.list${name} ${part} ${direction} ${limit} ${by.access?.name} ${by.gathers} ${lookedUp} ${by.conditions.shape}`;
    return database.rows(title, { values: by.conditions.values, given }, (all) => {
      const order: PageOrder = {
        column,
        direction,
        rows: limit + 1,
        narrow: (images, as) => narrow(images, all.given, as),
      };
      const images = found(database, by, { ...by.conditions, values: all.values }, order);
      join(images);
      images.select(imageColumns(database));
      return images.limit(limit + 1, { skipBinding: true });
    });
  };

  if (column === 'id') {
    const byAge = async (by: Chosen) => read('by age', {}, () => undefined, by);
    const rows = await (chosen.others.length > 0
      ? nextByAge(database, chosen, direction, limit + 1, byAge)
      : byAge(chosen));
    return pageOf(rows, limit, item, query, (last) => [null, image(last).id]);
  }

  // Databases put what is absent first or last as they please. Here it is asked for by itself, after all the rest.
  const order = { column, direction };
  const walk = new Walk(database, order, limit + 1, chosen, async (part, stretch, by) =>
    read(
      `${part} ${column}`,
      stretch,
      (images, given, as) => narrowTo(database, images, part, given, order, by, as),
      by,
    ),
  );
  const rows: Row[] = [];
  if (place === null || value !== null) {
    rows.push(...(await walk.next('by', value === null || id === null ? null : { at: bind(value), id })));
  }
  if (key === 'capturedAt' && rows.length <= limit && !where.captured?.from && !where.captured?.to) {
    rows.push(...(await walk.next('without', value === null && id !== null ? { at: null, id } : null)));
  }
  return pageOf(rows, limit, item, query, (last) => [of(image(last)), image(last).id]);
}

/** How many images match. @param atMost to count no further */
export async function countImages(database: Database, where: Filter, atMost: number | undefined): Promise<number> {
  const conditions = await conditionsOf(database, where);
  const chosen = conditions && (await choose(database, conditions, { sort: 'id', direction: 'desc' }));
  if (!chosen) return 0;
  const other = await toGatherByAge(database, chosen, 'desc');
  // An image is there once for each of its tags, or words.
  const gathers = other && other.column !== 'images.id' ? Number.POSITIVE_INFINITY : chosen.gathers;
  const by = { ...chosen, access: other ?? chosen.access, gathers };
  const title = `images.count ${atMost ?? 'all'} ${by.access?.name} ${by.gathers} ${conditions?.shape}`;
  const row = await database.row(title, { values: chosen.conditions.values }, ({ values }) => {
    const given = { ...chosen.conditions, values };
    const ids = isLink(by)
      ? idsByAge(database, by.access, given)
      : found(database, by, given, null).select('images.id');
    if (atMost !== undefined) {
      // By age, or PostgreSQL goes on reading a large table where it read last, from the disk each time. SQLite reads it from its
      // beginning, in a third of the time.
      const byAge = by.access?.byAge ?? database.dialect.isServer;
      if (byAge && by.gathers === null) ids.orderBy(by.access?.column ?? 'images.id', 'desc');
      ids.limit(atMost, { skipBinding: true });
    }
    return database.knex.from(ids.as('counted')).count({ images: '*' });
  });
  return number(row?.['images']);
}

interface PageOrder extends Order {
  /** How many are read at the most. */
  readonly rows: number;
  /** Narrows a query of images to a part of them. */
  readonly narrow: (images: Knex.QueryBuilder, name: Name) => void;
}

/** Whether images are found by the index of another table, which gives them by age. */
const isLink = (choice: Choice): choice is Choice & { readonly access: Access } =>
  choice.access !== null && choice.access.column !== 'images.id' && choice.gathers === null;

/** The images that match, by the access that was chosen. @param order in which they are then put; null for none */
function found(
  database: Database,
  by: Chosen,
  conditions: ImageConditions,
  order: PageOrder | null,
): Knex.QueryBuilder {
  const { knex } = database;
  const { access, gathers } = by;
  if (isLink(by) && order) {
    const ids = idsByAge(database, by.access, conditions).orderBy('id', order.direction);
    const images = knex.from(ids.limit(order.rows, { skipBinding: true }).as('found'));
    return images.join('images', 'images.id', 'found.id').orderBy('images.id', order.direction);
  }
  let rest = access ? access.rest(conditions.values) : conditions.values;
  let images: Knex.QueryBuilder;
  if (access && gathers !== null) {
    // With a limit, for then no database takes it apart to look up something else first. It is twice what was counted a
    // moment ago, at the most.
    const ids = idsOf(access, conditions.values).distinct({ id: access.column });
    if (Number.isFinite(gathers)) ids.limit(2 * gathers, { skipBinding: true });
    images = knex.from(ids.as('few')).joinRaw(database.dialect.lookUp('images', 'images.id = few.id'));
    if (!access.byAge) lookAt(images, rest.ids);
  } else if (order && order.column !== 'id') {
    if (by.lookedUp.length > 0) return foundByIndexes(database, by.lookedUp, conditions, order);
    rest = { ...rest, equal: { ...rest.equal, owner_id: undefined } };
    images = walked(database, order, conditions.values);
    lookAt(images, rest.ids);
  } else {
    images = access?.ids(conditions.values) ?? knex('images');
    for (const range of rest.ids) between(images, 'images.id', range);
  }
  order?.narrow(images, 'images');
  narrowByLinks(database, images, 'images.id', rest);
  narrowByRow(images, { ...conditions, values: rest });
  if (order) images.orderBy('images.id', order.direction);
  return images;
}

/**
 * The images of a walk that other indexes have, too. Each is looked up in those, where the next one by age is near the last, and only what
 * all of them have is read: what is walked along lies in as many places of the table as there are images.
 */
function foundByIndexes(
  database: Database,
  others: readonly Access[],
  { values, ...conditions }: ImageConditions,
  order: PageOrder,
): Knex.QueryBuilder {
  const images = walked(database, order, values, 'walked');
  images.joinRaw(database.dialect.lookUp('images', 'images.id = walked.id'));
  lookAt(images, values.ids, 'walked');
  order.narrow(images, 'walked');
  for (const other of others) narrowByAccess(database, images, 'walked.id', other, values);
  const done = new Set(['owner_id', ...others.map(({ name }) => name)]);
  const rest = {
    ...values,
    equal: Object.fromEntries(Object.entries(values.equal).filter(([column]) => !done.has(column))),
    all: values.all.filter((_, index) => !done.has(`tag ${index}`)),
    terms: values.terms.filter((_, index) => !done.has(`word ${index}`)),
  };
  narrowByLinks(database, images, 'walked.id', rest);
  narrowByRow(images, { ...conditions, values: rest });
  return images.orderBy('walked.id', order.direction);
}

/** Narrows a query to ranges of ids, and not by the index of those. */
function lookAt(images: Knex.QueryBuilder, ranges: readonly Bounds[], name: Name = 'images'): void {
  for (const [operator, value] of ranges.flatMap((range) => Object.entries(range))) {
    images.whereRaw(`(${name}.id ${operator} ?) is true`, [value as Value]);
  }
}

/** The ids of images that match, from those that the index of another table gives. */
function idsByAge(database: Database, access: Access, conditions: ImageConditions): Knex.QueryBuilder {
  const rest = access.rest(conditions.values);
  const ids = access.ids(conditions.values).select({ id: access.column });
  for (const range of rest.ids) between(ids, access.column, range);
  narrowByLinks(database, ids, access.column, rest);
  narrowByImage(database, ids, access.column, { ...conditions, values: rest });
  return ids;
}
