import { DuplicateError, MissingReferenceError, NotFoundError, StaleVersionError } from '@janus/core';
import type {
  CreatedMany,
  Image,
  ImageAnalysis,
  ImageChanges,
  ImageFilter,
  ImageId,
  ImageQuery,
  ImageRepository,
  ImageSort,
  JsonValue,
  NewImage,
  OnDuplicate,
  Page,
  Sweep,
  TrashOption,
  UserId,
} from '@janus/core';
import {
  analysisKind,
  check,
  createOptions,
  imageChanges,
  imageId,
  imageIds,
  imageQuery,
  json,
  many,
  sweep,
  seen,
  sha256,
  streamOptions,
  tagNames,
  trashOption,
  userId,
} from '@janus/core/adapter';
import type { Knex } from 'knex';
import { BATCH, inBatches } from './batches.js';
import { id, number } from './columns.js';
import type { Database } from './database.js';
import { checkedImage, createBatch, insertImages, ONE_OF_EACH, takeOutOfTrash, wordRows } from './image-creation.js';
import type { CheckedImage } from './image-creation.js';
import { checkedFilter, matching, trashed } from './image-filter.js';
import { listImages } from './image-list.js';
import { imageColumns, imageValues, toAnalysis, toImage } from './image-row.js';
import { ensureTags, TAGGING } from './tag-repository.js';

export class KnexImageRepository implements ImageRepository {
  constructor(private readonly database: Database) {}

