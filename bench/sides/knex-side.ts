import { newId, type Image, type ImageId, type ImageStatus, type NewImage, type UserId } from '@janus/core';
import type { Knex } from 'knex';
import {
  IMAGE_COLUMNS,
  IMAGE_FIELDS,
  imageFrom,
  imageOf,
  imageValues,
  ownerFrom,
  wordsOf,
  type Codec,
  type ImageRow,
  type OwnerRow,
  type Value,
} from './image-record.js';
import { LOG_ACTION, PAGE, type Place, type Side } from './side.js';
import { BATCH, LAST_ID, tagNames } from './statements.js';

/** Knex, as one uses it: a builder for each call. */
export class KnexSide<Stored extends Value> implements Side {
  constructor(
    private readonly knex: Knex,
    private readonly codec: Codec<Stored>,
    private readonly jsonArray: string,
  ) {}

  async find(id: ImageId) {
    return this.#first(this.#images().where('images.id', this.codec.idTo(id)));
  }

  async findByHash(ownerId: UserId, sha256: string) {
    return this.#first(this.#images().where({ owner_id: this.codec.idTo(ownerId), sha256 }));
  }

  async page({ id }: Place) {
    return this.#all(this.#before(this.codec.idTo(id), PAGE));
  }

  async pageWithOwners({ id }: Place) {
    const query = this.#before(this.codec.idTo(id), PAGE).join('users', 'users.id', 'images.owner_id').select({
      user_id: 'users.id',
      user_email: 'users.email',
      user_username: 'users.username',
      user_created_at: 'users.created_at',
      user_updated_at: 'users.updated_at',
    });
    const rows = (await query) as (ImageRow<Stored> & OwnerRow<Stored>)[];
    return rows.map((row) => ({ image: imageFrom(this.codec, row), owner: ownerFrom(this.codec, row) }));
  }

  async pageTagged([a, b]: readonly [string, string], status: ImageStatus) {
    const query = this.#images()
      .join('image_tags as a', 'a.image_id', 'images.id')
      .join('tags as tag_a', 'tag_a.id', 'a.tag_id')
      .join('image_tags as b', 'b.image_id', 'images.id')
      .join('tags as tag_b', 'tag_b.id', 'b.tag_id')
      .where({ 'tag_a.name': a, 'tag_b.name': b, 'images.status': status });
    return this.#all(query.orderBy('images.id', 'desc').limit(PAGE));
  }

  async create(image: NewImage) {
    return await this.knex.transaction((transaction) => this.#insert(transaction, image));
  }

  async update(id: ImageId, version: number, status: ImageStatus): Promise<Image> {
    const found = await this.find(id);
    const updatedAt = new Date();
    const at = this.codec.instantTo(updatedAt);
    const changed = await this.knex('images')
      .where({ id: this.codec.idTo(id), version, deleted_at: null })
      .update({
        status,
        due_at: status === 'pending' ? at : null,
        attempts: null,
        failure: null,
        claimed_by: null,
        lease_id: null,
        version: this.knex.raw('version + 1'),
        updated_at: at,
      });
    if (!found || changed !== 1) throw new Error('gone, or changed by another');
    return { ...found, status, version: version + 1, updatedAt };
  }

  async each(visit: (image: Image) => void) {
    for (let last = this.codec.idTo(LAST_ID); ;) {
      const images = await this.#all(this.#before(last, BATCH));
      for (const image of images) visit(image);
      const end = images.at(-1);
      if (!end || images.length < BATCH) return;
      last = this.codec.idTo(end.id);
    }
  }

  async createMany(given: readonly NewImage[]) {
    await this.knex.transaction(async (transaction) => {
      const stored = given.map((image) => {
        const created = imageOf(image);
        return { image: created, id: this.codec.idTo(created.id) };
      });
      const tags = await this.#tags(transaction, [...new Set(stored.flatMap(({ image }) => image.tags))]);
      const images = stored.map(({ image }) => this.#row(image));
      const words = stored.flatMap(({ image, id }) => wordsOf(image).map((word) => ({ word, image_id: id })));
      const tagged = stored.flatMap(({ image, id }) =>
        image.tags.map((name) => ({ image_id: id, tag_id: tags(name) })),
      );
      await transaction.batchInsert('images', images, BATCH);
      await transaction.batchInsert('image_words', words, BATCH);
      await transaction.batchInsert('image_tags', tagged, BATCH);
    });
  }

  async accept(given: NewImage) {
    return await this.knex.transaction(async (transaction) => {
      const names = given.tags ?? [];
      const tags = await this.#tags(transaction, names);
      const image = await this.#insert(transaction, given);
      const id = this.codec.idTo(image.id);
      await transaction('image_tags').insert(names.map((name) => ({ image_id: id, tag_id: tags(name) })));
      await transaction('logs').insert({
        id: this.codec.idTo(newId()),
        timestamp: this.codec.instantTo(new Date()),
        level: 'info',
        action: LOG_ACTION,
        module: 'app',
        user_id: this.codec.idTo(image.ownerId),
        image_id: id,
        metadata: '{}',
      });
      return image;
    });
  }

  close() {
    return this.knex.destroy();
  }

  #images() {
    return this.knex('images')
      .select(...IMAGE_FIELDS, this.knex.raw(tagNames(this.jsonArray)))
      .whereNull('images.deleted_at');
  }

  #before(id: Stored, limit: number) {
    return this.#images().where('images.id', '<', id).orderBy('images.id', 'desc').limit(limit);
  }

  async #first(query: Knex.QueryBuilder): Promise<Image | null> {
    const row = (await query.first()) as ImageRow<Stored> | undefined;
    return row ? imageFrom(this.codec, row) : null;
  }

  async #all(query: Knex.QueryBuilder): Promise<Image[]> {
    const rows = (await query) as ImageRow<Stored>[];
    return rows.map((row) => imageFrom(this.codec, row));
  }

  async #insert(transaction: Knex.Transaction, image: NewImage): Promise<Image> {
    const created = imageOf(image);
    const id = this.codec.idTo(created.id);
    await transaction('images').insert(this.#row(created));
    await transaction('image_words').insert(wordsOf(created).map((word) => ({ word, image_id: id })));
    return created;
  }

  #row(image: Image): Record<string, Value> {
    const values = imageValues(this.codec, image);
    return Object.fromEntries(IMAGE_COLUMNS.map((column, index) => [column, values[index] ?? null]));
  }

  async #tags(transaction: Knex.Transaction, names: readonly string[]): Promise<(name: string) => Stored> {
    const rows = await transaction('tags').select<{ id: Stored; name: string }[]>('id', 'name').whereIn('name', names);
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return (name) => {
      const id = ids.get(name);
      if (id === undefined) throw new Error(`no tag ${name}`);
      return id;
    };
  }
}
