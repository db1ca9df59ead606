import { expect } from 'chai';
import {
  InvalidError,
  newId,
  NotFoundError,
  StaleVersionError,
  type Image,
  type ImageChanges,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('An image that is changed', () => {
  const store = useStore();
  let ada: User;
  let image: Image;

  const full: Required<ImageChanges> = {
    filename: 'full.png',
    title: 'all of it',
    mimeType: 'image/png',
    width: 1,
    height: 2,
    bitDepth: 8,
    colorType: 'RGBA',
    compression: 'lzw',
    perceptualHash: '0123456789abcdef',
    status: 'ready',
    captured: { at: new Date('2024-02-29T12:00:00.001Z'), offset: 345 },
    location: { latitude: -33.8568, longitude: 151.2153 },
    metadata: { a: [1, null] },
  };

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { tags: ['x'], createdAt: new Date('2020-01-01T00:00:00.000Z') }));
  });

  it('has the fields that are given, all at once', async () => {
    const changed = await store.images.update(image.id, full, image);
    expect(changed).to.deep.equal({ ...image, ...full, version: 2, updatedAt: changed.updatedAt });
    expect(await store.images.get(image.id)).to.deep.equal(changed);
  });

  for (const [field, value] of Object.entries(full)) {
    it(`has the fields that are left out as they were, when its ${field} changes`, async () => {
      const changed = await store.images.update(image.id, { [field]: value }, image);
      expect(changed).to.deep.equal({ ...image, [field]: value, version: 2, updatedAt: changed.updatedAt });
      expect(await store.images.get(image.id)).to.deep.equal(changed);
    });
  }

  for (const field of ['title', 'bitDepth', 'colorType', 'compression', 'perceptualHash', 'captured', 'location']) {
    it(`has no ${field} any more when that is null, and the rest as it was`, async () => {
      const before = await store.images.update(image.id, full, image);
      const changed = await store.images.update(image.id, { [field]: null }, before);
      expect(changed).to.deep.equal({ ...before, [field]: null, version: 3, updatedAt: changed.updatedAt });
      expect(await store.images.get(image.id)).to.deep.equal(changed);
    });
  }

  it('has a field as it was that is given as undefined', async () => {
    const changed = await store.images.update(
      image.id,
      { title: 'new', filename: undefined, metadata: undefined },
      image,
    );
    expect(changed).to.deep.include({ title: 'new', filename: image.filename, metadata: image.metadata });
  });

  it('has new metadata in place of the old', async () => {
    const { version } = await store.images.update(image.id, { metadata: { a: 1, b: { c: 2 } } }, image);
    const changed = await store.images.update(image.id, { metadata: { b: { d: 3 } } }, { version });
    expect(changed.metadata).to.deep.equal({ b: { d: 3 } });
  });

  it('says when', async () => {
    const before = Date.now();
    const { createdAt, updatedAt } = await store.images.update(image.id, { width: 5 }, image);
    expect(updatedAt.getTime()).to.be.within(before, Date.now());
    expect(createdAt).to.deep.equal(image.createdAt);
  });

  it('has one version more with every change, also of a field to what it was', async () => {
    for (let version = 1; version < 5; version += 1) {
      const changed = await store.images.update(image.id, { width: image.width }, { version });
      expect(changed.version).to.equal(version + 1);
    }
  });

  it('is refused to who saw an older version, and stays as the other left it', async () => {
    const theirs = await store.images.update(image.id, { title: 'theirs' }, image);
    const error = await refusal(store.images.update(image.id, { title: 'mine' }, image));
    expect(error).to.be.instanceOf(StaleVersionError).and.include({ entity: 'image', seen: 1, current: 2 });
    expect(await store.images.get(image.id)).to.deep.equal(theirs);
  });

  it('is refused to who saw a version that there is not yet', async () => {
    const error = await refusal(store.images.update(image.id, { title: 'mine' }, { version: 2 }));
    expect(error).to.be.instanceOf(StaleVersionError).and.include({ seen: 2, current: 1 });
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('lets one of twenty that race win, and tells the others', async () => {
    const racing = Array.from({ length: 20 }, (_, at) =>
      store.images.update(image.id, { title: `title ${at}` }, image),
    );
    const results = await Promise.allSettled(racing);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).to.have.lengthOf(19);
    for (const error of refused) expect(error).to.be.instanceOf(StaleVersionError).and.include({ current: 2 });
    const [won] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(await store.images.get(image.id)).to.deep.equal(won);
  });

  it('must be there', async () => {
    const error = await refusal(store.images.update(newId<'image'>(), { width: 5 }, { version: 1 }));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });

  it('must not be in the trash', async () => {
    await store.images.remove(image.id);
    const { version } = await store.images.get(image.id, { trash: 'included' });
    for (const seen of [{ version }, image]) {
      const error = await refusal(store.images.update(image.id, { width: 5 }, seen));
      expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
    }
  });

  it('must be changed in something', async () => {
    for (const changes of [{}, { title: undefined }]) {
      const error = await refusal(store.images.update(image.id, changes, image));
      expect(error).to.be.instanceOf(InvalidError).and.include({ rule: 'required' });
    }
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('stays the same file, of the same owner and age', async () => {
    for (const field of ['id', 'ownerId', 'sha256', 'byteSize', 'createdAt', 'tags', 'version', 'deletedAt'] as const) {
      const changes = { width: 5, [field]: image[field] } as ImageChanges;
      const error = await refusal(store.images.update(image.id, changes, image));
      expect(error, field).to.be.instanceOf(InvalidError).and.include({ rule: 'unknown' });
    }
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('keeps the rules of a new one', async () => {
    const broken: readonly (readonly [ImageChanges, field: string, rule: string])[] = [
      [{ filename: '' }, 'filename', 'length'],
      [{ title: '\0' }, 'title', 'characters'],
      [{ width: 1, height: 0 }, 'height', 'range'],
      [{ captured: { at: new Date(-1), offset: null } }, 'captured.at', 'range'],
    ];
    for (const [changes, field, rule] of broken) {
      const error = await refusal(store.images.update(image.id, changes, image));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field, rule });
    }
    const error = await refusal(store.images.update(image.id, { width: 1 }, { version: 0 }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'seen.version', rule: 'range' });
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });
});
