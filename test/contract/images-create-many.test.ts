import { expect } from 'chai';
import { DuplicateError, InvalidError, MissingReferenceError, newId, type NewImage, type User } from '@janus/core';
import { all } from './image-finds.js';
import { newImage, newUser, refusal, useStore } from './store.js';

function* generated(owner: User, count: number) {
  for (let index = 0; index < count; index += 1) yield newImage(owner);
}

async function* arriving(images: readonly NewImage[]) {
  for (const image of images) {
    await new Promise(setImmediate);
    yield image;
  }
}

describe('Creating many images at once', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const uploads = (count: number, fields: Partial<NewImage> = {}) =>
    Array.from({ length: count }, () => newImage(ada, fields));

  /** That a call wrote nothing at all. */
  async function expectNothing() {
    expect(await store.images.count({ trash: 'included' })).to.equal(0);
    expect((await store.tags.list()).items).to.deep.equal([]);
  }

  it('makes none of none', async () => {
    expect(await store.images.createMany([])).to.deep.equal({ created: 0, skipped: 0, restored: 0 });
  });

  it('makes each image that an array holds', async () => {
    const three = [
      newImage(ada, { filename: 'a', title: 'one', tags: ['Cat', 'dog'] }),
      newImage(ada, { filename: 'b', metadata: { two: [2] } }),
      newImage(ada, { filename: 'c', captured: { at: new Date('2020-02-02T02:02:02.002Z'), offset: 60 } }),
    ];
    expect(await store.images.createMany(three)).to.deep.equal({ created: 3, skipped: 0, restored: 0 });
    const { items } = await store.images.list({ sort: 'filename' });
    items.forEach((image, index) => {
      const { tags = [], ...fields } = three[index] ?? {};
      expect(image).to.deep.include({ ...fields, version: 1 });
      expect(image.tags).to.deep.equal(tags.map((tag) => tag.toLowerCase()));
    });
    expect(items).to.have.lengthOf(3);
  });

  it('makes each image that a generator yields', async () => {
    expect(await store.images.createMany(generated(ada, 501))).to.include({ created: 501 });
    expect(await store.images.count()).to.equal(501);
  });

  it('makes each image that comes asynchronously', async () => {
    expect(await store.images.createMany(arriving(uploads(3)))).to.include({ created: 3 });
    expect(await store.images.count()).to.equal(3);
  });

  it('can be fed by the images of a stream', async () => {
    const grace = await store.users.create(newUser());
    await store.images.createMany(uploads(600));
    async function* copies() {
      for await (const { sha256, filename } of store.images.stream({ ownerId: ada.id })) {
        yield newImage(grace, { sha256, filename });
      }
    }
    expect(await store.images.createMany(copies())).to.include({ created: 600 });
    expect(await store.images.count({ ownerId: grace.id })).to.equal(600);
  });

  it('finds each by its tags and words', async () => {
    await store.images.createMany([...uploads(700), newImage(ada, { title: 'needle', tags: ['hay'] })]);
    expect(await store.images.count({ text: 'needle', tags: { all: ['hay'] } })).to.equal(1);
  });

  it('makes none when two of them are one file', async () => {
    const [first, ...others] = uploads(3, { tags: ['cat'] });
    const error = await refusal(store.images.createMany([first, ...others, first] as NewImage[]));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    await expectNothing();
  });

  it('makes none when the last of many is the first once more', async () => {
    const many = uploads(1_200, { tags: ['cat'] });
    const error = await refusal(store.images.createMany([...many, ...many.slice(0, 1)]));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    await expectNothing();
  });

  it('takes back itself alone in a unit of work that goes on, though its last is refused', async () => {
    const many = uploads(600, { tags: ['cat'] });
    const kept = await store.unitOfWork.run(async () => {
      const before = await store.images.create(newImage(ada));
      const error = await refusal(store.images.createMany([...many, ...many.slice(0, 1)]));
      expect(error).to.be.instanceOf(DuplicateError);
      return [before, await store.images.create(newImage(ada))];
    });
    expect(await all(store.images.stream())).to.deep.equal(kept.toReversed());
    expect((await store.tags.list()).items).to.deep.equal([]);
  });

  it('makes none when one is refused while those after it are made ready, which are no better', async () => {
    const many = uploads(1_600, { tags: ['cat'] });
    const orphan = newImage({ ...ada, id: newId<'user'>() });
    const bad = [...many.slice(0, 700), orphan, ...many.slice(700, 1_100), newImage(ada, { width: 0 })];
    expect(await refusal(store.images.createMany(bad))).to.be.instanceOf(MissingReferenceError);
    await expectNothing();
    expect(await store.images.createMany(many)).to.include({ created: 1_600 });
  });

  it('makes none when a signal is aborted while those after the first are made ready', async () => {
    const controller = new AbortController();
    const late = Object.defineProperty(newImage(ada), 'filename', {
      enumerable: true,
      get() {
        controller.abort();
        return 'late';
      },
    });
    const many = [...uploads(700, { tags: ['cat'] }), late, ...uploads(900)];
    const error = await refusal(store.images.createMany(many, { signal: controller.signal }));
    expect(error.name).to.equal('AbortError');
    await expectNothing();
  });

  it('gives all of many the tags that the first of them bring, and the last', async () => {
    const many = [...uploads(1_200, { tags: ['cat'] }), ...uploads(400, { tags: ['cat', 'elk'] })];
    await store.images.createMany(many);
    const { items } = await store.tags.list();
    expect(items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
      { name: 'cat', images: 1_600 },
      { name: 'elk', images: 400 },
    ]);
  });

  it('gives each the tag of the name that it has, where a generator renames one on its way, or merges it away', async () => {
    const counts = async () => (await store.tags.list()).items.map(({ name, images }) => [name, images]);
    await store.images.createMany(uploads(1, { tags: ['cow'] }));
    async function* around(change: () => Promise<unknown>) {
      yield* uploads(500, { tags: ['cat'] });
      await change();
      yield* uploads(500, { tags: ['cat'] });
    }
    await store.images.createMany(around(() => store.tags.rename('cat', 'dog')));
    expect(await counts()).to.deep.equal([
      ['cat', 500],
      ['cow', 1],
      ['dog', 500],
    ]);
    await store.images.createMany(around(() => store.tags.merge('cat', 'cow')));
    expect(await counts()).to.deep.equal([
      ['cat', 500],
      ['cow', 1_001],
      ['dog', 500],
    ]);
  });

  it('makes none when two of them have one id', async () => {
    const id = newId<'image'>();
    const error = await refusal(store.images.createMany(uploads(2, { id })));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
    await expectNothing();
  });

  it('makes none when one has an owner that does not exist', async () => {
    const orphan = newImage({ ...ada, id: newId<'user'>() });
    const error = await refusal(store.images.createMany([...uploads(600, { tags: ['cat'] }), orphan]));
    expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'images_owner_id_foreign' });
    await expectNothing();
  });

  it('makes none when the last is invalid, and says which that is', async () => {
    const error = await refusal(
      store.images.createMany([...uploads(700, { tags: ['cat'] }), newImage(ada, { width: 0 })]),
    );
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: '700.width', rule: 'range' });
    await expectNothing();
  });

  it('counts positions from 0', async () => {
    const error = await refusal(store.images.createMany([newImage(ada, { sha256: 'ABC' })]));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: '0.sha256', rule: 'format' });
  });

  it('says the position of an id and an instant that disagree', async () => {
    const split = newImage(ada, { id: newId<'image'>(new Date(1)), createdAt: new Date(2) });
    const error = await refusal(store.images.createMany([...uploads(3), split]));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: '3.createdAt', rule: 'agreement' });
  });

  it('makes none when what yields them fails, and passes that failure on', async () => {
    const failure = new Error('the archive is damaged');
    function* damaged() {
      yield* uploads(700, { tags: ['cat'] });
      throw failure;
    }
    expect(await refusal(store.images.createMany(damaged()))).to.equal(failure);
    await expectNothing();
  });

  it('makes none when what comes asynchronously fails, and passes that failure on', async () => {
    const failure = new Error('the connection is gone');
    async function* broken() {
      yield* uploads(700);
      await new Promise(setImmediate);
      throw failure;
    }
    expect(await refusal(store.images.createMany(broken()))).to.equal(failure);
    await expectNothing();
  });

  it('reads no further than the first that is refused, and lets go of what yields them', async () => {
    let yielded = 0;
    let closed = false;
    function* watched() {
      try {
        for (; ; yielded += 1) yield newImage(ada, yielded === 2 ? { byteSize: -1 } : {});
      } finally {
        closed = true;
      }
    }
    const error = await refusal(store.images.createMany(watched()));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: '2.byteSize' });
    expect({ yielded, closed }).to.deep.equal({ yielded: 2, closed: true });
  });

  it('skips those that are there, in the trash or not, and leaves them as they are', async () => {
    const many = uploads(600, { tags: ['cat'] });
    await store.images.createMany(many.slice(0, 100));
    const [trashed, ...others] = await all(store.images.stream());
    if (trashed) await store.images.remove(trashed.id);
    const result = await store.images.createMany(many, { onDuplicate: 'skip' });
    expect(result).to.deep.equal({ created: 500, skipped: 100, restored: 0 });
    expect(await store.images.count()).to.equal(599);
    const ids = others.map(({ id }) => id);
    expect(await store.images.findMany(ids)).to.deep.equal(others);
  });

  it('takes those out of the trash that are in it, and skips the others that are there', async () => {
    const many = uploads(10);
    await store.images.createMany(many.slice(0, 5));
    const { items } = await store.images.list({ limit: 2 });
    for (const { id } of items) await store.images.remove(id);
    const result = await store.images.createMany(many, { onDuplicate: 'restore' });
    expect(result).to.deep.equal({ created: 5, skipped: 3, restored: 2 });
    expect(await store.images.count()).to.equal(10);
  });

  it('skips the second of two that are one file, near to one another or far apart', async () => {
    const many = uploads(600);
    const twice = many.flatMap((image) => [image, { ...image, filename: 'second' }]);
    for (const order of [twice, [...many, ...twice]]) {
      const grace = await store.users.create(newUser());
      const hers = order.map((image) => ({ ...image, ownerId: grace.id }));
      const result = await store.images.createMany(hers, { onDuplicate: 'skip' });
      expect(result).to.deep.equal({ created: 600, skipped: order.length - 600, restored: 0 });
      expect(await store.images.count({ ownerId: grace.id, text: 'second' })).to.equal(0);
    }
  });

  it('takes one out of the trash once, if it is among them twice', async () => {
    const upload = newImage(ada);
    const { id } = await store.images.create(upload);
    await store.images.remove(id);
    const result = await store.images.createMany([upload, upload], { onDuplicate: 'restore' });
    expect(result).to.deep.equal({ created: 0, skipped: 1, restored: 1 });
  });

  it('makes each tag once, when several calls that bring it race', async () => {
    const racing = Array.from({ length: 3 }, () => store.images.createMany(uploads(600, { tags: ['cat', 'elk'] })));
    for (const made of await Promise.all(racing)) expect(made).to.include({ created: 600 });
    const { items } = await store.tags.list();
    expect(items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
      { name: 'cat', images: 1_800 },
      { name: 'elk', images: 1_800 },
    ]);
  });

  it('counts each file as created once, when five of the same call race', async () => {
    const many = uploads(100);
    const racing = Array.from({ length: 5 }, () => store.images.createMany(many, { onDuplicate: 'skip' }));
    const results = await Promise.all(racing);
    expect(results.reduce((sum, { created }) => sum + created, 0)).to.equal(100);
    expect(results.reduce((sum, { skipped }) => sum + skipped, 0)).to.equal(400);
    expect(await store.images.count()).to.equal(100);
  });
});
