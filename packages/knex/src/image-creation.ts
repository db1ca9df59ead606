import type { CreatedMany, Image, NewImage, OnDuplicate } from '@janus/core';
import { check, identify, newImage, words } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { id, text } from './columns.js';
import type { Database, Write } from './database.js';
import { PRIMARY_KEY, type Row } from './dialects/dialect.js';
import { backInQueue } from './image-queue-row.js';
import { inOrder, newImageValues, type CheckedImage } from './image-row.js';
import { padded } from './statement.js';
import { ensureTags, TAGGING, type KnownTags } from './tag-repository.js';

/** The rule that an owner has each file once. */
export const ONE_OF_EACH = 'images_owner_id_sha256_unique';

/** @param at where it stands among many, from 0 */
export function checkedImage(image: NewImage, at = ''): CheckedImage {
  const values = check(newImage, image, at);
  const identity = identify<'image'>(values.id, values.createdAt, at === '' ? 'createdAt' : `${at}.createdAt`);
  return Object.assign(values, { id: identity.id, createdAt: identity.at });
}

/** Some images to be created, ready to be written. */
interface Batch {
  readonly images: readonly CheckedImage[];
  /** All that is written of them but their tags. */
  readonly writes: readonly Write[];
}

export const batchOf = (database: Database, images: readonly CheckedImage[]): Batch => ({
  images,
  writes: imageRows(database, images),
});

/**
 * Creates some images, and does with those that their owners have already as it is told.
 * @param tags those that are known from the batches before, of an array and in the same unit of work
 */
export async function createBatch(
  database: Database,
  batch: Batch,
  mode: OnDuplicate,
  tags: KnownTags,
): Promise<CreatedMany> {
  const { images } = batch;
  const copies = async () => (mode === 'fail' ? [] : copiesOf(database, images));
  let restored = 0;
  let found = await copies();
  const trash = () => (mode === 'restore' ? inTrash(found) : []);
  while (trash().length > 0) {
    restored += await takeOutOfTrash(database, trash());
    // Again, for others may have purged some of them, or been quicker to restore them.
    found = await copies();
  }
  const taken = new Set(found.map((row) => keyOf(id(row['owner_id']), text(row['sha256']))));
  const fresh = images.filter(({ ownerId, sha256 }) => {
    const key = keyOf(ownerId, sha256);
    return mode === 'fail' || (!taken.has(key) && taken.add(key));
  });
  await insertBatch(database, fresh.length === images.length ? batch : batchOf(database, fresh), tags);
  return { created: fresh.length, skipped: images.length - fresh.length - restored, restored };
}

const inTrash = (found: readonly Row[]) =>
  found.filter((row) => row['deleted_at'] !== null).map((row) => row['id'] as Knex.Value);

const keyOf = (ownerId: string, sha256: string) => `${ownerId} ${sha256}`;

async function copiesOf(database: Database, images: readonly CheckedImage[]): Promise<readonly Row[]> {
  const { knex, dialect } = database;
  const pairs = images.map(({ ownerId, sha256 }) => [dialect.idValue(ownerId), sha256]);
  return database.rows('images.copies', { pairs: padded(pairs) }, (given) =>
    knex('images')
      .select('id', 'owner_id', 'sha256', 'deleted_at')
      .where((any) => {
        // Pair by pair: SQLite would look up a list of pairs by the owners alone.
        for (const pair of given.pairs) void any.orWhereRaw('owner_id = ? and sha256 = ?', [...pair] as Knex.Value[]);
      }),
  );
}

/** Inserts images, with their words and tags, of which some are known. Call it in a unit of work that is tried again on `TAGGING`. */
async function insertBatch(database: Database, { images, writes }: Batch, known: KnownTags): Promise<void> {
  const { dialect } = database;
  try {
    const tags = await ensureTags(database, new Set(images.flatMap((image) => image.tags)), known);
    const tagRows = images.flatMap((image) => {
      const image_id = dialect.idValue(image.id);
      return image.tags.map((name) => ({ image_id, tag_id: tags.get(name) }));
    });
    await database.write(...writes, database.insertion('image_tags', tagRows));
  } catch (error) {
    // Of those that were made, or found, some may be gone.
    known.clear();
    throw error;
  }
}

