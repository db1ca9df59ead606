import { newId, type Cursor, type ImageId, type NewImage, type Page } from '@janus/core';
import type { Database } from '@janus/knex';
import { KnexImageRepository, KnexUserRepository } from '@janus/knex';
import type { Knex } from 'knex';
import { createdAt, imageIdOf, images as newImages, owners, tagOf } from './data.js';
import { ANALYSE, VACUUM } from './analyse.js';
import { Dataset, OWNERS } from './dataset.js';
import type { DialectName } from './dialect-name.js';
import { mysqlCodec, postgresCodec, sqliteCodec } from './sides/codecs.js';
import { listsWithOwners } from './sides/janus-side.js';
import type { Place } from './sides/side.js';

const TAGS = 300;
const STEP = 500;

/** Tags of one subject: one image in a hundred has each, and one in two hundred both. */
const PAIRS = Array.from({ length: 8 }, (_, pair) => [`pair-${pair}-a`, `pair-${pair}-b`] as const);
/** What tags of those are on the first of each two hundred images. */
const PAIRED = PAIRS.flatMap(([a, b]) => [[a, b], [a], [b]]);
const PAIRED_ONE_IN = 200;

/** Stores the images through Janus, and finds out where pages begin. */
export async function loadDataset(
  dialect: DialectName,
  database: Database,
  knex: Knex,
  size: number,
  progress: (state: string) => void,
): Promise<Dataset> {
  if (createdAt(size) > new Date())
    throw new RangeError('so many images would be newer than those that are stored later');
  const users = new KnexUserRepository(database);
  const images = new KnexImageRepository(database);
  for (const owner of owners(OWNERS)) await users.create(owner);
  await images.createMany(
    counted(paired(newImages(0, size, { owners: OWNERS })), (loaded) => progress(`${loaded} of ${size} images`)),
  );

  const codec = { sqlite: sqliteCodec, postgres: postgresCodec, mysql: mysqlCodec, mariadb: mysqlCodec }[dialect];
  const tags = Array.from({ length: TAGS }, (_, rank) => tagOf(rank));
  const used = await knex('tags').pluck<string[]>('name');
  const missing = tags.filter((name) => !used.includes(name));
  if (missing.length > 0) await knex('tags').insert(missing.map((name) => ({ id: codec.idTo(newId()), name })));

  progress('analysing');
  await knex.raw(ANALYSE[dialect]);
  const places = await placesOf(
    async (after) => images.list({ limit: STEP, after }),
    ({ id }) => id,
  );
  const ownedPlaces = listsWithOwners(images)
    ? await placesOf(
        async (after) => images.listWithOwners({ limit: STEP, after }),
        ({ image }) => image.id,
      )
    : [];
  const lastId = codec.idTo(imageIdOf(size - 1));
  return new Dataset(knex, { size, images, places, ownedPlaces, tags, pairs: PAIRS, lastId, vacuum: VACUUM[dialect] });
}

/** Where pages begin, all the way to the oldest. */
async function placesOf<Item>(
  page: (after: Cursor | null) => Promise<Page<Item>>,
  idOf: (item: Item) => ImageId,
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (let cursor: Cursor | null = null; ;) {
    const { items, next }: Page<Item> = await page(cursor);
    const last = items.at(-1);
    if (next === null || last === undefined) return places;
    places.push({ id: idOf(last), cursor: next });
    cursor = next;
  }
}

/** Gives some of the images the tags of pairs. */
function* paired(images: Iterable<NewImage>): Generator<NewImage, void, undefined> {
  let index = 0;
  for (const image of images) {
    const added = PAIRED[index++ % PAIRED_ONE_IN] ?? [];
    yield { ...image, tags: [...(image.tags ?? []), ...added] };
  }
}

function* counted<Item>(items: Iterable<Item>, tell: (count: number) => void): Generator<Item, void, undefined> {
  let count = 0;
  for (const item of items) {
    yield item;
    if (++count % 5_000 === 0) tell(count);
  }
}
