import { newId, type Image, type ImageId, type ImageStatus, type NewImage, type UserId } from '@janus/core';
import type { Connection, RowDataPacket } from 'mysql2';
import { mysqlCodec as codec } from './codecs.js';
import {
  IMAGE_COLUMNS,
  imageFrom,
  imageOf,
  imageValues,
  ownerFrom,
  wordsOf,
  type ImageRow,
  type OwnerRow,
  type Value,
} from './image-record.js';
import { execute, type Connections } from './mysql-connections.js';
import { LOG_ACTION, type Place, type Side } from './side.js';
import { BATCH, insert, LAST_ID, statements, TAG_COLUMNS, WORD_COLUMNS } from './statements.js';

type Row = RowDataPacket & ImageRow<Buffer>;

// MariaDB would read and sort all images before a place by the index of when they were put into the trash.
const sql = statements('json_arrayagg', 'force index (primary)');
const ROWS = 1_000;

const toImage = (row: Row): Image => imageFrom(codec, row);

/** mysql2, with its prepared statements, of up to 1,000 rows where there are many. */
export class MysqlSide implements Side {
  constructor(private readonly connections: Connections) {}

  async find(id: ImageId) {
    const [row] = await this.#rows(sql.find, [codec.idTo(id)]);
    return row ? toImage(row) : null;
  }

  async findByHash(ownerId: UserId, sha256: string) {
    const [row] = await this.#rows(sql.findByHash, [codec.idTo(ownerId), sha256]);
    return row ? toImage(row) : null;
  }

  async page({ id }: Place) {
    return (await this.#rows(sql.page, [codec.idTo(id)])).map(toImage);
  }

  async pageWithOwners({ id }: Place) {
    const values = [codec.idTo(id)];
    const rows = await execute<(Row & OwnerRow<Buffer>)[]>(this.connections.on, sql.pageWithOwners, values);
    return rows.map((row) => ({ image: toImage(row), owner: ownerFrom(codec, row) }));
  }

  async pageTagged([a, b]: readonly [string, string], status: ImageStatus) {
    return (await this.#rows(sql.pageTagged, [a, b, status])).map(toImage);
  }

  create(image: NewImage) {
    return this.connections.transaction((connection) => insertImage(connection, image));
  }

  async update(id: ImageId, version: number, status: ImageStatus): Promise<Image> {
    const [row] = await this.#rows(sql.find, [codec.idTo(id)]);
    const updatedAt = new Date();
    const values = [status, status === 'pending' ? updatedAt : null, updatedAt, codec.idTo(id), version];
    const { affectedRows } = await execute(this.connections.on, sql.update, values);
    if (!row || affectedRows !== 1) throw new Error('gone, or changed by another');
    return { ...toImage(row), status, version: version + 1, updatedAt };
  }

  async each(visit: (image: Image) => void) {
    for (let last = codec.idTo(LAST_ID), rows: Row[] = []; ; last = rows.at(-1)?.id ?? last) {
      rows = await this.#rows(sql.batch, [last]);
      for (const row of rows) visit(toImage(row));
      if (rows.length < BATCH) return;
    }
  }

  createMany(given: readonly NewImage[]) {
    return this.connections.transaction(async (connection) => {
      const stored = given.map((image) => {
        const created = imageOf(image);
        return { image: created, id: codec.idTo(created.id) };
      });
      const tags = await tagsNamed(connection, [...new Set(stored.flatMap(({ image }) => image.tags))]);
      const images = stored.map(({ image }) => imageValues(codec, image));
      const words = stored.flatMap(({ image, id }) => wordsOf(image).map((word) => [word, id]));
      const tagged = stored.flatMap(({ image, id }) => image.tags.map((name) => [id, tags(name)]));
      await insertRows(connection, 'images', IMAGE_COLUMNS, images);
      await insertRows(connection, 'image_words', WORD_COLUMNS, words);
      await insertRows(connection, 'image_tags', TAG_COLUMNS, tagged);
    });
  }

  accept(given: NewImage) {
    return this.connections.transaction(async (connection) => {
      const names = given.tags ?? [];
      const tags = await tagsNamed(connection, names);
      const image = await insertImage(connection, given);
      const id = codec.idTo(image.id);
      const tagged = names.map((name) => [id, tags(name)]);
      await insertRows(connection, 'image_tags', TAG_COLUMNS, tagged);
      const owner = codec.idTo(image.ownerId);
      const log = [codec.idTo(newId()), new Date(), 'info', LOG_ACTION, 'app', owner, id, '{}'];
      await execute(connection, sql.insertLog, log);
      return image;
    });
  }

  close() {
    return this.connections.end();
  }

  #rows(statement: string, values: Value[]): Promise<Row[]> {
    return execute<Row[]>(this.connections.on, statement, values);
  }
}

async function insertImage(connection: Connection, image: NewImage): Promise<Image> {
  const created = imageOf(image);
  await execute(connection, sql.insertImage, imageValues(codec, created));
  const id = codec.idTo(created.id);
  const rows = wordsOf(created).map((word) => [word, id]);
  await insertRows(connection, 'image_words', WORD_COLUMNS, rows);
  return created;
}

async function insertRows(
  connection: Connection,
  table: string,
  columns: readonly string[],
  rows: readonly Value[][],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS) {
    const some = rows.slice(start, start + ROWS);
    await execute(connection, insert(table, columns, some.length), some.flat());
  }
}

async function tagsNamed(connection: Connection, names: readonly string[]): Promise<(name: string) => Buffer> {
  const places = names.map(() => '?').join(', ');
  const rows = await execute<(RowDataPacket & { id: Buffer; name: string })[]>(
    connection,
    `select id, name from tags where name in (${places})`,
    [...names],
  );
  const ids = new Map(rows.map(({ id, name }) => [name, id]));
  return (name) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`no tag ${name}`);
    return id;
  };
}
