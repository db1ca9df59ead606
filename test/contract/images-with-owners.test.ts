import { expect } from 'chai';
import { IMAGE_SORTS, InvalidError, type Image, type ImageQuery, type OwnedImage, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('A page of images with their owners', () => {
  const store = useStore();
  let ada: User;
  let grace: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    grace = await store.users.create(newUser());
  });

  /** Seven images, the even ones of the one and the odd ones of the other, with values that tie. */
  const given = async () =>
    store.images.createMany(
      Array.from({ length: 7 }, (_, index) =>
        newImage(index % 2 === 0 ? ada : grace, {
          filename: `${index % 4}.jpg`,
          byteSize: index % 3,
          title: index < 4 ? 'cat' : 'dog',
          captured: index % 3 === 0 ? null : { at: new Date((index % 2) * 1_000), offset: null },
          tags: index < 5 ? ['b', 'a'] : [],
        }),
      ),
    );

  const owned = (images: readonly Image[]): OwnedImage[] =>
    images.map((image) => ({ image, owner: image.ownerId === ada.id ? ada : grace }));

  /** Every page of a query. */
  async function walk(query: ImageQuery): Promise<readonly (readonly OwnedImage[])[]> {
    const walked: (readonly OwnedImage[])[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof store.images.listWithOwners>> = await store.images.listWithOwners({
        ...query,
        after,
      });
      walked.push(page.items);
      after = page.next;
    } while (after !== null);
    return walked;
  }

  it('is empty, and the last, where there is no image', async () => {
    expect(await store.images.listWithOwners()).to.deep.equal({ items: [], next: null });
  });

  it('has each image as finding it gives, and its owner as finding that gives', async () => {
    await given();
    const { items, next } = await store.images.listWithOwners();
    expect(next).to.equal(null);
    expect(items).to.have.lengthOf(7);
    for (const { image, owner } of items) {
      expect(image).to.deep.equal(await store.images.get(image.id));
      expect(owner).to.deep.equal(await store.users.get(image.ownerId));
    }
  });

  it('tells nothing of an owner but what a user is', async () => {
    await store.images.create(newImage(ada));
    await store.users.setPasswordHash(ada.id, '$argon2id$secret');
    const { items } = await store.images.listWithOwners();
    expect(items[0]).to.have.all.keys('image', 'owner');
    expect(items[0]?.owner).to.have.all.keys('id', 'email', 'username', 'createdAt', 'updatedAt');
    expect(JSON.stringify(items)).not.to.include('argon2');
  });

  it('has the owner as it is now', async () => {
    await store.images.create(newImage(ada));
    const renamed = await store.users.update(ada.id, { username: 'Countess' });
    expect((await store.images.listWithOwners()).items[0]?.owner).to.deep.equal(renamed);
  });

  it('keeps the instants of an image and of its owner apart', async () => {
    const createdAt = new Date('2001-02-03T04:05:06.007Z');
    const old = await store.users.create({ ...newUser(), createdAt: new Date('1999-12-31T23:59:59.999Z') });
    const image = await store.images.create(newImage(old, { createdAt }));
    expect((await store.images.listWithOwners()).items).to.deep.equal([{ image, owner: old }]);
  });

  for (const sort of IMAGE_SORTS) {
    it(`has the images that a list has, in its order, on pages of any size: ${sort}`, async () => {
      await given();
      const { items } = await store.images.list({ sort });
      for (const limit of [1, 2, 3, 500]) {
        const walked = await walk({ sort, limit });
        expect(walked.flat()).to.deep.equal(owned(items));
        expect(walked).to.have.lengthOf(Math.ceil(items.length / limit));
      }
    });
  }

  it('is newest first and of 50 images, if nothing else is said', async () => {
    await store.images.createMany(Array.from({ length: 51 }, () => newImage(grace)));
    const { items } = await store.images.list({ sort: '-createdAt', limit: 50 });
    expect((await store.images.listWithOwners()).items).to.deep.equal(owned(items));
  });

  it('keeps to the same filters as a list', async () => {
    await given();
    for (const where of [
      { ownerId: grace.id },
      { tags: { all: ['a'] } },
      { tags: { any: ['a', 'b'], none: ['c'] } },
      { tags: { all: ['nobody has this'] } },
      { text: 'ca' },
      { text: 'dog', ownerId: ada.id, tags: { none: ['a'] } },
      { byteSize: { min: 1 } },
      { captured: { from: new Date(1) } },
      { status: 'ready' as const },
    ]) {
      for (const sort of IMAGE_SORTS) {
        const { items } = await store.images.list({ where, sort });
        expect((await walk({ where, sort, limit: 2 })).flat(), JSON.stringify(where)).to.deep.equal(owned(items));
      }
    }
  });

  it('leaves the trash out, has nothing else, or treats it like the others', async () => {
    await given();
    const { items } = await store.images.list({ sort: 'createdAt' });
    for (const { id } of items.slice(0, 3)) await store.images.remove(id);
    for (const [trash, count] of [
      ['excluded', 4],
      ['only', 3],
      ['included', 7],
    ] as const) {
      const listed = await store.images.list({ where: { trash } });
      expect(listed.items).to.have.lengthOf(count);
      expect((await walk({ where: { trash }, limit: 2 })).flat()).to.deep.equal(owned(listed.items));
    }
    expect(await store.images.listWithOwners()).to.deep.equal(
      await store.images.listWithOwners({ where: { trash: 'excluded' } }),
    );
  });

  it('goes on behind an image that is gone, and neither repeats nor hides another that came', async () => {
    await given();
    const first = await store.images.listWithOwners({ sort: '-byteSize', limit: 3 });
    const { items } = await store.images.list({ sort: '-byteSize' });
    await store.images.remove((items[2] as Image).id);
    await store.images.create(newImage(grace, { byteSize: 2 }));
    const rest = await store.images.listWithOwners({ sort: '-byteSize', after: first.next });
    expect(rest).to.deep.equal({ items: owned(items.slice(3)), next: null });
  });

  it('goes on after a page with owners only: a list’s cursor is none of its own, nor the other way round', async () => {
    await given();
    for (const sort of IMAGE_SORTS) {
      const query: ImageQuery = { where: { ownerId: ada.id }, sort, limit: 1 };
      const { next: listed } = await store.images.list(query);
      const { next: withOwners } = await store.images.listWithOwners(query);
      for (const refused of [
        store.images.list({ ...query, after: withOwners }),
        store.images.listWithOwners({ ...query, after: listed }),
      ]) {
        expect(await refusal(refused))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'after', rule: 'query' });
      }
    }
  });

  it('goes on after a page of the same filter and order only', async () => {
    await given();
    const { next: after } = await store.images.listWithOwners({ limit: 2 });
    for (const query of [{ sort: 'createdAt' as const }, { where: { ownerId: ada.id } }]) {
      expect(await refusal(store.images.listWithOwners({ ...query, after })))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'after', rule: 'query' });
    }
  });

  it('is refused for what a list is refused for', async () => {
    for (const [query, field] of [
      [{ limit: 0 }, 'limit'],
      [{ limit: 501 }, 'limit'],
      [{ sort: 'size' as never }, 'sort'],
      [{ where: { width: { min: NaN } } }, 'where.width.min'],
      [{ where: { text: '…' } }, 'where.text'],
      [{ after: 'made up' }, 'after'],
      [{ owners: true } as never, 'input'],
    ] as const) {
      expect(await refusal(store.images.listWithOwners(query)))
        .to.be.instanceOf(InvalidError)
        .and.include({ field });
    }
  });
});
