import { expect } from 'chai';
import { IMAGE_STATUSES, newId, type ImageFilter, type NewImage, type User } from '@janus/core';
import { found } from './image-finds.js';
import { newImage, newUser, useStore } from './store.js';

describe('A filter of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const finds = (where: ImageFilter) => found(store.images, where);

  /** Creates images by their filenames. */
  const given = async (images: Readonly<Record<string, Partial<NewImage>>>) =>
    store.images.createMany(Object.entries(images).map(([filename, fields]) => newImage(ada, { ...fields, filename })));

  it('without a condition finds all that are not in the trash', async () => {
    await given({ a: {}, b: {} });
    const { id } = await store.images.create(newImage(ada, { filename: 'c' }));
    await store.images.remove(id);
    expect(await finds({})).to.deep.equal(['a', 'b']);
    expect(await finds({ status: undefined, tags: {}, width: {}, created: {} })).to.deep.equal(['a', 'b']);
  });

  it('finds those outside, inside, or on both sides of the trash', async () => {
    await given({ a: {}, b: {} });
    const { id } = await store.images.create(newImage(ada, { filename: 'c' }));
    await store.images.remove(id);
    expect(await finds({ trash: 'excluded' })).to.deep.equal(['a', 'b']);
    expect(await finds({ trash: 'only' })).to.deep.equal(['c']);
    expect(await finds({ trash: 'included' })).to.deep.equal(['a', 'b', 'c']);
  });

  it('finds those of an owner', async () => {
    const grace = await store.users.create(newUser());
    await given({ a: {}, b: {} });
    await store.images.create(newImage(grace, { filename: 'c' }));
    expect(await finds({ ownerId: ada.id })).to.deep.equal(['a', 'b']);
    expect(await finds({ ownerId: grace.id })).to.deep.equal(['c']);
    expect(await finds({ ownerId: newId<'user'>() })).to.deep.equal([]);
  });

  it('finds those of a status', async () => {
    await given({ pending: {}, processing: { status: 'processing' } });
    await given({ ready: { status: 'ready' }, failed: { status: 'failed' } });
    for (const status of IMAGE_STATUSES) expect(await finds({ status })).to.deep.equal([status]);
  });

  it('finds those of exactly a MIME type', async () => {
    await given({ a: { mimeType: 'image/svg' }, b: { mimeType: 'image/svg+xml' } });
    expect(await finds({ mimeType: 'image/svg+xml' })).to.deep.equal(['b']);
    expect(await finds({ mimeType: 'image/svg' })).to.deep.equal(['a']);
  });

  for (const field of ['width', 'height', 'byteSize'] as const) {
    it(`finds those from a smallest to a largest ${field}, both of them allowed`, async () => {
      await given({ a: { [field]: 9 }, b: { [field]: 10 }, c: { [field]: 11 }, d: { [field]: 12 } });
      expect(await finds({ [field]: { min: 10 } })).to.deep.equal(['b', 'c', 'd']);
      expect(await finds({ [field]: { max: 11 } })).to.deep.equal(['a', 'b', 'c']);
      expect(await finds({ [field]: { min: 10, max: 11 } })).to.deep.equal(['b', 'c']);
      expect(await finds({ [field]: { min: 11, max: 11 } })).to.deep.equal(['c']);
      expect(await finds({ [field]: { min: 11, max: 10 } })).to.deep.equal([]);
    });

    it(`takes any number for a bound of ${field}`, async () => {
      await given({ a: { [field]: 1 }, b: { [field]: 2 }, c: { [field]: 1_000_000 } });
      expect(await finds({ [field]: { min: 1.5 } })).to.deep.equal(['b', 'c']);
      expect(await finds({ [field]: { max: 1.5 } })).to.deep.equal(['a']);
      expect(await finds({ [field]: { min: -0.5, max: 1e300 } })).to.deep.equal(['a', 'b', 'c']);
      expect(await finds({ [field]: { min: 2 ** 31 } })).to.deep.equal([]);
      expect(await finds({ [field]: { min: -Number.MAX_VALUE, max: 2 ** 63 } })).to.deep.equal(['a', 'b', 'c']);
      expect(await finds({ [field]: { min: 5e-324, max: Number.MAX_VALUE } })).to.deep.equal(['a', 'b', 'c']);
    });
  }

  it('tells the largest sizes apart', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await given({ a: { byteSize: most - 1 }, b: { byteSize: most } });
    expect(await finds({ byteSize: { min: most } })).to.deep.equal(['b']);
    expect(await finds({ byteSize: { max: most - 1 } })).to.deep.equal(['a']);
  });

  const instant = new Date('2024-03-10T06:59:59.999Z');
  const around = [-1, 0, 1, 2].map((step) => new Date(instant.getTime() + step));
  const named = (fields: (at: Date) => Partial<NewImage>) =>
    Object.fromEntries(around.map((at, index) => ['abcd'[index] ?? '', fields(at)]));

  for (const [field, fields] of [
    ['created', (createdAt: Date) => ({ createdAt })],
    ['captured', (at: Date) => ({ captured: { at, offset: null } })],
  ] as const) {
    it(`finds those ${field} from an instant, which is in it, to another, which is not`, async () => {
      await given(named(fields));
      const [, from, , to] = around;
      expect(await finds({ [field]: { from, to } })).to.deep.equal(['b', 'c']);
      expect(await finds({ [field]: { from } })).to.deep.equal(['b', 'c', 'd']);
      expect(await finds({ [field]: { to } })).to.deep.equal(['a', 'b', 'c']);
      expect(await finds({ [field]: { from, to: from } })).to.deep.equal([]);
      expect(await finds({ [field]: { from: to, to: from } })).to.deep.equal([]);
    });

    it(`takes any instant for a bound of the period they were ${field} in`, async () => {
      await given({ ...named(fields), first: fields(new Date(0)), last: fields(new Date('2100-12-31T23:59:59.999Z')) });
      const all = ['a', 'b', 'c', 'd', 'first', 'last'];
      expect(await finds({ [field]: { from: new Date(-8.64e15), to: new Date(8.64e15) } })).to.deep.equal(all);
      expect(await finds({ [field]: { to: new Date('2100-12-31T23:59:59.999Z') } })).to.deep.equal(all.slice(0, 5));
      expect(await finds({ [field]: { to: new Date(0) } })).to.deep.equal([]);
      expect(await finds({ [field]: { from: new Date('2101-01-01T00:00:00.000Z') } })).to.deep.equal([]);
    });
  }

  it('finds none by a period of capture that nobody knows the capture of', async () => {
    await given({ a: {}, b: { captured: { at: instant, offset: 600 } } });
    expect(await finds({ captured: { from: new Date(0) } })).to.deep.equal(['b']);
    expect(await finds({ captured: { to: new Date(8.64e15) } })).to.deep.equal(['b']);
  });

  it('finds those with all of some tags, with any of them, or with none', async () => {
    await given({ a: { tags: ['x', 'y'] }, b: { tags: ['y', 'z'] }, c: { tags: ['z'] }, d: {} });
    expect(await finds({ tags: { all: ['y'] } })).to.deep.equal(['a', 'b']);
    expect(await finds({ tags: { all: ['x', 'y'] } })).to.deep.equal(['a']);
    expect(await finds({ tags: { all: ['x', 'z'] } })).to.deep.equal([]);
    expect(await finds({ tags: { any: ['x', 'z'] } })).to.deep.equal(['a', 'b', 'c']);
    expect(await finds({ tags: { any: ['nobody has this', 'x'] } })).to.deep.equal(['a']);
    expect(await finds({ tags: { none: ['x', 'nobody has this'] } })).to.deep.equal(['b', 'c', 'd']);
    expect(await finds({ tags: { none: ['y', 'z'] } })).to.deep.equal(['d']);
    expect(await finds({ tags: { all: ['y'], any: ['x', 'z'], none: ['x'] } })).to.deep.equal(['b']);
  });

  it('asks nothing by all or none of no tags, and finds nothing by any of no tags', async () => {
    await given({ a: { tags: ['x'] }, b: {} });
    expect(await finds({ tags: { all: [], none: [] } })).to.deep.equal(['a', 'b']);
    expect(await finds({ tags: { any: [] } })).to.deep.equal([]);
  });

  it('takes tags in any form', async () => {
    await given({ a: { tags: ['Été  Indien'] }, b: { tags: ['ete indien'] } });
    for (const tag of ['ÉTÉ INDIEN', ' e\u0301te\u0301 indien ']) {
      expect(await finds({ tags: { all: [tag] } })).to.deep.equal(['a']);
      expect(await finds({ tags: { any: [tag] } })).to.deep.equal(['a']);
      expect(await finds({ tags: { none: [tag] } })).to.deep.equal(['b']);
    }
  });

  it('takes a hundred tags', async () => {
    const tags = Array.from({ length: 100 }, (_, index) => `tag ${index}`);
    await given({ a: { tags }, b: { tags: tags.slice(1) } });
    expect(await finds({ tags: { any: tags } })).to.deep.equal(['a', 'b']);
    expect(await finds({ tags: { none: tags.slice(0, 1) } })).to.deep.equal(['b']);
  });

  it('of several conditions finds those for which all of them hold', async () => {
    const all: Partial<NewImage> = {
      title: 'evening',
      status: 'ready',
      mimeType: 'image/png',
      byteSize: 5,
      width: 6,
      height: 7,
      createdAt: instant,
      captured: { at: instant, offset: null },
      perceptualHash: '00000000000000ff',
      metadata: { iso: 100 },
      tags: ['x'],
    };
    const where: ImageFilter = {
      ownerId: ada.id,
      status: 'ready',
      mimeType: 'image/png',
      byteSize: { min: 5, max: 5 },
      width: { max: 6 },
      height: { min: 7 },
      created: { from: instant },
      captured: { from: instant },
      tags: { all: ['x'], none: ['y'] },
      text: 'even',
      metadata: { path: ['iso'], equals: 100 },
      near: { hash: '00000000000000fe', distance: 1 },
    };
    const others = Object.entries({
      title: 'morning',
      status: 'failed',
      mimeType: 'image/jpeg',
      byteSize: 6,
      width: 7,
      height: 6,
      createdAt: new Date(instant.getTime() - 1),
      captured: null,
      perceptualHash: '0000000000000ff0',
      metadata: { iso: 200 },
      tags: ['x', 'y'],
    });
    await given({ all, ...Object.fromEntries(others.map(([field, value]) => [field, { ...all, [field]: value }])) });
    expect(await finds(where)).to.deep.equal(['all']);
  });
});
