import { DuplicateError, MissingReferenceError, NotFoundError, StaleVersionError } from '@janus/core';
import type {
  CallOptions,
  Claim,
  ClaimOptions,
  CreatedMany,
  Cursor,
  DuplicateOption,
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
  OwnedImage,
  Page,
  Processing,
  ProcessingChanges,
  ProcessingFailure,
  Sweep,
  Trash,
  TrashOption,
  UserId,
} from '@janus/core';
import {
  analysisKind,
  check,
  countOptions,
  createOptions,
  imageChanges,
  imageFilter,
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
import { BATCH, inBatches, pagesOf, sweepAway } from './batches.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import { PRIMARY_KEY } from './dialects/dialect.js';
import {
  addTags,
  batchOf,
  checkedImage,
  createBatch,
  created,
  insertImage,
  ONE_OF_EACH,
  replaceWords,
  takeOutOfTrash,
} from './image-creation.js';
import { trashed } from './image-filter.js';
import { countImages, imagesAsRows, imagesAlone, listImages } from './image-list.js';
import { withOwners } from './image-owner.js';
import { claimImages, completeClaim, extendClaim, failClaim, processingOf } from './image-queue.js';
import { outOfQueue, queueValues } from './image-queue-row.js';
import { imageColumns, imageValues, toAnalysis, toImage, type CheckedImage } from './image-row.js';
import { padded } from './statement.js';
import { TAGGING, type KnownTags } from './tag-repository.js';

export class KnexImageRepository implements ImageRepository {
  static {
    calls(this, 'images');
  }

  constructor(private readonly database: Database) {}

  async create(image: NewImage, options: DuplicateOption = {}): Promise<Image> {
    const values = checkedImage(image);
    const { onDuplicate: mode } = check(createOptions, options);
    if (mode === 'fail') {
      try {
        await this.#insert(values);
      } catch (error) {
        throw await this.#whyNot(error, values);
      }
      return created(values);
    }
    return this.database.runUntilSettled([ONE_OF_EACH, ...TAGGING], async () => {
      const existing = await this.findByHash(values.ownerId, values.sha256, { trash: 'included' });
      if (existing && (mode === 'skip' || !existing.deletedAt)) return existing;
      const key = existing && this.database.dialect.idValue(existing.id);
      if (existing && (await takeOutOfTrash(this.database, [key])) > 0) return this.get(existing.id);
      // None, or one that was purged, or restored, just now: the rule tells which.
      await insertImage(this.database, values);
      return created(values);
    });
  }

  #insert(image: CheckedImage): Promise<unknown> {
    // Without tags there is nothing that another can change meanwhile.
    if (image.tags.length === 0 || this.database.inUnitOfWork) return insertImage(this.database, image);
    return this.database.runUntilSettled(TAGGING, async () => insertImage(this.database, image));
  }

  /** Why an image was not inserted. */
  async #whyNot(error: unknown, image: CheckedImage): Promise<unknown> {
    if (!(error instanceof DuplicateError) || error.rule !== ONE_OF_EACH) return error;
    const existing = await this.findByHash(image.ownerId, image.sha256, { trash: 'included' });
    return new DuplicateError(ONE_OF_EACH, existing?.deletedAt ? IN_THE_TRASH : 'the owner has this file already');
  }

  async createMany(
    images: Iterable<NewImage> | AsyncIterable<NewImage>,
    options: DuplicateOption = {},
  ): Promise<CreatedMany> {
    check(many, images, 'images');
    const { onDuplicate: mode } = check(createOptions, options);
    return this.database.runOver(images, async () => {
      const total = { created: 0, skipped: 0, restored: 0 };
      const rules = mode === 'fail' ? TAGGING : [ONE_OF_EACH, ...TAGGING];
      // A generator may rename a tag between two batches, or merge it away.
      const known: KnownTags | null = Array.isArray(images) ? new Map() : null;
      const making = {
        each: (image: NewImage, position: number) => checkedImage(image, String(position)),
        batch: (checked: readonly CheckedImage[]) => batchOf(this.database, checked),
      };
      for await (const batch of inBatches(images, making)) {
        const create = async () => createBatch(this.database, batch, mode, known ?? new Map());
        // Alone, nothing is in its way, and needs a savepoint to be tried again from: for that, SQLite copies all that it changes.
        const done = await (this.database.dialect.writesAlone
          ? create()
          : this.database.runUntilSettled(rules, create));
        total.created += done.created;
        total.skipped += done.skipped;
        total.restored += done.restored;
      }
      return total;
    });
  }

  async find(image: ImageId, options?: TrashOption): Promise<Image | null> {
    const row = await this.#row(this.#idValue(image), trashOf(options));
    return row && toImage(row);
  }

  async get(image: ImageId, options?: TrashOption): Promise<Image> {
    const found = await this.find(image, options);
    if (!found) throw new NotFoundError('image');
    return found;
  }

  async findByHash(ownerId: UserId, hash: string, options?: TrashOption): Promise<Image | null> {
    const trash = trashOf(options);
    const key = {
      owner: this.database.dialect.idValue(check(userId, ownerId, 'ownerId')),
      sha256: check(sha256, hash, 'sha256'),
    };
    const row = await this.database.row(`images.findByHash ${trash}`, key, (given) =>
      this.#select(trash).where('images.owner_id', given.owner).where('images.sha256', given.sha256),
    );
    return row && toImage(row);
  }

  async findMany(ids: readonly ImageId[], options?: TrashOption): Promise<readonly (Image | null)[]> {
    const trash = trashOf(options);
    const wanted = check(imageIds, ids, 'ids');
    const values = wanted.map((one) => this.database.dialect.idValue(one));
    const rows = await this.database.rows(`images.findMany ${trash}`, { ids: padded(values) }, (given) =>
      this.#select(trash).whereIn('images.id', given.ids),
    );
    const found = new Map(rows.map(toImage).map((image) => [image.id, image]));
    return wanted.map((one) => found.get(one) ?? null);
  }

  async list(query: ImageQuery = {}): Promise<Page<Image>> {
    return listImages(this.database, check(imageQuery, query), imagesAlone);
  }

  async listWithOwners(query: ImageQuery = {}): Promise<Page<OwnedImage>> {
    return listImages(this.database, check(imageQuery, query), withOwners);
  }

  async count(where: ImageFilter = {}, options: CallOptions & { atMost?: number | undefined } = {}): Promise<number> {
    const { atMost } = check(countOptions, options);
    return countImages(this.database, check(imageFilter, where, 'where'), atMost);
  }

  async *stream(
    where: ImageFilter = {},
    options: CallOptions & { sort?: ImageSort | undefined } = {},
  ): AsyncGenerator<Image, void, undefined> {
    const { sort, signal } = check(streamOptions, options);
    const read = async (after: Cursor | null) => {
      const query = check(imageQuery, { where, sort, limit: BATCH, after });
      return this.database.call('images', 'list', signal, async () => listImages(this.database, query, imagesAsRows));
    };
    // In a unit of work, the statements of whoever looks at a page would wait for it.
    const isAhead = () => this.database.dialect.isServer && !this.database.inUnitOfWork;
    for await (const rows of pagesOf(read, isAhead)) {
      // One by one, for the server works on the next page meanwhile.
      for (const row of rows) yield toImage(row);
    }
  }

  async update(image: ImageId, changes: ImageChanges, options: { version: number }): Promise<Image> {
    const value = this.#idValue(image);
    const fields = check(imageChanges, changes);
    const { version } = check(seen, options, 'seen');
    const write = async () => {
      const row = await this.#row(value, 'excluded');
      if (!row) throw new NotFoundError('image');
      const current = toImage(row);
      if (current.version !== version) throw new StaleVersionError('image', version, current.version);
      const now = new Date();
      const set = Object.assign(imageValues(fields), fields.status !== undefined && queueValues(fields.status, now), {
        version: this.database.nextVersion,
        updated_at: now,
      });
      const updated = await this.database.update('images.update', 'images', set, { id: value, version }, (given) =>
        this.database.knex('images').where('id', given.id).where('version', given.version).whereNull('deleted_at'),
      );
      // Another was quicker, and has left another version or none.
      if (updated === 0) throw new StaleVersionError('image', version, (await this.get(image)).version);
      return Object.assign(current, givenOf(fields), { version: version + 1, updatedAt: now });
    };
    if (fields.filename === undefined && fields.title === undefined) return write();
    return this.database.run(async () => {
      const updated = await write();
      await replaceWords(this.database, updated);
      return updated;
    });
  }

  async remove(image: ImageId): Promise<void> {
    const { knex } = this.database;
    const now = new Date();
    const set = {
      ...outOfQueue(this.database),
      deleted_at: now,
      trashed: 1,
      updated_at: now,
      version: this.database.nextVersion,
    };
    const removed = await this.database.update('images.remove', 'images', set, { id: this.#idValue(image) }, (given) =>
      knex('images').where(given).whereNull('deleted_at'),
    );
    if (removed === 0) throw new NotFoundError('image');
  }

  async restore(image: ImageId): Promise<Image> {
    const value = this.#idValue(image);
    return this.database.run(async () => {
      for (;;) {
        await takeOutOfTrash(this.database, [value]);
        const found = await this.find(image);
        if (found) return found;
        // Gone; or put into the trash just now, and this time it is this unit of work that changes it.
        await this.#expect(value);
      }
    });
  }

  async purge(options: Sweep): Promise<number> {
    const { before, ...batches } = check(sweep, options);
    const { knex } = this.database;
    return sweepAway(
      batches,
      async () =>
        this.database.rows(`images.purgeable ${batches.batch}`, { before }, (given) =>
          knex('images')
            .select('id')
            .where('deleted_at', '<', given.before)
            .orderBy('deleted_at')
            .orderBy('id')
            .limit(batches.batch, { skipBinding: true }),
        ),
      // Asked again, for one may have been restored in between.
      async (ids) =>
        this.database.deleteWhere('images.purge', 'images', { ids: padded(ids), before }, (given) =>
          this.database.from('images', PRIMARY_KEY).whereIn('id', given.ids).where('deleted_at', '<', given.before),
        ),
    );
  }

  async tag(image: ImageId, given: readonly string[]): Promise<void> {
    const value = this.#idValue(image);
    const names = check(tagNames, given, 'tags').toSorted();
    await this.database.runUntilSettled(TAGGING, async () => {
      await this.#expect(value);
      await ofImage(async () => addTags(this.database, value, names));
    });
  }

  async untag(image: ImageId, tags: readonly string[]): Promise<void> {
    const value = this.#idValue(image);
    const names = check(tagNames, tags, 'tags');
    const { knex } = this.database;
    await this.database.run(async () => {
      await this.#expect(value);
      await this.database.deleteWhere('images.untag', 'image_tags', { image: value, names: padded(names) }, (given) =>
        this.database
          .from('image_tags', PRIMARY_KEY)
          .where('image_id', given.image)
          .whereIn('tag_id', knex('tags').select('id').whereIn('name', given.names)),
      );
    });
  }

  async recordAnalysis(image: ImageId, kind: string, result: JsonValue): Promise<ImageAnalysis> {
    const key = { image_id: this.#idValue(image), kind: check(analysisKind, kind, 'kind') };
    const value = JSON.stringify(check(json, result, 'result'));
    const { knex } = this.database;
    const now = new Date();
    const name = 'images.recordAnalysis';
    return this.database.runUntilSettled(['image_analyses_image_id_kind_unique'], async () => {
      const row = { result: value, updated_at: now };
      const updated = await this.database.update(name, 'image_analyses', row, key, (given) =>
        knex('image_analyses').where(given),
      );
      if (updated === 0) {
        await ofImage(async () => this.database.insert('image_analyses', [{ ...key, ...row, created_at: now }]));
      }
      const stored = await this.database.row('images.analysis', key, (given) => this.#analyses().where(given));
      if (!stored) throw new NotFoundError('image');
      return toAnalysis(stored);
    });
  }

  async analyses(image: ImageId): Promise<readonly ImageAnalysis[]> {
    const rows = await this.database.rows('images.analyses', { image_id: this.#idValue(image) }, (given) =>
      this.#analyses().where(given).orderBy('kind'),
    );
    return rows.map(toAnalysis);
  }

  async claim(options: ClaimOptions): Promise<readonly Claim[]> {
    return claimImages(this.database, options);
  }

  async complete(
    claim: Claim,
    options: CallOptions & { changes?: ProcessingChanges | undefined } = {},
  ): Promise<Image> {
    return completeClaim(this.database, claim, options);
  }

  async fail(claim: Claim, failure: ProcessingFailure): Promise<Image> {
    return failClaim(this.database, claim, failure);
  }

  async extend(claim: Claim, options: Pick<ClaimOptions, 'leaseFor' | 'signal'>): Promise<Claim> {
    return extendClaim(this.database, claim, options);
  }

  async processing(image: ImageId): Promise<Processing> {
    return processingOf(this.database, image);
  }

  #idValue(image: ImageId) {
    return this.database.dialect.idValue(check(imageId, image, 'id'));
  }

  /** @throws NotFoundError when there is no such image, in the trash or out of it */
  async #expect(image: Knex.Value): Promise<void> {
    const row = await this.database.row('images.expect', { id: image }, (given) =>
      this.database.knex('images').select('id').where(given),
    );
    if (!row) throw new NotFoundError('image');
  }

  #row(id: Knex.Value, trash: Trash) {
    return this.database.row(`images.find ${trash}`, { id }, (given) =>
      this.#select(trash).where('images.id', given.id),
    );
  }

  #analyses() {
    return this.database.knex('image_analyses').select('image_id', 'kind', 'result', 'created_at', 'updated_at');
  }

  #select(trash: Trash) {
    const query = this.database.knex('images').select(imageColumns(this.database));
    trashed(query, trash);
    return query;
  }
}

/** Those fields that are given a value. */
function givenOf(fields: ImageChanges): ImageChanges {
  const all = Object.entries(fields);
  return all.some(([, value]) => value === undefined)
    ? Object.fromEntries(all.filter(([, value]) => value !== undefined))
    : fields;
}

const trashOf = (options: TrashOption | undefined) => (options ? check(trashOption, options).trash : 'excluded');

const IN_THE_TRASH = 'the owner has this file, in the trash; restore it, or create with onDuplicate: restore';

/** Writes what belongs to an image. @throws NotFoundError when the image is gone */
async function ofImage(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const gone = error instanceof MissingReferenceError && error.rule.endsWith('_image_id_foreign');
    throw gone ? new NotFoundError('image') : error;
  }
}