  async create(image: NewImage, options: { onDuplicate?: OnDuplicate | undefined } = {}): Promise<Image> {
    const values = checkedImage(image);
    const { onDuplicate: mode } = check(createOptions, options);
    if (mode === 'fail') return this.#createOrFail(values);
    return this.database.runUntilSettled([ONE_OF_EACH, ...TAGGING], async () => {
      const existing = await this.findByHash(values.ownerId, values.sha256, { trash: 'included' });
      if (existing && (mode === 'skip' || !existing.deletedAt)) return existing;
      if (existing && (await takeOutOfTrash(this.database, this.#withId(existing.id))) > 0)
        return this.get(existing.id);
      // None, or one that was purged, or restored, just now: the rule tells which.
      await insertImages(this.database, [values]);
      return this.get(values.id);
    });
  }

  async #createOrFail(image: CheckedImage): Promise<Image> {
    try {
      return await this.database.runUntilSettled(TAGGING, async () => {
        await insertImages(this.database, [image]);
        return this.get(image.id);
      });
    } catch (error) {
      if (!(error instanceof DuplicateError) || error.rule !== ONE_OF_EACH) throw error;
      const existing = await this.findByHash(image.ownerId, image.sha256, { trash: 'included' });
      throw new DuplicateError(ONE_OF_EACH, existing?.deletedAt ? IN_THE_TRASH : 'the owner has this file already');
    }
  }

  async createMany(
    images: Iterable<NewImage> | AsyncIterable<NewImage>,
    options: { onDuplicate?: OnDuplicate | undefined } = {},
  ): Promise<CreatedMany> {
    check(many, images, 'images');
    const { onDuplicate: mode } = check(createOptions, options);
    return this.database.run(async () => {
      const total = { created: 0, skipped: 0, restored: 0 };
      const rules = mode === 'fail' ? TAGGING : [ONE_OF_EACH, ...TAGGING];
      for await (const batch of inBatches(images, (image, position) => checkedImage(image, String(position)))) {
        const done = await this.database.runUntilSettled(rules, async () => createBatch(this.database, batch, mode));
        total.created += done.created;
        total.skipped += done.skipped;
        total.restored += done.restored;
      }
      return total;
    });
  }

  async find(image: ImageId, options: TrashOption = {}): Promise<Image | null> {
    const row = await this.database.row(this.#select(options).where('images.id', this.#idValue(image)));
    return row && toImage(row);
  }

  async get(image: ImageId, options: TrashOption = {}): Promise<Image> {
    const found = await this.find(image, options);
    if (!found) throw new NotFoundError('image');
    return found;
  }

  async findByHash(ownerId: UserId, hash: string, options: TrashOption = {}): Promise<Image | null> {
    const owner = this.database.dialect.idValue(check(userId, ownerId, 'ownerId'));
    const row = await this.database.row(
      this.#select(options).where({ 'images.owner_id': owner, 'images.sha256': check(sha256, hash, 'sha256') }),
    );
    return row && toImage(row);
  }

  async findMany(ids: readonly ImageId[], options: TrashOption = {}): Promise<readonly (Image | null)[]> {
    const wanted = check(imageIds, ids, 'ids');
    const values = wanted.map((one) => this.database.dialect.idValue(one));
    const rows = await this.database.rows(this.#select(options).whereIn('images.id', values));
    const found = new Map(rows.map(toImage).map((image) => [image.id, image]));
    return wanted.map((one) => found.get(one) ?? null);
  }

  async list(query: ImageQuery = {}): Promise<Page<Image>> {
    return listImages(this.database, check(imageQuery, query));
  }

  async count(where: ImageFilter = {}): Promise<number> {
    const [row] = await this.database.rows(matching(this.database, checkedFilter(where)).count({ images: '*' }));
    return number(row?.['images']);
  }

  async *stream(
    where: ImageFilter = {},
    options: { sort?: ImageSort | undefined } = {},
  ): AsyncGenerator<Image, void, undefined> {
    const { sort } = check(streamOptions, options);
    let after: string | null = null;
    do {
      const page: Page<Image> = await this.list({ where, sort, limit: BATCH, after });
      yield* page.items;
      after = page.next;
    } while (after !== null);
  }

  async update(image: ImageId, changes: ImageChanges, options: { version: number }): Promise<Image> {
    const value = this.#idValue(image);
    const fields = check(imageChanges, changes);
    const { version } = check(seen, options, 'seen');
    const { knex } = this.database;
    return this.database.run(async () => {
      const updated = await this.database.update(
        'images',
        { ...imageValues(fields), version: knex.raw('version + 1'), updated_at: new Date() },
        knex('images').where({ id: value, version }).whereNull('deleted_at'),
      );
      const current = await this.get(image);
      if (updated === 0) throw new StaleVersionError('image', version, current.version);
      if (fields.filename !== undefined || fields.title !== undefined) {
        await this.database.delete('image_words', { image_id: value });
        await this.database.insert('image_words', wordRows(this.database, current));
      }
      return current;
    });
  }

  async remove(image: ImageId): Promise<void> {
    const { knex } = this.database;
    const now = new Date();
    const removed = await this.database.update(
      'images',
      { deleted_at: now, updated_at: now, version: knex.raw('version + 1') },
      this.#withId(image).whereNull('deleted_at'),
    );
    if (removed === 0) throw new NotFoundError('image');
  }

  async restore(image: ImageId): Promise<Image> {
    const query = this.#withId(image);
    return this.database.run(async () => {
      for (;;) {
        await takeOutOfTrash(this.database, query.clone());
        const found = await this.find(image);
        if (found) return found;
        // Gone; or put into the trash just now, and this time it is this unit of work that changes it.
        await this.#expect(this.#idValue(image));
      }
    });
  }

  async purge(options: Sweep): Promise<number> {
    const { before, batch } = check(sweep, options);
    const { knex } = this.database;
    const due = () => knex('images').where('deleted_at', '<', before);
    for (let purged = 0; ;) {
      const rows = await this.database.rows(due().select('id').orderBy('deleted_at').orderBy('id').limit(batch));
      const ids = rows.map((row) => row['id'] as Knex.Value);
      // Asked again, for one may have been restored in between.
      purged += ids.length === 0 ? 0 : await this.database.deleteWhere('images', due().whereIn('id', ids));
      if (ids.length < batch) return purged;
    }
  }

  async tag(image: ImageId, given: readonly string[]): Promise<void> {
    const value = this.#idValue(image);
    const names = check(tagNames, given, 'tags').toSorted();
    await this.database.runUntilSettled(TAGGING, async () => {
      await this.#expect(value);
      const tags = await ensureTags(this.database, names);
      const rows = await this.database.rows(this.database.knex('image_tags').select('tag_id').where('image_id', value));
      const has = new Set(rows.map((row) => id(row['tag_id'])));
      const missing = [...tags.values()].filter((tag) => !has.has(id(tag)));
      await ofImage(async () =>
        this.database.insert(
          'image_tags',
          missing.map((tag) => ({ image_id: value, tag_id: tag })),
        ),
      );
    });
  }

  async untag(image: ImageId, tags: readonly string[]): Promise<void> {
    const value = this.#idValue(image);
    const names = check(tagNames, tags, 'tags');
    const { knex } = this.database;
    await this.database.run(async () => {
      await this.#expect(value);
      const of = knex('image_tags').where('image_id', value);
      await this.database.deleteWhere(
        'image_tags',
        of.whereIn('tag_id', knex('tags').select('id').whereIn('name', names)),
      );
    });
  }

  async recordAnalysis(image: ImageId, kind: string, result: JsonValue): Promise<ImageAnalysis> {
    const key = { image_id: this.#idValue(image), kind: check(analysisKind, kind, 'kind') };
    const value = JSON.stringify(check(json, result, 'result'));
    const { knex } = this.database;
    const now = new Date();
    return this.database.runUntilSettled(['image_analyses_image_id_kind_unique'], async () => {
      const row = { result: value, updated_at: now };
      const updated = await this.database.update('image_analyses', row, knex('image_analyses').where(key));
      if (updated === 0) {
        await ofImage(async () => this.database.insert('image_analyses', [{ ...key, ...row, created_at: now }]));
      }
      const stored = await this.database.row(knex('image_analyses').where(key));
      if (!stored) throw new NotFoundError('image');
      return toAnalysis(stored);
    });
  }

  async analyses(image: ImageId): Promise<readonly ImageAnalysis[]> {
    const { knex } = this.database;
    const rows = await this.database.rows(
      knex('image_analyses').where('image_id', this.#idValue(image)).orderBy('kind'),
    );
    return rows.map(toAnalysis);
  }

  #idValue(image: ImageId) {
    return this.database.dialect.idValue(check(imageId, image, 'id'));
  }

  /** @throws NotFoundError when there is no such image, in the trash or out of it */
  async #expect(image: Knex.Value): Promise<void> {
    const row = await this.database.row(this.database.knex('images').select('id').where('id', image));
    if (!row) throw new NotFoundError('image');
  }

  #withId(image: ImageId) {
    return this.database.knex('images').where('id', this.#idValue(image));
  }

  #select(options: TrashOption) {
    const query = this.database.knex('images').select(imageColumns(this.database));
    trashed(query, check(trashOption, options).trash);
    return query;
  }
}

const IN_THE_TRASH = 'the owner has this file, in the trash; restore it, or create with onDuplicate: restore';

/** Writes what belongs to an image. @throws NotFoundError when the image is gone */
async function ofImage(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const gone = error instanceof MissingReferenceError && error.rule.endsWith('_image_id_foreign');
    throw gone ? new NotFoundError('image') : error;
  }
}
