import type { Image, Page } from '@janus/core';
import { imagePlaces, type imageQuery } from '@janus/core/adapter';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { matching } from './image-filter.js';
import { imageColumns, toImage } from './image-row.js';
import { pageOf, placeOf } from './page.js';

type SortKey = keyof typeof imagePlaces;

/** The column of a sort, and its value for an image, in a cursor and in a statement. By age, the id is all there is to it. */
const SORTS = {
  createdAt: { column: null, of: () => null, bind: () => null },
  capturedAt: {
    column: 'images.captured_at',
    of: (image: Image) => image.captured?.at.getTime() ?? null,
    bind: (value: string | number) => new Date(value),
  },
  byteSize: {
    column: 'images.byte_size',
    of: (image: Image) => image.byteSize,
    bind: (value: string | number) => value,
  },
  filename: {
    column: 'images.filename',
    of: (image: Image) => image.filename,
    bind: (value: string | number) => value,
  },
} as const satisfies Record<SortKey, unknown>;

/** A page of images, by keyset. */
export async function listImages(
  database: Database,
  { where, sort, limit, after }: ReturnType<(typeof imageQuery)['parse']>,
): Promise<Page<Image>> {
  const key = sort.replace('-', '') as SortKey;
  const [direction, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const { column, of, bind } = SORTS[key];
  const query = ['images.list', where, sort];
  const place = placeOf<readonly [string | number | null, Image['id']]>(after, query, imagePlaces[key]);
  const [value, id] = place ? [place[0], database.dialect.idValue(place[1])] : [null, null];

  const select = () => matching(database, where).select(imageColumns(database));
  const read = async (images: Knex.QueryBuilder, rows: number): Promise<readonly Row[]> =>
    database.rows(images.orderBy('images.id', direction).limit(rows));
  const afterId = (images: Knex.QueryBuilder) => (id === null ? images : images.where('images.id', beyond, id));

  if (column === null) {
    const rows = await read(afterId(select()), limit + 1);
    return pageOf(rows.map(toImage), limit, query, (last) => [null, last.id]);
  }

  // Databases put what is absent first or last as they please. Here it is asked for by itself, after all the rest.
  const rows: Row[] = [];
  if (place === null || value !== null) {
    const present = select().whereNotNull(column).orderBy(column, direction);
    if (value !== null && id !== null) {
      const bound = bind(value);
      // The first condition says no more than the second, and lets an index begin at the place.
      present.where(column, `${beyond}=`, bound);
      present.where((either) => void either.where(column, beyond, bound).orWhere('images.id', beyond, id));
    }
    rows.push(...(await read(present, limit + 1)));
  }
  if (key === 'capturedAt' && rows.length <= limit) {
    const absent = select().whereNull(column);
    rows.push(...(await read(value === null ? afterId(absent) : absent, limit + 1 - rows.length)));
  }
  return pageOf(rows.map(toImage), limit, query, (last) => [of(last), last.id]);
}