/** Inserts one image; its tags are looked up on the way. If it has any, call it in a unit of work. */
export function insertImage(database: Database, image: CheckedImage): Promise<unknown> {
  const { knex, dialect } = database;
  if (image.tags.length === 0) return database.write(...imageRows(database, [image]));
  const names = image.tags.toSorted();
  const values = { image: dialect.idValue(image.id), names: padded(names) };
  const columns = ['image_id', 'tag_id'];
  const written = database.write(
    ...imageRows(database, [image]),
    database.insertionFrom('image_tags of names', 'image_tags', columns, values, (given) =>
      knex('tags')
        .select(knex.raw('?', [given.image]), 'id')
        .whereIn('name', given.names),
    ),
  );
  // Some may be new.
  const addNew = async () => database.runUntilSettled(TAGGING, async () => addTags(database, values.image, names));
  return written.then((tagged) => (tagged === names.length ? undefined : addNew()));
}

/** Gives an image those of some tags that it has not. Call it in a unit of work that is tried again on `TAGGING`. */
export async function addTags(database: Database, image: Knex.Value, names: readonly string[]): Promise<void> {
  const tags = await ensureTags(database, new Set(names));
  const rows = await database.rows('images.tags', { image }, (given) =>
    database.knex('image_tags').select('tag_id').where('image_id', given.image),
  );
  const has = new Set(rows.map((row) => id(row['tag_id'])));
  const missing = [...tags.values()].filter((tag) => !has.has(id(tag)));
  await database.insert(
    'image_tags',
    missing.map((tag) => ({ image_id: image, tag_id: tag })),
  );
}

function imageRows(database: Database, images: readonly CheckedImage[]): Write[] {
  return [
    database.insertion(
      'images',
      images.map((image) => newImageValues(database, image)),
    ),
    database.insertion(
      'image_words',
      images.flatMap((image) => wordRows(database, image)),
    ),
  ];
}

/** The image as it is read after it was created. */
export const created = (image: CheckedImage): Image => ({
  id: image.id,
  ownerId: image.ownerId,
  filename: image.filename,
  title: image.title,
  mimeType: image.mimeType,
  byteSize: image.byteSize,
  width: image.width,
  height: image.height,
  bitDepth: image.bitDepth,
  colorType: image.colorType,
  compression: image.compression,
  sha256: image.sha256,
  perceptualHash: image.perceptualHash,
  status: image.status,
  captured: image.captured,
  location: image.location,
  metadata: image.metadata,
  tags: inOrder(image.tags),
  version: 1,
  createdAt: image.createdAt,
  updatedAt: image.createdAt,
  deletedAt: null,
});

/** What a text search finds an image by. */
export function wordRows({ dialect }: Database, image: Pick<Image, 'id' | 'filename' | 'title'>): Row[] {
  const image_id = dialect.idValue(image.id);
  return words(image.filename, image.title).map((word) => ({ word, image_id }));
}

/** Makes the words of an image those of its new filename and title. Call it in a unit of work. */
export async function replaceWords(database: Database, image: Image): Promise<void> {
  await database.deleteWhere(
    'images.forget words',
    'image_words',
    { image: database.dialect.idValue(image.id) },
    (given) => database.from('image_words', PRIMARY_KEY).where('image_id', given.image),
  );
  await database.insert('image_words', wordRows(database, image));
}

/** Takes those of some images that are in the trash out of it, and returns how many those were. */
export async function takeOutOfTrash(database: Database, ids: readonly Knex.Value[]): Promise<number> {
  const set = { ...backInQueue(database), updated_at: new Date(), version: database.nextVersion };
  return database.update('images.restore', 'images', set, { ids: padded(ids) }, (given) =>
    database.from('images', PRIMARY_KEY).whereIn('id', given.ids).whereNotNull('deleted_at'),
  );
}
