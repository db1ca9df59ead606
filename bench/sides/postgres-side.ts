import { newId, type Image, type ImageId, type ImageStatus, type NewImage, type UserId } from '@janus/core';
import { Client, Pool, type ClientBase } from 'pg';
import { postgresCodec as codec } from './codecs.js';
import { CopyIn } from './copy-in.js';
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
import { LOG_ACTION, type Place, type Side } from './side.js';
import { BATCH, LAST_ID, statements, TAG_COLUMNS, WORD_COLUMNS } from './statements.js';

type Row = ImageRow<string>;

/** A statement that the server parses once for each connection. */
function named(name: string, sql: string) {
  let position = 0;
  return { name, text: sql.replaceAll('?', () => `$${++position}`) };
}

const sql = statements('json_agg');
const STATEMENTS = {
  find: named('find', sql.find),
  findByHash: named('findByHash', sql.findByHash),
  page: named('page', sql.page),
  batch: named('batch', sql.batch),
  pageWithOwners: named('pageWithOwners', sql.pageWithOwners),
  pageTagged: named('pageTagged', sql.pageTagged),
  update: named('update', sql.update),
  insertImage: named('insertImage', sql.insertImage),
  insertWords: named('insertWords', 'insert into image_words (word, image_id) select unnest(?::text[]), ?::uuid'),
  insertTags: named('insertTags', 'insert into image_tags (image_id, tag_id) select ?::uuid, unnest(?::uuid[])'),
  insertLog: named('insertLog', sql.insertLog),
  tags: named('tags', 'select id, name from tags where name = any(?)'),
};

const toImage = (row: Row): Image => imageFrom(codec, row);

interface Connections {
  readonly client: ClientBase | Pool;
  transaction<Result>(work: (client: ClientBase) => Promise<Result>): Promise<Result>;
  end(): Promise<void>;
}

/** One connection for one call at a time, or a pool as large as Janus's own. */
export async function connectPostgres(url: string, atOnce: number): Promise<Connections> {
  const settings = { connectionString: url, options: '-c TimeZone=UTC' };
  if (atOnce === 1) {
    const client = new Client(settings);
    await client.connect();
    return { client, transaction: (work) => transaction(client, work), end: () => client.end() };
  }
  const pool = new Pool({ ...settings, max: 10 });
  return {
    client: pool,
    async transaction(work) {
      const client = await pool.connect();
      try {
        return await transaction(client, work);
      } finally {
        client.release();
      }
    },
    end: () => pool.end(),
  };
}

async function transaction<Result>(client: ClientBase, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

function copy(client: ClientBase, table: string, columns: readonly string[], rows: Iterable<readonly Value[]>) {
  return new Promise<void>((resolve, reject) => {
    const statement = `copy ${table} (${columns.join(', ')}) from stdin`;
    client.query(new CopyIn(statement, rows, (error) => (error ? reject(error) : resolve())));
  });
}

/** pg, with named statements, and COPY for many rows. */
export class PostgresSide implements Side {
  constructor(private readonly connections: Connections) {}

  async find(id: ImageId) {
    const [row] = await this.#rows(STATEMENTS.find, [id]);
    return row ? toImage(row) : null;
  }

  async findByHash(ownerId: UserId, sha256: string) {
    const [row] = await this.#rows(STATEMENTS.findByHash, [ownerId, sha256]);
    return row ? toImage(row) : null;
  }

  async page({ id }: Place) {
    return (await this.#rows(STATEMENTS.page, [id])).map(toImage);
  }

  async pageWithOwners({ id }: Place) {
    const statement = { ...STATEMENTS.pageWithOwners, values: [id] };
    const { rows } = await this.connections.client.query<Row & OwnerRow<string>>(statement);
    return rows.map((row) => ({ image: toImage(row), owner: ownerFrom(codec, row) }));
  }

  async pageTagged([a, b]: readonly [string, string], status: ImageStatus) {
    return (await this.#rows(STATEMENTS.pageTagged, [a, b, status])).map(toImage);
  }

  create(image: NewImage) {
    return this.connections.transaction((client) => this.#insert(client, image));
  }

  async update(id: ImageId, version: number, status: ImageStatus): Promise<Image> {
    const [row] = await this.#rows(STATEMENTS.find, [id]);
    const updatedAt = new Date();
    const at = updatedAt.toISOString();
    const values = [status, status === 'pending' ? at : null, at, id, version];
    const { rowCount } = await this.connections.client.query({ ...STATEMENTS.update, values });
    if (!row || rowCount !== 1) throw new Error('gone, or changed by another');
    return { ...toImage(row), status, version: version + 1, updatedAt };
  }

  async each(visit: (image: Image) => void) {
    for (let last = LAST_ID, rows: Row[] = []; ; last = rows.at(-1)?.id ?? LAST_ID) {
      rows = await this.#rows(STATEMENTS.batch, [last]);
      for (const row of rows) visit(toImage(row));
      if (rows.length < BATCH) return;
    }
  }

  createMany(given: readonly NewImage[]) {
    return this.connections.transaction(async (client) => {
      const stored = given.map(imageOf);
      const tags = await this.#tags(client, [...new Set(stored.flatMap((image) => image.tags))]);
      const images = stored.map((image) => imageValues(codec, image));
      const words = stored.flatMap((image) => wordsOf(image).map((word) => [word, image.id]));
      const tagged = stored.flatMap((image) => image.tags.map((name) => [image.id, tags(name)]));
      await copy(client, 'images', IMAGE_COLUMNS, images);
      await copy(client, 'image_words', WORD_COLUMNS, words);
      await copy(client, 'image_tags', TAG_COLUMNS, tagged);
    });
  }

  accept(given: NewImage) {
    return this.connections.transaction(async (client) => {
      const names = given.tags ?? [];
      const tags = await this.#tags(client, names);
      const image = await this.#insert(client, given);
      await client.query({ ...STATEMENTS.insertTags, values: [image.id, names.map(tags)] });
      const log = [newId(), new Date().toISOString(), 'info', LOG_ACTION, 'app', image.ownerId, image.id, '{}'];
      await client.query({ ...STATEMENTS.insertLog, values: log });
      return image;
    });
  }

  close() {
    return this.connections.end();
  }

  async #rows(statement: { name: string; text: string }, values: Value[]): Promise<Row[]> {
    return (await this.connections.client.query<Row>({ ...statement, values })).rows;
  }

  async #insert(client: ClientBase, image: NewImage): Promise<Image> {
    const created = imageOf(image);
    await client.query({ ...STATEMENTS.insertImage, values: imageValues(codec, created) });
    await client.query({ ...STATEMENTS.insertWords, values: [wordsOf(created), created.id] });
    return created;
  }

  async #tags(client: ClientBase, names: readonly string[]): Promise<(name: string) => string> {
    const { rows } = await client.query<{ id: string; name: string }>({ ...STATEMENTS.tags, values: [names] });
    const ids = new Map(rows.map(({ id, name }) => [name, id]));
    return (name) => {
      const id = ids.get(name);
      if (id === undefined) throw new Error(`no tag ${name}`);
      return id;
    };
  }
}
