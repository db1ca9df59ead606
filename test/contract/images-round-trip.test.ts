import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Image, ImageChanges, JsonValue, NewImage, User } from '@janus/core';
import { changes, newImages } from './image-arbitraries.js';
import { all } from './image-finds.js';
import { byCodePoint } from './image-model.js';
import { newImage, newUser, useStore } from './store.js';

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** JSON with the keys of every object in the order promised: the shorter first, in UTF-8, then by code point. */
function inKeyOrder(json: JsonValue): JsonValue {
  if (typeof json === 'number') return json + 0;
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(inKeyOrder);
  const entries = Object.entries(json).map(([key, value]) => [key, inKeyOrder(value)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => bytes(a) - bytes(b) || byCodePoint(a, b)));
}

/** Fields as they come back: zero for minus zero, keys in order, tags each once. */
function expected<Fields extends Partial<NewImage>>(fields: Fields) {
  const { location, metadata, tags, ...others } = fields;
  return {
    ...others,
    ...(location && { location: { latitude: location.latitude + 0, longitude: location.longitude + 0 } }),
    ...(location === null && { location }),
    ...(metadata && { metadata: inKeyOrder(metadata) }),
    ...(tags && { tags: [...new Set(tags.map((tag) => tag.normalize('NFKC').toLowerCase()))].toSorted(byCodePoint) }),
  };
}

function expectSame(image: Image, fields: Partial<NewImage>) {
  const same = expected(fields);
  expect(image).to.deep.include(same);
  // Deep equality does not see the order of keys.
  if (same.metadata !== undefined) expect(JSON.stringify(image.metadata)).to.equal(JSON.stringify(same.metadata));
}

describe('Any image that may be stored comes back exactly as it went in', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('from being created', async () => {
    await fc.assert(
      fc.asyncProperty(newImages, async (fields) => {
        const image = await store.images.create({ ...fields, ownerId: ada.id });
        expectSame(image, fields);
        expect(await store.images.get(image.id)).to.deep.equal(image);
        expect(await store.images.findByHash(ada.id, fields.sha256)).to.deep.equal(image);
      }),
      { numRuns: 100 },
    );
  });

  it('from being created among many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(newImages, { minLength: 1, maxLength: 40 }), async (many) => {
        const owner = await store.users.create(newUser());
        await store.images.createMany(many.map((fields) => ({ ...fields, ownerId: owner.id })));
        const images = await all(store.images.stream({ ownerId: owner.id }));
        const byHash = new Map(images.map((image) => [image.sha256, image]));
        expect(images).to.have.lengthOf(many.length);
        for (const fields of many) expectSame(byHash.get(fields.sha256) as Image, fields);
      }),
      { numRuns: 20 },
    );
  });

  it('from being changed', async () => {
    const { id } = await store.images.create(newImage(ada, { tags: ['x'] }));
    const some = fc.record(changes, { requiredKeys: [] }).filter((fields) => Object.keys(fields).length > 0);
    await fc.assert(
      fc.asyncProperty(some, async (fields: ImageChanges) => {
        const image = await store.images.get(id);
        const changed = await store.images.update(id, fields, image);
        const { updatedAt } = changed;
        expectSame(changed, fields);
        expect(changed).to.deep.equal({ ...image, ...expected(fields), version: image.version + 1, updatedAt });
        expect(await store.images.get(id)).to.deep.equal(changed);
      }),
      { numRuns: 100 },
    );
  });

  it('from the trash', async () => {
    await fc.assert(
      fc.asyncProperty(newImages, async (fields) => {
        const { id } = await store.images.create({ ...fields, ownerId: ada.id });
        await store.images.remove(id);
        const [found] = await store.images.findMany([id], { trash: 'included' });
        expectSame(found as Image, fields);
        expectSame(await store.images.restore(id), fields);
      }),
      { numRuns: 20 },
    );
  });
});
