import { expect } from 'chai';
import {
  DuplicateError,
  FIRST_INSTANT,
  idTime,
  InvalidError,
  LAST_INSTANT,
  MissingReferenceError,
  newId,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('An image that is created', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('is pending, of version 1, out of the trash, and knows nothing that was not said', async () => {
    const upload = newImage(ada);
    const { id, createdAt, updatedAt, ...image } = await store.images.create(upload);
    expect(image).to.deep.equal({
      ...upload,
      title: null,
      bitDepth: null,
      colorType: null,
      compression: null,
      perceptualHash: null,
      status: 'pending',
      captured: null,
      location: null,
      metadata: {},
      tags: [],
      version: 1,
      deletedAt: null,
    });
    expect(updatedAt).to.deep.equal(createdAt);
    expect(idTime(id)).to.deep.equal(createdAt);
  });

  it('knows all that was said', async () => {
    const upload = newImage(ada, {
      title: 'Сумерки, 東京 😀',
      bitDepth: 16,
      colorType: 'RGB',
      compression: 'deflate',
      perceptualHash: 'f00fba5eba11feed',
      status: 'processing',
      captured: { at: new Date('2023-07-14T10:58:59.123Z'), offset: -210 },
      location: { latitude: 40.712776, longitude: -74.005974 },
      metadata: { exif: { iso: 100, lens: null }, flash: false },
      tags: ['cat', 'night'],
    });
    const image = await store.images.create(upload);
    expect(image).to.deep.include(upload);
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('takes what is left out and what is given as undefined alike', async () => {
    const image = await store.images.create(newImage(ada, { title: undefined, status: undefined, tags: undefined }));
    expect(image).to.deep.include({ title: null, status: 'pending', tags: [] });
  });

  it('is as old as now', async () => {
    const before = Date.now();
    const { createdAt } = await store.images.create(newImage(ada));
    expect(createdAt.getTime()).to.be.within(before, Date.now());
  });

  it('is as old as an import says, and its id carries that instant', async () => {
    for (const createdAt of [FIRST_INSTANT, new Date('2001-09-09T01:46:39.999Z'), LAST_INSTANT]) {
      const image = await store.images.create(newImage(ada, { createdAt }));
      expect(image).to.deep.include({ createdAt, updatedAt: createdAt });
      expect(idTime(image.id)).to.deep.equal(createdAt);
    }
  });

  it('keeps an id that an import brings, and is as old as that says', async () => {
    const createdAt = new Date('2019-02-28T23:59:59.999Z');
    const id = newId<'image'>(createdAt);
    expect(await store.images.create(newImage(ada, { id }))).to.deep.include({ id, createdAt });
  });

  it('takes an id and an instant that agree', async () => {
    const createdAt = new Date('2019-02-28T23:59:59.999Z');
    const id = newId<'image'>(createdAt);
    expect(await store.images.create(newImage(ada, { id, createdAt }))).to.deep.include({ id, createdAt });
  });

  it('is refused when its id and its instant disagree by a millisecond', async () => {
    const id = newId<'image'>(new Date('2019-02-28T23:59:59.999Z'));
    const createdAt = new Date('2019-03-01T00:00:00.000Z');
    const error = await refusal(store.images.create(newImage(ada, { id, createdAt })));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'createdAt', rule: 'agreement' });
    expect(await store.images.count()).to.equal(0);
  });

  it('is refused when its id is taken', async () => {
    const { id } = await store.images.create(newImage(ada));
    const error = await refusal(store.images.create(newImage(ada, { id })));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
  });

  it('is refused when its id is taken, whatever is to happen to duplicates', async () => {
    const { id } = await store.images.create(newImage(ada));
    for (const onDuplicate of ['skip', 'restore'] as const) {
      const error = await refusal(store.images.create(newImage(ada, { id }), { onDuplicate }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
    }
  });

  it('is refused when its owner does not exist', async () => {
    const nobody = { ...ada, id: newId<'user'>() };
    const error = await refusal(store.images.create(newImage(nobody, { tags: ['cat'] })));
    expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'images_owner_id_foreign' });
    expect((await store.tags.list()).items).to.deep.equal([]);
  });

  it('has its tags in normal form, each once, in the order of code points', async () => {
    const tags = ['  Night   Sky ', 'CAT', 'cat', '😀', '\ufffd', '\uff9e', 'ÉTÉ', 'e\u0301te\u0301', 'Zug', 'zug'];
    const image = await store.images.create(newImage(ada, { tags }));
    expect(image.tags).to.deep.equal(['cat', 'night sky', 'zug', 'été', '\u3099', '\ufffd', '😀']);
    expect((await store.images.get(image.id)).tags).to.deep.equal(image.tags);
  });

  it('has up to a hundred tags of up to a hundred characters', async () => {
    const tags = Array.from({ length: 100 }, (_, index) => `${String(index).padStart(3, '0')}${'😀'.repeat(97)}`);
    const image = await store.images.create(newImage(ada, { tags }));
    expect(image.tags).to.deep.equal(tags);
  });

  it('has the keys of its metadata in one order, the shorter first', async () => {
    const metadata = { bb: 1, é: 2, c: 3, a: { zz: 1, y: 2 }, aaa: [{ dd: 1, d: 2 }], Z: 4 };
    const image = await store.images.create(newImage(ada, { metadata }));
    const text = '{"Z":4,"a":{"y":2,"zz":1},"c":3,"bb":1,"é":2,"aaa":[{"d":2,"dd":1}]}';
    expect(JSON.stringify(image.metadata)).to.equal(text);
    expect(JSON.stringify((await store.images.get(image.id)).metadata)).to.equal(text);
  });

  it('takes zero for minus zero', async () => {
    const location = { latitude: -0, longitude: -0 };
    const image = await store.images.create(newImage(ada, { byteSize: -0, location, metadata: { zero: -0 } }));
    const zero = { byteSize: 0, location: { latitude: 0, longitude: 0 }, metadata: { zero: 0 } };
    expect(image).to.deep.include(zero);
    expect(await store.images.get(image.id)).to.deep.include(zero);
  });
});
