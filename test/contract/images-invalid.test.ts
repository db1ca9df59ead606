import { expect } from 'chai';
import {
  InvalidError,
  JSON_BYTES,
  JSON_DEPTH,
  LAST_INSTANT,
  NEAR_DISTANCE,
  newId,
  type ImageFilter,
  type ImageId,
  type JsonObject,
  type JsonValue,
  type NewImage,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** JSON of so many objects, one in the other. */
const nested = (depth: number): JsonValue => (depth === 0 ? 1 : { a: nested(depth - 1) });
const invalidDate = new Date(Number.NaN);
const hash = '0'.repeat(16);

/** What is no image: the fields that make it so, where the error says it is, and the rule that was broken. */
const NO_IMAGES: readonly (readonly [fields: object, field: string, rule: string])[] = [
  [{ ownerId: undefined }, 'ownerId', 'required'],
  [{ ownerId: 'ada' }, 'ownerId', 'format'],
  [{ id: '01890a5d-ac96-4774-bcce-b302099a8057' }, 'id', 'format'],
  [{ id: newId().toUpperCase() }, 'id', 'format'],
  [{ createdAt: '2020-01-01' }, 'createdAt', 'type'],
  [{ createdAt: invalidDate }, 'createdAt', 'range'],
  [{ createdAt: new Date(-1) }, 'createdAt', 'range'],
  [{ createdAt: new Date(LAST_INSTANT.getTime() + 1) }, 'createdAt', 'range'],
  [{ filename: undefined }, 'filename', 'required'],
  [{ filename: null }, 'filename', 'type'],
  [{ filename: '' }, 'filename', 'length'],
  [{ filename: '😀'.repeat(256) }, 'filename', 'length'],
  [{ filename: 'a\0b' }, 'filename', 'characters'],
  [{ filename: 'a\ud800' }, 'filename', 'characters'],
  [{ title: '' }, 'title', 'length'],
  [{ title: 'a'.repeat(501) }, 'title', 'length'],
  [{ mimeType: 'image/JPEG' }, 'mimeType', 'format'],
  [{ mimeType: 'jpeg' }, 'mimeType', 'format'],
  [{ mimeType: `image/${'a'.repeat(122)}` }, 'mimeType', 'length'],
  [{ byteSize: -1 }, 'byteSize', 'range'],
  [{ byteSize: 1.5 }, 'byteSize', 'range'],
  [{ byteSize: 2 ** 53 }, 'byteSize', 'range'],
  [{ byteSize: '1' }, 'byteSize', 'type'],
  [{ byteSize: 1n }, 'byteSize', 'type'],
  [{ width: 0 }, 'width', 'range'],
  [{ height: 1_000_001 }, 'height', 'range'],
  [{ bitDepth: 65 }, 'bitDepth', 'range'],
  [{ bitDepth: 0 }, 'bitDepth', 'range'],
  [{ colorType: 'a'.repeat(51) }, 'colorType', 'length'],
  [{ compression: '' }, 'compression', 'length'],
  [{ sha256: 'A'.repeat(64) }, 'sha256', 'format'],
  [{ sha256: '0'.repeat(63) }, 'sha256', 'format'],
  [{ sha256: `${'0'.repeat(64)}\n` }, 'sha256', 'format'],
  [{ perceptualHash: '0'.repeat(15) }, 'perceptualHash', 'format'],
  [{ status: 'done' }, 'status', 'choice'],
  [{ captured: { at: new Date(-1), offset: null } }, 'captured.at', 'range'],
  [{ captured: { at: new Date(0), offset: 1081 } }, 'captured.offset', 'range'],
  [{ captured: { at: new Date(0) } }, 'captured.offset', 'required'],
  [{ location: { latitude: 90.0000001, longitude: 0 } }, 'location.latitude', 'range'],
  [{ location: { latitude: 0, longitude: -180.5 } }, 'location.longitude', 'range'],
  [{ location: { latitude: Number.NaN, longitude: 0 } }, 'location.latitude', 'range'],
  [{ metadata: [] }, 'metadata', 'type'],
  [{ metadata: { at: new Date(0) } }, 'metadata', 'type'],
  [{ metadata: { a: undefined } }, 'metadata', 'type'],
  [{ metadata: { a: Number.POSITIVE_INFINITY } }, 'metadata', 'range'],
  [{ metadata: { a: ['\0'] } }, 'metadata', 'characters'],
  [{ metadata: { '\udc00': 1 } }, 'metadata', 'characters'],
  [{ metadata: { ['k'.repeat(256)]: 1 } }, 'metadata', 'characters'],
  [{ metadata: nested(JSON_DEPTH + 1) }, 'metadata', 'depth'],
  [{ metadata: { a: 'é'.repeat(JSON_BYTES / 2) } }, 'metadata', 'bytes'],
  [{ tags: ['a', ' '] }, 'tags.1', 'length'],
  [{ tags: ['a'.repeat(101)] }, 'tags.0', 'length'],
  [{ tags: ['a\u0007b'] }, 'tags.0', 'format'],
  [{ tags: Array.from({ length: 101 }, (_, index) => `${index}`) }, 'tags', 'length'],
  [{ deletedAt: null }, 'input', 'unknown'],
];

/** What is no filter. */
const NO_FILTERS: readonly (readonly [filter: object, field: string, rule: string])[] = [
  [{ owner: 'ada' }, 'where', 'unknown'],
  [{ ownerId: 'ada' }, 'where.ownerId', 'format'],
  [{ status: 'done' }, 'where.status', 'choice'],
  [{ mimeType: 'image/*' }, 'where.mimeType', 'format'],
  [{ width: { min: Number.NaN } }, 'where.width.min', 'range'],
  [{ byteSize: { max: '5' } }, 'where.byteSize.max', 'type'],
  [{ created: { from: invalidDate } }, 'where.created.from', 'type'],
  [{ captured: { to: 0 } }, 'where.captured.to', 'type'],
  [{ tags: { all: [''] } }, 'where.tags.all.0', 'length'],
  [{ tags: { some: [] } }, 'where.tags', 'unknown'],
  [{ text: '' }, 'where.text', 'length'],
  [{ text: '%_ .' }, 'where.text', 'format'],
  [{ text: Array.from({ length: 17 }, (_, index) => `${index + 10}`).join(' ') }, 'where.text', 'length'],
  [{ metadata: { path: [] } }, 'where.metadata.path', 'length'],
  [{ metadata: { path: Array.from({ length: 21 }, () => 'a') } }, 'where.metadata.path', 'length'],
  [{ metadata: { path: ['a"b'] } }, 'where.metadata.path.0', 'characters'],
  [{ metadata: { path: ['a\\b'] } }, 'where.metadata.path.0', 'characters'],
  [{ metadata: { path: ['a', '-b'] } }, 'where.metadata.path.1', 'characters'],
  [{ metadata: { path: ['a', -1] } }, 'where.metadata.path.1', 'format'],
  [{ metadata: { path: ['a'], equals: [] } }, 'where.metadata.equals', 'type'],
  [{ metadata: { path: ['a'], equals: Number.NaN } }, 'where.metadata.equals', 'range'],
  [{ near: { hash, distance: NEAR_DISTANCE + 1 } }, 'where.near.distance', 'range'],
  [{ near: { hash: 'f', distance: 0 } }, 'where.near.hash', 'format'],
  [{ trash: 'yes' }, 'where.trash', 'choice'],
];

async function expectInvalid(work: Promise<unknown>, field: string, rule: string, about: object) {
  const error = await refusal(work);
  const shown = JSON.stringify(about, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  expect(error, shown.slice(0, 80)).to.be.instanceOf(InvalidError).and.include({ field, rule });
}

describe('What breaks a rule of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('is refused as a new image, with the field and the rule', async () => {
    for (const [fields, field, rule] of NO_IMAGES) {
      const image = { ...newImage(ada), ...fields } as NewImage;
      await expectInvalid(store.images.create(image), field, rule, fields);
      const position = field === 'input' ? '1' : `1.${field}`;
      await expectInvalid(store.images.createMany([newImage(ada), image]), position, rule, fields);
    }
    expect(await store.images.count()).to.equal(0);
  });

  it('is refused as a filter, with the field and the rule, wherever a filter is taken', async () => {
    for (const [filter, field, rule] of NO_FILTERS) {
      const where = filter as ImageFilter;
      await expectInvalid(store.images.list({ where }), field, rule, filter);
      await expectInvalid(store.images.count(where), field, rule, filter);
      const streamed = store.images.stream(where)[Symbol.asyncIterator]();
      await expectInvalid(streamed.next(), field, rule, filter);
    }
  });

  it('is refused in a query', async () => {
    const queries: readonly (readonly [query: object, field: string, rule: string])[] = [
      [{ limit: 0 }, 'limit', 'range'],
      [{ limit: 501 }, 'limit', 'range'],
      [{ limit: 2.5 }, 'limit', 'range'],
      [{ limit: '10' }, 'limit', 'type'],
      [{ sort: 'title' }, 'sort', 'choice'],
      [{ sort: '+filename' }, 'sort', 'choice'],
      [{ after: 5 }, 'after', 'type'],
      [{ page: 2 }, 'input', 'unknown'],
    ];
    for (const [query, field, rule] of queries) {
      await expectInvalid(store.images.list(query), field, rule, query);
    }
  });

  it('is refused as an id', async () => {
    const id = 'image-1' as ImageId;
    const { images } = store;
    const works = [
      images.find(id),
      images.get(id),
      images.update(id, { width: 1 }, { version: 1 }),
      images.remove(id),
      images.restore(id),
      images.tag(id, ['cat']),
      images.untag(id, ['cat']),
      images.recordAnalysis(id, 'faces', 1),
      images.analyses(id),
    ];
    for (const work of works) await expectInvalid(work, 'id', 'format', {});
    await expectInvalid(images.findMany([newId<'image'>(), id]), 'ids.1', 'format', {});
  });

  it('is refused in an error that does not repeat it', async () => {
    const secret = 'hunter2';
    const uploads = [
      newImage(ada, { sha256: secret }),
      newImage(ada, { mimeType: secret }),
      newImage(ada, { metadata: { [secret]: '\0' } }),
      { ...newImage(ada), [secret]: 1 } as NewImage,
    ];
    for (const upload of uploads) {
      const error = await refusal(store.images.create(upload));
      expect(JSON.stringify([error.message, error.stack, error])).not.to.include(secret);
    }
  });

  it('is what goes one beyond a limit: the limit itself is no breach', async () => {
    const image = await store.images.create(
      newImage(ada, {
        filename: '😀'.repeat(255),
        title: '\u{10ffff}'.repeat(500),
        mimeType: `image/${'a'.repeat(121)}`,
        byteSize: Number.MAX_SAFE_INTEGER,
        width: 1,
        height: 1_000_000,
        bitDepth: 64,
        colorType: 'é'.repeat(50),
        compression: '\t'.repeat(50),
        captured: { at: LAST_INSTANT, offset: -1080 },
        location: { latitude: -90, longitude: 180 },
        metadata: { ...(nested(JSON_DEPTH) as JsonObject), ['k'.repeat(255)]: 5e-324, max: Number.MAX_VALUE },
      }),
    );
    expect(await store.images.get(image.id)).to.deep.equal(image);
    const full = { a: 'é'.repeat((JSON_BYTES - 8) / 2) };
    expect((await store.images.create(newImage(ada, { metadata: full }))).metadata).to.deep.equal(full);
  });
});
