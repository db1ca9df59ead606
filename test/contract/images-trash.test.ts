import { expect } from 'chai';
import { InvalidError, newId, NotFoundError, StillReferencedError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const later = () => new Date(Date.now() + 60_000);

describe('The trash', () => {
  const store = useStore();
  let ada: User;
  let image: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { title: 'kept', tags: ['x'], metadata: { a: 1 } }));
  });

  /** Creates images, and puts them into the trash. */
  async function given(count: number): Promise<readonly Image[]> {
    const images: Image[] = [];
    for (let index = 0; index < count; index += 1) {
      const { id } = await store.images.create(newImage(ada));
      await store.images.remove(id);
      images.push(await store.images.get(id, { trash: 'included' }));
    }
    return images;
  }

  it('takes an image as it is, and says since when', async () => {
    const before = Date.now();
    await store.images.remove(image.id);
    const { version, updatedAt, deletedAt, ...kept } = await store.images.get(image.id, { trash: 'included' });
    const { version: _, updatedAt: __, deletedAt: ___, ...was } = image;
    expect(kept).to.deep.equal(was);
    expect(deletedAt?.getTime()).to.be.within(before, Date.now());
    expect(updatedAt.getTime()).to.be.within(before, Date.now());
    expect(version).to.be.at.least(image.version);
  });

  it('does not take an image twice', async () => {
    await store.images.remove(image.id);
    const before = await store.images.get(image.id, { trash: 'included' });
    const error = await refusal(store.images.remove(image.id));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
    expect(await store.images.get(image.id, { trash: 'included' })).to.deep.equal(before);
  });

  it('takes nothing that does not exist', async () => {
    const error = await refusal(store.images.remove(newId<'image'>()));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });

  it('gives an image back as it was', async () => {
    await store.images.remove(image.id);
    const restored = await store.images.restore(image.id);
    const { version, updatedAt } = restored;
    expect(restored).to.deep.equal({ ...image, version, updatedAt });
    expect(await store.images.get(image.id)).to.deep.equal(restored);
  });

  it('gives an image back that is not in it, unchanged', async () => {
    expect(await store.images.restore(image.id)).to.deep.equal(image);
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('gives nothing back that does not exist', async () => {
    const error = await refusal(store.images.restore(newId<'image'>()));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });

  it('lets an image that came back be changed by who has read it since', async () => {
    await store.images.remove(image.id);
    const restored = await store.images.restore(image.id);
    expect(await store.images.update(image.id, { title: 'new' }, restored)).to.include({ title: 'new' });
  });

  it('is emptied of what has been in it since before an instant', async () => {
    const [trashed] = await given(1);
    const since = trashed?.deletedAt ?? new Date(0);
    expect(await store.images.purge({ before: since })).to.equal(0);
    expect(await store.images.count({ trash: 'only' })).to.equal(1);
    expect(await store.images.purge({ before: new Date(since.getTime() + 1) })).to.equal(1);
    expect(await store.images.count({ trash: 'included' })).to.equal(1);
  });

  it('is emptied of nothing but what is in it', async () => {
    expect(await store.images.purge({ before: later() })).to.equal(0);
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('is emptied for good: of the image, its tags, words and analyses', async () => {
    await store.images.recordAnalysis(image.id, 'faces', 2);
    await store.images.remove(image.id);
    expect(await store.images.purge({ before: later() })).to.equal(1);
    expect(await store.images.find(image.id, { trash: 'included' })).to.equal(null);
    expect(await refusal(store.images.restore(image.id))).to.be.instanceOf(NotFoundError);
    expect(await store.images.analyses(image.id)).to.deep.equal([]);
    expect(await store.images.count({ text: 'kept', trash: 'included' })).to.equal(0);
    expect((await store.tags.list()).items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
      { name: 'x', images: 0 },
    ]);
    expect(await store.images.create(newImage(ada, { id: image.id }))).to.include({ id: image.id, version: 1 });
  });

  it('is emptied in batches of any size, whether they come out even or not', async () => {
    for (const [count, batch] of [
      [5, 1],
      [5, 2],
      [4, 2],
      [3, 10_000],
    ] as const) {
      await given(count);
      expect(await store.images.purge({ before: later(), batch })).to.equal(count);
      expect(await store.images.count({ trash: 'only' })).to.equal(0);
    }
  });

  it('is emptied of more than a batch, if nothing is said about those', async () => {
    await store.images.createMany(Array.from({ length: 1_100 }, () => newImage(ada)));
    const { items } = await store.images.list({ limit: 500 });
    const ids = items.map(({ id }) => id);
    for await (const { id } of store.images.stream()) if (!ids.includes(id)) ids.push(id);
    await store.unitOfWork.run(async () => {
      for (const id of ids) await store.images.remove(id);
    });
    expect(await store.images.purge({ before: later() })).to.equal(1_101);
  });

  it('is emptied once by several who race', async () => {
    await given(20);
    const racing = Array.from({ length: 4 }, () => store.images.purge({ before: later(), batch: 3 }));
    const purged = (await Promise.all(racing)).reduce((sum, count) => sum + count, 0);
    expect(purged).to.equal(20);
  });

  it('is refused a batch that is none', async () => {
    for (const batch of [0, 10_001, 1.5]) {
      const error = await refusal(store.images.purge({ before: later(), batch }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'batch', rule: 'range' });
    }
    const error = await refusal(store.images.purge({ before: new Date(Number.NaN) }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'before', rule: 'type' });
  });

  it('keeps the owner of what is in it', async () => {
    await store.images.remove(image.id);
    const error = await refusal(store.users.remove(ada.id));
    expect(error).to.be.instanceOf(StillReferencedError).and.include({ rule: 'images_owner_id_foreign' });
    await store.images.purge({ before: later() });
    await store.users.remove(ada.id);
    expect(await store.users.find(ada.id)).to.equal(null);
  });
});
