import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError, type NewImage, type User } from '@janus/core';
import { filter, neighbour } from './image-arbitraries.js';
import { all } from './image-finds.js';
import { matches } from './image-model.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const MOST = 1_000_000;

// The owner of the images is made when they are stored; what it is called in between does not matter.
const nobody = { id: '' } as User;

describe('The number of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const given = async (count: number, fields: Partial<NewImage> = {}) =>
    store.images.createMany(Array.from({ length: count }, () => newImage(ada, fields)));

  it('is that of all that are not in the trash, if nothing is asked', async () => {
    await given(3);
    const { id } = await store.images.create(newImage(ada));
    await store.images.remove(id);
    expect(await store.images.count()).to.equal(3);
    expect(await store.images.count({})).to.equal(3);
    expect(await store.images.count({ trash: 'only' })).to.equal(1);
  });

  it('is counted no further than asked', async () => {
    await given(5, { tags: ['x'] });
    for (const where of [{}, { ownerId: ada.id }, { tags: { all: ['x'] } }, { text: 'img' }]) {
      for (const [atMost, count] of [
        [1, 1],
        [4, 4],
        [5, 5],
        [6, 5],
        [MOST, 5],
      ] as const) {
        expect(await store.images.count(where, { atMost })).to.equal(count);
      }
    }
  });

  it('is counted to the end where no bound is given', async () => {
    await given(600);
    for (const options of [undefined, {}, { atMost: undefined }]) {
      expect(await store.images.count({}, options)).to.equal(600);
      expect(await store.images.count({ ownerId: ada.id, status: 'pending' }, options)).to.equal(600);
    }
  });

  it('is 0 where no image matches, however far it would be counted', async () => {
    await given(2);
    for (const where of [{ tags: { all: ['no such tag'] } }, { text: 'nothing' }, { byteSize: { max: -1 } }]) {
      for (const atMost of [1, MOST, undefined]) expect(await store.images.count(where, { atMost })).to.equal(0);
    }
  });

  for (const atMost of [0, 1.5, -1, MOST + 1, NaN, Infinity]) {
    it(`cannot be counted up to ${atMost}`, async () => {
      const error = await refusal(store.images.count({}, { atMost }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'atMost', rule: 'range' });
    });
  }

  it('cannot be counted up to what is no number, or as something asks for that is not known', async () => {
    for (const atMost of ['1', null, {}, 1n]) {
      const error = await refusal(store.images.count({}, { atMost: atMost as never }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'atMost', rule: 'type' });
    }
    const error = await refusal(store.images.count({}, { limit: 1 } as never));
    expect(error).to.be.instanceOf(InvalidError).and.include({ rule: 'unknown' });
  });

  it('is, for any filter, how many match, or how far they were to be counted, whichever is less', async () => {
    const world = fc.array(neighbour(nobody), { maxLength: 40, size: 'max' });
    const asked = fc.array(fc.tuple(filter, fc.integer({ min: 1, max: 45 })), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(world, asked, async (uploads, queries) => {
        const owner = await store.users.create(newUser());
        await store.images.createMany(uploads.map((image) => ({ ...image, ownerId: owner.id })));
        const { items } = await store.images.list({ where: { ownerId: owner.id }, limit: 500 });
        for (const { id } of items.slice(0, 8)) await store.images.remove(id);
        const images = await all(store.images.stream({ ownerId: owner.id, trash: 'included' }));
        for (const [conditions, atMost] of queries) {
          const where = { ...conditions, ownerId: owner.id };
          const count = images.filter((image) => matches(image, where)).length;
          expect(await store.images.count(where)).to.equal(count);
          expect(await store.images.count(where, { atMost })).to.equal(Math.min(count, atMost));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is that of the unit of work in which it is asked for', async () => {
    await given(2);
    await refusal(
      store.unitOfWork.run(async () => {
        await given(2);
        expect(await store.images.count()).to.equal(4);
        expect(await store.images.count({}, { atMost: 3 })).to.equal(3);
        throw new Error('taken back');
      }),
    );
    expect(await store.images.count()).to.equal(2);
  });
});
