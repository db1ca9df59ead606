import type { Image, Page } from '@janus/core';
import { imagePlaces, type imageQuery } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { number } from './columns.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { choose, FEW, type Access, type Choice } from './image-access.js';
import { between, type Bounds, type Value } from './conditions.js';
import { conditionsOf, type ConditionValues, type Filter, type ImageConditions } from './image-conditions.js';
import { narrowByLinks, narrowByRow } from './image-filter.js';
import { imageColumns, toImage } from './image-row.js';
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
  const next: Bounds = id !== null && column === 'id' ? { [beyond]: id } : {};

  const conditions = await conditionsOf(database, where);
  const chosen = conditions && (await choose(database, conditions, { sort: column, direction, next }));
  if (!chosen) return { items: [], next: null };

  const finished = (images: Knex.QueryBuilder, rows: number) => {
    images.select(imageColumns(database)).orderBy('images.id', direction).limit(rows, { skipBinding: true });
    join(images);
    return images;
  };
  const read = async <Given>(
    part: string,
    given: Given,
    rows: number,
    build: (images: Knex.QueryBuilder, given: Given) => void,
  ) => {
    const title = `images.list${name} ${part} ${direction} ${rows} ${chosen.access?.name} ${chosen.few} ${conditions?.shape}`;
    return database.rows(title, { values: chosen.conditions.values, given }, (all) => {
      const images = found(database, chosen, { ...chosen.conditions, values: all.values }, column);
      build(images, all.given);
      return finished(images, rows);
    });
  };

  if (column === 'id') {
    const rows =
      chosen.access && chosen.access.column !== 'images.id' && !chosen.few
        ? await database.rows(
            `images.list${name} by ${chosen.access.name} ${direction} ${limit + 1} ${conditions?.shape}`,
            { values: chosen.conditions.values, next },
            (given) => {
              const ids = byAge(
                database,
                chosen.access as Access,
                { ...chosen.conditions, values: given.values },
                given.next,
              );
              ids.orderBy('id', direction).limit(limit + 1, { skipBinding: true });
              return finished(database.knex.from(ids.as('found')).join('images', 'images.id', 'found.id'), limit + 1);
            },
          )
        : await read('by age', next, limit + 1, (images, given) => between(images, 'images.id', given));
    return pageOf(rows.map(item), limit, query, (last) => [null, image(last).id]);
  }

  // Databases put what is absent first or last as they please. Here it is asked for by itself, after all the rest.
  const rows: Row[] = [];
  const sorted = `images.${column}`;
  if (place === null || value !== null) {
    const bound = value === null ? null : { at: bind(value), id };
    const present = await read(`by ${column}`, bound, limit + 1, (images, from) => {
      images.whereNotNull(sorted).orderBy(sorted, direction);
      if (!from) return;
      // The first condition says no more than the second, and lets an index begin at the place.
      images.where(sorted, `${beyond}=`, from.at as Value);
      images.where(
        (either) => void either.where(sorted, beyond, from.at as Value).orWhere('images.id', beyond, from.id),
      );
    });
    rows.push(...present);
  }
  if (key === 'capturedAt' && rows.length <= limit && !where.captured) {
    const from: Bounds = value === null && id !== null ? { [beyond]: id } : {};
    const absent = await read(`without ${column}`, from, limit + 1 - rows.length, (images, given) => {
      between(images.whereNull(sorted), 'images.id', given);
    });
    rows.push(...absent);
  }
  return pageOf(rows.map(item), limit, query, (last) => [of(image(last)), image(last).id]);
}

/** How many images match. @param atMost to count no further */
export async function countImages(database: Database, where: Filter, atMost: number | undefined): Promise<number> {
  const conditions = await conditionsOf(database, where);
  const chosen = conditions && (await choose(database, conditions, { sort: 'id', direction: 'desc', next: {} }));
  if (!chosen) return 0;
  const { access, few } = chosen;
  const title = `images.count ${atMost ?? 'all'} ${access?.name} ${few} ${conditions?.shape}`;
  const row = await database.row(title, { values: chosen.conditions.values }, ({ values }) => {
    const given = { ...chosen.conditions, values };
    const ids =
      access && access.column !== 'images.id' && !few
        ? byAge(database, access, given, {})
        : found(database, chosen, given, 'id').select('images.id');
    if (atMost !== undefined) ids.limit(atMost, { skipBinding: true });
    return database.knex.from(ids.as('counted')).count({ images: '*' });
  });
  return number(row?.['images']);
}

/** The images that match, from those that an access gives. */
function found(
  database: Database,
  { access, few }: Choice,
  conditions: ImageConditions,
  sort: string,
): Knex.QueryBuilder {
  const { knex } = database;
  const rest = access ? access.rest(conditions.values) : conditions.values;
  let images = access ? access.ids(conditions.values) : knex('images');
  if (access && few) {
    // With a limit, for then no database takes it apart to look up something else first.
    const ids = images.distinct({ id: access.column });
    if (access.name !== 'near') ids.limit(FEW, { skipBinding: true });
    images = knex.from(ids.as('found')).join('images', 'images.id', 'found.id');
    for (const [operator, value] of Object.entries(rest.created))
      images.whereRaw(`(images.id ${operator} ?) is true`, [value as Value]);
  } else {
    between(images, 'images.id', rest.created);
    // A range of what they are sorted by is a part of that index.
    for (const [ranged, bounds] of Object.entries(rest.ranges)) {
      if (ranged === sort && bounds) between(images, `images.${ranged}`, bounds);
    }
  }
  narrowByLinks(database, images, 'images.id', rest);
  narrowByRow(images, { ...conditions, values: rest });
  return images;
}

/** The ids of images that match, from those that an access of another table gives by age. */
function byAge(database: Database, access: Access, conditions: ImageConditions, next: Bounds): Knex.QueryBuilder {
  const { knex } = database;
  const rest: ConditionValues = access.rest(conditions.values);
  const ids = access.ids(conditions.values).select({ id: access.column });
  between(ids, access.column, rest.created);
  between(ids, access.column, next);
  narrowByLinks(database, ids, access.column, rest);
  const image = knex('images').select(knex.raw('1')).whereRaw(`images.id = ${access.column}`);
  narrowByRow(image, { ...conditions, values: rest });
  return ids.whereRaw('? = 1', [image.limit(1, { skipBinding: true }) as never]);
}
