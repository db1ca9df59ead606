import { expect } from 'chai';
import { InvalidError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** The numbers from 0 to the last before this one. */
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('images with their analytics', () => {
  const store = useStore();
  let owner: User;
  beforeEach(async () => {
    owner = await store.users.create(newUser());
  });

  const image = () => store.images.create(newImage(owner));
  const record = async (of: Image | null, ...data: number[]) => {
    const events = [];
    for (const each of data) {
      events.push(await store.analytics.record({ topic: 'faces', data: each, imageId: of?.id ?? null }));
    }
    return events;
  };
  const listed = async () =>
    (await store.analytics.listImages()).items.map((item) => ({
      image: item.image.id,
      data: item.events.map((event) => event.data),
    }));

  it('are none where no event is an image’s', async () => {
    await image();
    await record(null, 1);
    expect(await store.analytics.listImages()).to.deep.equal({ items: [], next: null });
  });

  it('are whole images, with whole events', async () => {
    const { id } = await store.images.create(
      newImage(owner, { tags: ['night', 'cat'], title: 'Two cats', metadata: { lens: '50mm' } }),
    );
    const [event] = await record(await store.images.get(id), 1);
    expect((await store.analytics.listImages()).items).to.deep.equal([
      { image: await store.images.get(id), events: [event] },
    ]);
  });

  it('come newest image first, each with its own events, newest first', async () => {
    const [first, second, third] = [await image(), await image(), await image()];
    await record(third, 31);
    await record(first, 11, 12);
    await record(null, 0);
    await record(second, 21);
    await record(first, 13);
    expect(await listed()).to.deep.equal([
      { image: third.id, data: [31] },
      { image: second.id, data: [21] },
      { image: first.id, data: [13, 12, 11] },
    ]);
  });

  it('leave out those without events, and those in the trash', async () => {
    const [trashed, bare, kept] = [await image(), await image(), await image()];
    await record(trashed, 1);
    await record(kept, 2);
    await store.images.remove(trashed.id);
    expect(await listed()).to.deep.equal([{ image: kept.id, data: [2] }]);
    await store.images.restore(trashed.id);
    expect((await listed()).map((item) => item.image)).to.deep.equal([kept.id, trashed.id]);
    expect((await listed()).map((item) => item.image)).not.to.include(bare.id);
  });

  it('have their 20 newest events, each image for itself', async () => {
    const [many, some, exactly] = [await image(), await image(), await image()];
    await store.unitOfWork.run(async () => {
      await record(many, ...upTo(45));
      await record(exactly, ...upTo(20));
      await record(some, ...upTo(3));
    });
    expect(await listed()).to.deep.equal([
      { image: exactly.id, data: upTo(20).toReversed() },
      { image: some.id, data: [2, 1, 0] },
      { image: many.id, data: upTo(45).slice(25).toReversed() },
    ]);
  });

  it('have the events that happened last, not those that were recorded last', async () => {
    const one = await image();
    for (const day of [2, 3, 1]) {
      const createdAt = new Date(Date.UTC(2024, 0, day));
      await store.analytics.record({ topic: 'faces', data: day, imageId: one.id, createdAt });
    }
    expect(await listed()).to.deep.equal([{ image: one.id, data: [3, 2, 1] }]);
  });

  it('come page by page, each image once, whatever number of events it has', async () => {
    const images: Image[] = [];
    for (let made = 0; made < 5; made += 1) {
      const each = await image();
      images.push(each);
      await record(each, 1, 2, 3);
      await image();
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    for (let after: string | null = null; ;) {
      const page = await store.analytics.listImages({ limit: 2, after });
      sizes.push(page.items.length);
      seen.push(...page.items.map((item) => item.image.id));
      for (const item of page.items) expect(item.events.map(({ data }) => data)).to.deep.equal([3, 2, 1]);
      await record(await image(), 0);
      after = page.next;
      if (after === null) break;
    }
    expect(sizes).to.deep.equal([2, 2, 1]);
    expect(seen).to.deep.equal(images.toReversed().map(({ id }) => id));
  });

  it('are no longer there when all their events are another image’s or nobody’s', async () => {
    const [gone, kept] = [await image(), await image()];
    await record(gone, 1);
    await record(kept, 2);
    await store.images.remove(gone.id);
    await store.images.purge({ before: new Date(Date.now() + 60_000) });
    expect(await listed()).to.deep.equal([{ image: kept.id, data: [2] }]);
    expect((await store.analytics.list({ where: { imageId: null } })).items.map(({ data }) => data)).to.deep.equal([1]);
  });

  it('refuse the place of another list', async () => {
    for (const each of [await image(), await image()]) await record(each, 1);
    const { next: after } = await store.analytics.listImages({ limit: 1 });
    expect(await refusal(store.analytics.list({ after })))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'after', rule: 'query' });
    expect(await refusal(store.analytics.listImages({ after: (await store.images.list({ limit: 1 })).next })))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'after', rule: 'query' });
  });
});
