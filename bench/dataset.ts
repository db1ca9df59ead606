import { newId, type ImageId, type ImageRepository, type NewImage, type UserId } from '@janus/core';
import type { Knex } from 'knex';
import { imageIdOf, imageOf } from './data.js';
import type { Place } from './sides/side.js';

/** Whose images they are. */
export const OWNERS = 200;

/** What was loaded, and where it was. */
export interface Loaded {
  readonly size: number;
  readonly images: ImageRepository;
  /** Beginnings of pages, and those of pages with owners. */
  readonly places: readonly Place[];
  readonly ownedPlaces: readonly Place[];
  /** The commonest first. */
  readonly tags: readonly string[];
  /** Rare tags that many images have both of. */
  readonly pairs: readonly (readonly [string, string])[];
  /** The newest id, as its column stores it. */
  readonly lastId: Knex.Value;
  /** Takes away what rows that were deleted leave behind, where that is not done by itself. */
  readonly vacuum: string | null;
}

/** The images that were loaded, and those that are stored and taken away again. */
export class Dataset {
  readonly ids: readonly ImageId[];
  readonly keys: readonly { readonly ownerId: UserId; readonly sha256: string }[];
  #next: number;

  constructor(
    private readonly knex: Knex,
    readonly loaded: Loaded,
  ) {
    const { size } = loaded;
    const indexes = Array.from({ length: size }, (_, index) => index);
    this.ids = indexes.map(imageIdOf);
    this.keys = indexes
      .filter((index) => index % 10 === 0)
      .map((index) => {
        const { ownerId, sha256 } = imageOf(index, { owners: OWNERS });
        return { ownerId, sha256 };
      });
    this.#next = size;
  }

  /** Images that nobody has stored yet; without ids, if it is not for every side to store the very same. */
  uploads(count: number, tagged: 'with tags' | 'without tags', identified?: 'identified'): readonly NewImage[] {
    return Array.from({ length: count }, () => {
      const { id: _, createdAt: __, tags = [], ...image } = imageOf(this.#next++, { owners: OWNERS });
      const identity = identified ? { id: newId<'image'>() } : {};
      return {
        ...image,
        ...identity,
        tags: tagged === 'with tags' ? tags.filter((name) => this.loaded.tags.includes(name)) : [],
      };
    });
  }

  /** What is stored of some images beside all that were loaded; and takes it away. */
  async left(uploads: readonly NewImage[]): Promise<unknown> {
    const ids = uploads.flatMap(({ id }) => id ?? []);
    const images = await this.loaded.images.findMany(ids);
    const due = await this.#new('images', 'id').select('due_at').orderBy('id');
    const stored = await this.#new('image_words', 'image_id').select('word').count().groupBy('word').orderBy('word');
    const logs = await this.#new('logs', 'image_id').select('level', 'action', 'module', 'metadata');
    await this.tidy();
    return { images, due, words: stored, logs };
  }

  /** Whether an image is in the queue of those to be processed. */
  async isQueued(id: ImageId): Promise<boolean> {
    return (await this.loaded.images.processing(id)).dueAt !== null;
  }

  /** Takes away whatever was stored after the loading. */
  async tidy(): Promise<void> {
    await this.#new('logs', 'image_id').delete();
    await this.#new('images', 'id').delete();
    if (this.loaded.vacuum !== null) await this.knex.raw(this.loaded.vacuum);
  }

  #new(table: string, column: string): Knex.QueryBuilder {
    return this.knex(table).where(column, '>', this.loaded.lastId);
  }
}
