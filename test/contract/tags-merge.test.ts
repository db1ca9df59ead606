import { expect } from 'chai';
import { InvalidError, NotFoundError, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('tags that are merged', () => {
  const store = useStore();
  let owner: User;
  beforeEach(async () => {
    owner = await store.users.create(newUser());
  });

  const tagged = (...tags: string[]) => store.images.create(newImage(owner, { tags }));
  const tagsOf = async ({ id }: Awaited<ReturnType<typeof tagged>>) => (await store.images.get(id)).tags;
  const counts = async () => Object.fromEntries((await store.tags.list()).items.map((tag) => [tag.name, tag.images]));

  it('are one, the one that was merged into', async () => {
    await tagged('kitty');
    await tagged('cat');
    const [cat] = (await store.tags.list()).items;
    expect(await store.tags.merge('kitty', 'cat')).to.deep.equal({ id: cat?.id, name: 'cat' });
    expect((await store.tags.list()).items).to.deep.equal([{ id: cat?.id, name: 'cat', images: 2 }]);
  });

  it('leave every image with that one: those that had one, the other or both', async () => {
    const [from, into, both, neither] = [
      await tagged('kitty', 'night'),
      await tagged('cat', 'night'),
      await tagged('cat', 'kitty', 'night'),
      await tagged('night'),
    ];
    await store.tags.merge('kitty', 'cat');
    expect(await tagsOf(from)).to.deep.equal(['cat', 'night']);
    expect(await tagsOf(into)).to.deep.equal(['cat', 'night']);
    expect(await tagsOf(both)).to.deep.equal(['cat', 'night']);
    expect(await tagsOf(neither)).to.deep.equal(['night']);
    expect(await counts()).to.deep.equal({ cat: 3, night: 4 });
    expect(await store.images.count({ tags: { any: ['cat'] } })).to.equal(3);
  });

  it('leave images in the trash with that one, too', async () => {
    await tagged('cat');
    const trashed = await tagged('kitty');
    await store.images.remove(trashed.id);
    await store.tags.merge('kitty', 'cat');
    expect(await counts()).to.deep.equal({ cat: 1 });
    expect((await store.images.restore(trashed.id)).tags).to.deep.equal(['cat']);
    expect(await counts()).to.deep.equal({ cat: 2 });
  });

  it('may both be without images', async () => {
    const image = await tagged('cat', 'kitty');
    await store.images.untag(image.id, ['cat', 'kitty']);
    await store.tags.merge('kitty', 'cat');
    expect(await counts()).to.deep.equal({ cat: 0 });
  });

  it('are found by any spelling', async () => {
    await tagged('small cat', 'big cat');
    expect(await store.tags.merge(' SMALL  cat', 'Ｂｉｇ cat')).to.include({ name: 'big cat' });
    expect(await counts()).to.deep.equal({ 'big cat': 1 });
  });

  for (const itself of ['cat', ' CAT']) {
    it(`stay as they are if one is merged into itself: “${itself}”`, async () => {
      const image = await tagged('cat');
      const before = await store.tags.list();
      expect(await store.tags.merge('cat', itself)).to.include({ name: 'cat' });
      expect(await store.tags.list()).to.deep.equal(before);
      expect(await tagsOf(image)).to.deep.equal(['cat']);
    });
  }

  it('may belong to thousands of images', async () => {
    const images = Array.from({ length: 1_500 }, (_, index) =>
      newImage(owner, { tags: [['kitty'], ['cat'], ['cat', 'kitty']][index % 3] ?? [] }),
    );
    await store.images.createMany(images);
    await store.tags.merge('kitty', 'cat');
    expect(await counts()).to.deep.equal({ cat: 1_500 });
  });

  it('leave the merged name to others', async () => {
    await tagged('cat', 'kitty');
    await store.tags.merge('kitty', 'cat');
    const image = await tagged('kitty');
    expect(await tagsOf(image)).to.deep.equal(['kitty']);
    expect(await counts()).to.deep.equal({ cat: 1, kitty: 1 });
  });

  it('are refused if one of them does not exist, and the other stays', async () => {
    const image = await tagged('cat');
    for (const [from, into] of [
      ['kitty', 'cat'],
      ['cat', 'kitty'],
      ['kitty', 'kitty'],
    ] as const) {
      expect(await refusal(store.tags.merge(from, into)))
        .to.be.instanceOf(NotFoundError)
        .and.include({ entity: 'tag' });
    }
    expect(await tagsOf(image)).to.deep.equal(['cat']);
    expect(await counts()).to.deep.equal({ cat: 1 });
  });

  it('are refused a name that is none', async () => {
    await tagged('cat');
    expect(await refusal(store.tags.merge('', 'cat')))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'from' });
    expect(await refusal(store.tags.merge('cat', ' ')))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'into' });
    expect(await counts()).to.deep.equal({ cat: 1 });
  });

  it('are two again if the unit of work is taken back', async () => {
    const image = await tagged('kitty');
    await tagged('cat');
    const taken = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await store.tags.merge('kitty', 'cat');
        expect(await tagsOf(image)).to.deep.equal(['cat']);
        throw taken;
      }),
    );
    expect(error).to.equal(taken);
    expect(await tagsOf(image)).to.deep.equal(['kitty']);
    expect(await counts()).to.deep.equal({ cat: 1, kitty: 1 });
  });
});
