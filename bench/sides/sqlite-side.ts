import { newId, type Image, type ImageId, type ImageStatus, type NewImage, type UserId } from '@janus/core';
import Sqlite from 'better-sqlite3';
import { sqliteCodec as codec } from './codecs.js';
import {
  imageFrom,
  imageOf,
  imageValues,
  ownerFrom,
  wordsOf,
  type ImageRow,
  type OwnerRow,
  type Value,
} from './image-record.js';
import { LOG_ACTION, type OwnedImage, type Place, type Side } from './side.js';
import { statements } from './statements.js';

type Row = ImageRow<string>;

const toImage = (row: Row): Image => imageFrom(codec, row);

/** better-sqlite3, with its statements prepared once. */
export class SqliteSide implements Side {
  readonly #database: Sqlite.Database;
  readonly #statements;
  readonly #create;
  readonly #createMany;
  readonly #accept;

  constructor(file: string, pragmas: readonly string[]) {
    this.#database = new Sqlite(file);
    for (const pragma of pragmas) this.#database.pragma(pragma);
    const sql = statements('json_group_array');
    const rows = (text: string) => this.#database.prepare<Value[], Row>(text);
    this.#statements = {
      find: rows(sql.find),
      findByHash: rows(sql.findByHash),
      page: rows(sql.page),
      all: rows(sql.all),
      pageWithOwners: this.#database.prepare<Value[], Row & OwnerRow<string>>(sql.pageWithOwners),
      pageTagged: rows(sql.pageTagged),
      update: rows(sql.update),
      insertImage: rows(sql.insertImage),
      insertWord: rows(sql.insertWord),
      insertTag: rows(sql.insertTag),
      insertLog: rows(sql.insertLog),
      tag: this.#database.prepare<[string], string>('select id from tags where name = ?').pluck(),
    };
    this.#create = this.#database.transaction((image: NewImage) => this.#insert(image));
    this.#createMany = this.#database.transaction((images: readonly NewImage[]) => this.#insertMany(images));
    this.#accept = this.#database.transaction((image: NewImage) => this.#insertAndLog(image));
  }

  find(id: ImageId) {
    const row = this.#statements.find.get(id);
    return row ? toImage(row) : null;
  }

  findByHash(ownerId: UserId, sha256: string) {
    const row = this.#statements.findByHash.get(ownerId, sha256);
    return row ? toImage(row) : null;
  }

  page({ id }: Place) {
    return this.#statements.page.all(id).map(toImage);
  }

  pageWithOwners({ id }: Place) {
    return this.#statements.pageWithOwners
      .all(id)
      .map((row): OwnedImage => ({ image: toImage(row), owner: ownerFrom(codec, row) }));
  }

  pageTagged([a, b]: readonly [string, string], status: ImageStatus) {
    return this.#statements.pageTagged.all(a, b, status).map(toImage);
  }

  create(image: NewImage) {
    return this.#create.immediate(image);
  }

  update(id: ImageId, version: number, status: ImageStatus): Image {
    const row = this.#statements.find.get(id);
    const updatedAt = new Date();
    const due = status === 'pending' ? updatedAt.getTime() : null;
    const { changes } = this.#statements.update.run(status, due, updatedAt.getTime(), id, version);
    if (!row || changes !== 1) throw new Error('gone, or changed by another');
    return { ...toImage(row), status, version: version + 1, updatedAt };
  }

  each(visit: (image: Image) => void) {
    for (const row of this.#statements.all.iterate()) visit(toImage(row));
  }

  createMany(images: readonly NewImage[]) {
    this.#createMany.immediate(images);
  }

  accept(image: NewImage) {
    return this.#accept.immediate(image);
  }

  close() {
    this.#database.close();
  }

  #insert(image: NewImage): Image {
    const created = imageOf(image);
    this.#statements.insertImage.run(...imageValues(codec, created));
    for (const word of wordsOf(created)) this.#statements.insertWord.run(word, created.id);
    return created;
  }

  #insertMany(images: readonly NewImage[]): void {
    const tags = new Map<string, string>();
    for (const image of images) {
      const { id } = this.#insert(image);
      for (const name of image.tags ?? []) {
        const tag = tags.get(name) ?? this.#tag(name);
        tags.set(name, tag);
        this.#statements.insertTag.run(id, tag);
      }
    }
  }

  #insertAndLog(image: NewImage): Image {
    const tags = (image.tags ?? []).map((name) => this.#tag(name));
    const created = this.#insert(image);
    for (const tag of tags) this.#statements.insertTag.run(created.id, tag);
    this.#statements.insertLog.run(newId(), Date.now(), 'info', LOG_ACTION, 'app', created.ownerId, created.id, '{}');
    return created;
  }

  #tag(name: string): string {
    const id = this.#statements.tag.get(name);
    if (id === undefined) throw new Error(`no tag ${name}`);
    return id;
  }
}
