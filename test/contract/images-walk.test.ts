import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Image, NewImage, User } from '@janus/core';
import { filter, neighbour, sort } from './image-arbitraries.js';
import { all, pages } from './image-finds.js';
import { inOrder, matches } from './image-model.js';
import { newUser, useStore } from './store.js';

const limit = fc.oneof(fc.integer({ min: 1, max: 7 }), fc.constantFrom(19, 20, 500));
const ids = (images: readonly Image[]) => images.map(({ id }) => id);

/** That each image comes before the next. */
function expectOrdered(images: readonly Image[], order: (a: Image, b: Image) => number) {
  images.forEach((image, index) => {
    const before = images[index - 1];
    if (before) expect(order(before, image)).to.be.lessThan(0);
  });
}

// The owner of the images is made when they are stored; what it is called in between does not matter.
const nobody = { id: '' } as User;
const ownedBy = (owner: User, images: readonly NewImage[]) => images.map((image) => ({ ...image, ownerId: owner.id }));

describe('A walk through the pages of any query', () => {
  const store = useStore();

  /** Creates the images of a new owner, and puts every fourth into the trash. */
  async function given(make: (owner: User) => readonly NewImage[]) {
    const owner = await store.users.create(newUser());
    await store.images.createMany(make(owner));
    const where = { ownerId: owner.id };
    for (const [index, { id }] of (await store.images.list({ where, limit: 500 })).items.entries()) {
      if (index % 4 === 3) await store.images.remove(id);
    }
    return { owner, images: await all(store.images.stream({ ...where, trash: 'included' })) };
  }

  it('meets each image that matches exactly once, in the order promised', async () => {
    const queries = fc.array(fc.record({ where: filter, sort, limit }), { minLength: 6, maxLength: 6 });
    const world = fc.array(neighbour(nobody), { maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(world, queries, async (uploads, asked) => {
        const { owner, images } = await given((made) => ownedBy(made, uploads));
        for (const query of asked) {
          const where = { ...query.where, ownerId: owner.id };
          const expected = images.filter((image) => matches(image, where)).toSorted(inOrder(query.sort));
          const walked = await pages(store.images, { ...query, where });
          expect(ids(walked.flat())).to.deep.equal(ids(expected));
          expect(walked.length).to.equal(Math.max(1, Math.ceil(expected.length / query.limit)));
          expect(await store.images.count(where)).to.equal(expected.length);
          expect(walked.flat()).to.deep.equal(expected);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('meets each image that stays exactly once, while others come and go', async () => {
    const world = fc.array(neighbour(nobody), { minLength: 10, maxLength: 30 });
    const coming = fc.array(neighbour(nobody), { minLength: 1, maxLength: 20 });
    const query = fc.record({ where: filter, sort, limit: fc.integer({ min: 1, max: 5 }) });
    const going = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(world, coming, going, query, async (uploads, others, dice, asked) => {
        const { owner, images } = await given((made) => ownedBy(made, uploads));
        const where = { ...asked.where, ownerId: owner.id };
        const order = inOrder(asked.sort);
        const staying = new Map(images.filter((image) => matches(image, where)).map((image) => [image.id, image]));
        const more = ownedBy(owner, others);
        const walked = await pages(store.images, { ...asked, where }, async () => {
          const upload = more.pop();
          if (upload) await store.images.create(upload);
          const gone = images[(dice.next().value ?? 0) % images.length];
          if (!gone || !staying.delete(gone.id)) return;
          await (gone.deletedAt ? store.images.restore(gone.id) : store.images.remove(gone.id));
        });
        const met = walked.flat();
        expectOrdered(met, order);
        expect(new Set(ids(met)).size).to.equal(met.length);
        const stayed = [...staying.values()].toSorted(order);
        expect(ids(met.filter(({ id }) => staying.has(id)))).to.deep.equal(ids(stayed));
      }),
      { numRuns: 40 },
    );
  });
});
