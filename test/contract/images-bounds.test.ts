import { expect } from 'chai';
import { InvalidError, StaleVersionError, type NewImage, type TrashOption, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** A hundred tags that no other image has. */
const tagsOf = (image: number) => Array.from({ length: 100 }, (_, tag) => `t${image}.${tag}`);

describe('Images, at the bounds of what a statement takes,', () => {
  const store = useStore();
  let ada: User;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('may bring tens of thousands of different tags', async () => {
    const many = Array.from({ length: 400 }, (_, image) => newImage(ada, { tags: tagsOf(image) }));
    expect(await store.images.createMany(many)).to.include({ created: 400 });
    expect((await store.images.list({ where: { tags: { all: ['t399.99'] } } })).items).to.have.length(1);
  });

  it('may bring more metadata together than a server takes at once', async () => {
    const many = Array.from({ length: 90 }, () => newImage(ada, { metadata: { a: 'x'.repeat(250_000) } }));
    expect(await store.images.createMany(many)).to.include({ created: 90 });
  });

  it('are as they were when they were handed over, whatever becomes of that', async () => {
    const at = new Date(0);
    function* reused(): Generator<NewImage> {
      for (let day = 1; day <= 3; day += 1) {
        at.setTime(day * 86_400_000);
        yield newImage(ada, { captured: { at, offset: null } });
      }
    }
    await store.images.createMany(reused());
    const { items } = await store.images.list({ sort: 'capturedAt' });
    expect(items.map(({ captured }) => captured?.at.getTime())).to.deep.equal([1, 2, 3].map((day) => day * 86_400_000));
  });

  it('refuse the largest version there can be as stale, and a larger one as none', async () => {
    const image = await store.images.create(newImage(ada));
    const update = async (version: number) => refusal(store.images.update(image.id, { title: 'x' }, { version }));
    expect(await update(2 ** 31 - 2)).to.be.instanceOf(StaleVersionError);
    expect(await update(2 ** 31 - 1))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'seen.version' });
    expect(await update(3_000_000_000))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'seen.version' });
  });

  it('can be asked for all of sixteen tags, and of no more', async () => {
    const names = Array.from({ length: 17 }, (_, tag) => `tag ${tag}`);
    await store.images.create(newImage(ada, { tags: names }));
    expect(await store.images.count({ tags: { all: names.slice(1) } })).to.equal(1);
    expect(await refusal(store.images.count({ tags: { all: names } }))).to.include({ field: 'where.tags.all' });
  });

  it('refuse options that there are not', async () => {
    const image = await store.images.create(newImage(ada));
    const typo = { trsh: 'included' } as TrashOption;
    expect(await refusal(store.images.find(image.id, typo))).to.be.instanceOf(InvalidError);
    const none = null as unknown as { version: number };
    expect(await refusal(store.images.update(image.id, { title: 'x' }, none))).to.be.instanceOf(InvalidError);
    expect(await refusal(store.images.create(newImage(ada), null as unknown as object))).to.be.instanceOf(InvalidError);
  });

  it('have metadata that speaks for itself, not through a method of its own', async () => {
    class Speaking extends Array<number> {
      toJSON() {
        return 'x\0';
      }
    }
    const { id } = await store.images.create(newImage(ada, { metadata: { a: Speaking.of(1, 2) } }));
    expect((await store.images.get(id)).metadata).to.deep.equal({ a: [1, 2] });
  });
});

describe('An image that is restored', () => {
  const store = useStore();
  let ada: User;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('is found, also while others remove and restore it', async () => {
    const { id } = await store.images.create(newImage(ada));
    for (let round = 0; round < 10; round += 1) {
      await Promise.allSettled([store.images.remove(id)]);
      const restored = [store.images.restore(id), store.images.restore(id)];
      await Promise.allSettled([...restored, store.images.remove(id), store.images.remove(id)]);
      for (const image of await Promise.all(restored)) expect(image).to.include({ id, deletedAt: null });
    }
  });

  it('is made anew by its upload when it is purged at the same time', async () => {
    const upload = newImage(ada);
    for (let round = 0; round < 10; round += 1) {
      const { id } = await store.images.create(upload, { onDuplicate: 'restore' });
      await store.images.remove(id);
      const before = new Date(Date.now() + 60_000);
      const [created] = await Promise.all([
        store.images.create(upload, { onDuplicate: 'restore' }),
        store.images.purge({ before }),
      ]);
      expect(created).to.include({ sha256: upload.sha256, deletedAt: null });
      await store.images.remove(created.id);
      const [many] = await Promise.all([
        store.images.createMany([upload], { onDuplicate: 'restore' }),
        store.images.purge({ before }),
      ]);
      expect(many.created + many.restored).to.equal(1);
      expect(await store.images.findByHash(ada.id, upload.sha256)).to.include({ deletedAt: null });
    }
  });
});
