import { expect } from 'chai';
import * as fc from 'fast-check';
import { hammingDistance, NEAR_DISTANCE, type User } from '@janus/core';
import { distance } from './image-model.js';
import { found } from './image-finds.js';
import { newImage, newUser, useStore } from './store.js';

const HASH = 'f0e1d2c3b4a59687';

/** A hash with some of its bits turned, 0 the lowest. */
const turned = (hash: string, bits: readonly number[]): string =>
  bits
    .reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${hash}`))
    .toString(16)
    .padStart(16, '0');

describe('A search of images that look alike', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('finds exactly those that differ in at most so many bits', async () => {
    const spread = [0, 63, 17, 40, 5, 50, 29, 33, 12];
    await store.images.createMany(
      spread.map((_, count) =>
        newImage(ada, { filename: `${count}`, perceptualHash: turned(HASH, spread.slice(0, count)) }),
      ),
    );
    for (let most = 0; most <= NEAR_DISTANCE; most += 1) {
      const expected = Array.from({ length: most + 1 }, (_, count) => `${count}`);
      expect(await found(store.images, { near: { hash: HASH, distance: most } })).to.deep.equal(expected);
    }
  });

  it('finds those that differ in neighbouring bits only', async () => {
    for (const first of [0, 15, 16, 28, 48, 57]) {
      const bits = Array.from({ length: 7 }, (_, index) => first + index);
      const perceptualHash = turned(HASH, bits);
      const { filename } = await store.images.create(newImage(ada, { perceptualHash }));
      const near = { hash: turned(HASH, []), distance: 7 };
      expect(await found(store.images, { near })).to.include(filename);
      expect(await found(store.images, { near: { ...near, distance: 6 } })).not.to.include(filename);
    }
  });

  it('finds none of which no hash is known', async () => {
    await store.images.create(newImage(ada, { perceptualHash: null }));
    expect(await found(store.images, { near: { hash: '0'.repeat(16), distance: 7 } })).to.deep.equal([]);
  });

  it('tells hashes apart at both ends of their range', async () => {
    const [zeros, ones] = ['0'.repeat(16), 'f'.repeat(16)];
    await store.images.create(newImage(ada, { filename: 'zeros', perceptualHash: zeros }));
    await store.images.create(newImage(ada, { filename: 'ones', perceptualHash: ones }));
    expect(await found(store.images, { near: { hash: zeros, distance: 7 } })).to.deep.equal(['zeros']);
    expect(await found(store.images, { near: { hash: ones, distance: 7 } })).to.deep.equal(['ones']);
  });

  it('goes by the hash that an image has now', async () => {
    const image = await store.images.create(newImage(ada, { filename: 'a', perceptualHash: HASH }));
    const other = turned(HASH, [1, 2, 3, 20, 21, 22, 40, 41, 60]);
    const { version } = await store.images.update(image.id, { perceptualHash: other }, image);
    expect(await found(store.images, { near: { hash: HASH, distance: 7 } })).to.deep.equal([]);
    expect(await found(store.images, { near: { hash: other, distance: 0 } })).to.deep.equal(['a']);
    await store.images.update(image.id, { perceptualHash: null }, { version });
    expect(await found(store.images, { near: { hash: other, distance: 7 } })).to.deep.equal([]);
  });

  it('leaves the trash out, and joins with other conditions', async () => {
    const one = await store.images.create(newImage(ada, { filename: 'a', perceptualHash: HASH, tags: ['x'] }));
    await store.images.create(newImage(ada, { filename: 'b', perceptualHash: HASH }));
    const near = { hash: HASH, distance: 7 };
    expect(await found(store.images, { near, tags: { all: ['x'] } })).to.deep.equal(['a']);
    await store.images.remove(one.id);
    expect(await found(store.images, { near })).to.deep.equal(['b']);
    expect(await found(store.images, { near, trash: 'only' })).to.deep.equal(['a']);
  });

  it('finds what measuring every image finds', async () => {
    const bits = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 10 });
    const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16).padStart(16, '0'));
    const near = fc.integer({ min: 0, max: NEAR_DISTANCE });
    await fc.assert(
      fc.asyncProperty(hash, fc.array(bits, { minLength: 20, maxLength: 20 }), near, async (asked, others, most) => {
        const owner = await store.users.create(newUser());
        const hashes = others.map((turn) => turned(asked, turn));
        const images = hashes.map((perceptualHash, at) => newImage(owner, { filename: `${at}`, perceptualHash }));
        await store.images.createMany(images);
        const where = { ownerId: owner.id, near: { hash: asked, distance: most } };
        const { items } = await store.images.list({ where });
        const expected = images.filter(({ perceptualHash }) => distance(perceptualHash ?? '', asked) <= most);
        expect(items.map(({ filename }) => filename)).to.have.members(expected.map(({ filename }) => filename));
        for (const one of hashes) expect(hammingDistance(one, asked)).to.equal(distance(one, asked));
      }),
      { numRuns: 25 },
    );
  });
});
