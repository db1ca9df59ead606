import { expect } from 'chai';
import { InvalidError, type Image, type ImageQuery, type User } from '@janus/core';
import { pages } from './image-finds.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const names = (images: readonly Image[]) => images.map(({ filename }) => filename);

describe('A page of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const given = async (count: number) =>
    store.images.createMany(Array.from({ length: count }, (_, index) => newImage(ada, { filename: `${100 + index}` })));

  it('is empty, and the last, where there is no image', async () => {
    expect(await store.images.list()).to.deep.equal({ items: [], next: null });
    expect(await store.images.count()).to.equal(0);
  });

  it('has 50 images, if nothing else is said', async () => {
    await given(51);
    const { items, next } = await store.images.list();
    expect(items).to.have.lengthOf(50);
    expect(next).to.be.a('string');
  });

  it('has up to 500 images', async () => {
    await given(501);
    expect((await store.images.list({ limit: 500 })).items).to.have.lengthOf(500);
  });

  it('has every field of every image, as finding it gives', async () => {
    await store.images.create(newImage(ada, { title: 'one', tags: ['b', 'a'], metadata: { a: [1] } }));
    const { items } = await store.images.list();
    for (const image of items) expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('says that it is the last when no image comes after it', async () => {
    await given(4);
    const first = await store.images.list({ limit: 2 });
    const second = await store.images.list({ limit: 2, after: first.next });
    expect(first.next).to.be.a('string');
    expect(second.items).to.have.lengthOf(2);
    expect(second.next).to.equal(null);
  });

  it('is the first for a cursor of null or undefined', async () => {
    await given(3);
    const first = await store.images.list({ limit: 2 });
    expect(await store.images.list({ limit: 2, after: null })).to.deep.equal(first);
    expect(await store.images.list({ limit: 2, after: undefined })).to.deep.equal(first);
  });

  it('can be asked for again', async () => {
    await given(4);
    const { next } = await store.images.list({ limit: 2 });
    const again = () => store.images.list({ limit: 2, after: next });
    expect(await again()).to.deep.equal(await again());
  });

  it('may be of another size than the one before', async () => {
    await given(5);
    const { next } = await store.images.list({ sort: 'filename', limit: 1 });
    const rest = await store.images.list({ sort: 'filename', limit: 500, after: next });
    expect(names(rest.items)).to.deep.equal(['101', '102', '103', '104']);
  });

  it('goes on behind an image that is gone', async () => {
    await given(4);
    const query: ImageQuery = { sort: 'filename', limit: 2 };
    const { items, next } = await store.images.list(query);
    for (const { id } of items) await store.images.remove(id);
    await store.images.purge({ before: new Date(Date.now() + 1_000) });
    expect(names((await store.images.list({ ...query, after: next })).items)).to.deep.equal(['102', '103']);
  });

  it('neither repeats nor hides an image when others come and go in front of it', async () => {
    await given(6);
    const met = await pages(store.images, { sort: 'filename', limit: 2 }, async ([first]) => {
      if (first) await store.images.remove(first.id);
      await store.images.create(newImage(ada, { filename: `000 ${first?.filename ?? ''}` }));
    });
    expect(names(met.flat())).to.deep.equal(['100', '101', '102', '103', '104', '105']);
  });

  it('keeps to the filter on every page', async () => {
    await given(9);
    const { items } = await store.images.list({ sort: 'filename' });
    for (const [index, { id }] of items.entries()) if (index % 3 > 0) await store.images.tag(id, ['x']);
    const query: ImageQuery = { where: { tags: { all: ['x'] } }, sort: '-filename', limit: 1 };
    expect(names((await pages(store.images, query)).flat())).to.deep.equal(['108', '107', '105', '104', '102', '101']);
  });
});

describe('The cursor of a page of images', () => {
  const store = useStore();
  let ada: User;
  let cursor: string;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    await store.images.createMany([1, 2, 3].map((byteSize) => newImage(ada, { byteSize, tags: ['x'] })));
    cursor = (await store.images.list({ limit: 1 })).next ?? '';
  });

  async function expectRefused(query: ImageQuery) {
    const error = await refusal(store.images.list(query));
    expect(error, JSON.stringify(query)).to.be.instanceOf(InvalidError).and.include({ field: 'after' });
  }

  it('is refused when somebody made it up', async () => {
    const made = ['', ' ', '0', 'null', '{}', 'W10=', "' or 1=1 --", 'a'.repeat(60), '-'.repeat(4_096), '😀', '\0'];
    for (const after of made) await expectRefused({ after });
  });

  it('is refused when it is too long', async () => {
    await expectRefused({ after: 'a'.repeat(4_097) });
    await expectRefused({ after: cursor.repeat(100) });
  });

  it('is refused when any of it is cut off', async () => {
    for (let length = 0; length < cursor.length; length += 1) await expectRefused({ after: cursor.slice(0, length) });
    await expectRefused({ after: cursor.slice(1) });
  });

  it('is refused when anything is put before or behind it', async () => {
    for (const more of ['A', '=', ' ', '\n', '.', '!']) {
      await expectRefused({ after: cursor + more });
      await expectRefused({ after: more + cursor });
    }
  });

  it('is refused when any character of it is another', async () => {
    for (let index = 0; index < cursor.length; index += 1) {
      for (const other of ['A', 'B', '!']) {
        const forged = cursor.slice(0, index) + other + cursor.slice(index + 1);
        if (forged !== cursor) await expectRefused({ after: forged });
      }
    }
  });

  it('is refused by a query with another filter', async () => {
    await expectRefused({ after: cursor, where: { ownerId: ada.id } });
    await expectRefused({ after: cursor, where: { trash: 'included' } });
    const where = { tags: { all: ['x'] }, width: { min: 1 } };
    const after = (await store.images.list({ where, limit: 1 })).next;
    await expectRefused({ after });
    await expectRefused({ after, where: { ...where, width: { max: 1 } } });
    await expectRefused({ after, where: { ...where, tags: { any: ['x'] } } });
  });

  it('is refused by a query in another order', async () => {
    for (const sort of ['createdAt', 'byteSize', '-byteSize', 'capturedAt', '-filename'] as const) {
      await expectRefused({ after: cursor, sort });
    }
  });

  it('is refused when it comes from another list', async () => {
    for (let count = 0; count < 2; count += 1) {
      await store.users.create(newUser());
      await store.logs.append({ action: 'image.seen', userId: ada.id });
    }
    await store.images.tag((await store.images.create(newImage(ada))).id, ['y']);
    const lists = [store.users.list({ limit: 1 }), store.tags.list({ limit: 1 }), store.logs.list({ limit: 1 })];
    for (const { next } of await Promise.all(lists)) {
      expect(next).to.be.a('string');
      await expectRefused({ after: next });
    }
  });

  it('is taken by the same query, however that is written', async () => {
    const from = new Date(0);
    const one = { ownerId: ada.id, created: { from }, tags: { all: ['x', 'x'] }, trash: 'excluded' } as const;
    const other = { tags: { all: [' X '] }, width: undefined, created: { from: new Date(0) }, ownerId: ada.id };
    const { next } = await store.images.list({ where: one, sort: '-createdAt', limit: 1 });
    expect((await store.images.list({ where: other, after: next })).items).to.have.lengthOf(2);
  });
});
