import { expect } from 'chai';
import type { ImageSort, NewImage, User } from '@janus/core';
import { all, pages } from './image-finds.js';
import { newImage, newUser, useStore } from './store.js';

const captured = (time: string, offset: number | null = null) => ({ captured: { at: new Date(time), offset } });

describe('The order of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  /** Creates images, each a second older than the one before. */
  const given = async (images: readonly Partial<NewImage>[]) =>
    store.images.createMany(
      images.map((fields, index) => newImage(ada, { createdAt: new Date(2e12 - index * 1_000), ...fields })),
    );

  /** The filenames in an order, which is the same in pages of any size and in a stream. */
  async function names(sort?: ImageSort): Promise<readonly string[]> {
    const listed = (await store.images.list({ sort, limit: 500 })).items;
    for (const limit of [1, 2, 3]) {
      expect((await pages(store.images, { sort, limit })).flat(), `pages of ${limit}`).to.deep.equal(listed);
    }
    expect(await all(store.images.stream({}, { sort })), 'stream').to.deep.equal(listed);
    return listed.map(({ filename }) => filename);
  }

  it('is newest first, if left out', async () => {
    await given([{ filename: 'new' }, { filename: 'older' }, { filename: 'oldest' }]);
    expect(await names()).to.deep.equal(['new', 'older', 'oldest']);
    expect(await names('-createdAt')).to.deep.equal(['new', 'older', 'oldest']);
    expect(await names('createdAt')).to.deep.equal(['oldest', 'older', 'new']);
  });

  it('is that of creation for images that were created one after the other, however quickly', async () => {
    const created: string[] = [];
    for (let count = 0; count < 20; count += 1) created.push((await store.images.create(newImage(ada))).filename);
    expect(await names('createdAt')).to.deep.equal(created);
  });

  it('tells instants apart that are a millisecond from one another', async () => {
    const at = new Date('2024-11-03T05:59:59.999Z').getTime();
    await store.images.createMany(
      [2, 0, 1].map((step) => newImage(ada, { filename: `${step}`, createdAt: new Date(at + step) })),
    );
    expect(await names('createdAt')).to.deep.equal(['0', '1', '2']);
  });

  it('by capture goes by the instant, whatever the camera’s offset', async () => {
    await given([
      { filename: 'b', ...captured('2024-01-01T00:00:00.001Z', 600) },
      { filename: 'c', ...captured('2024-01-01T00:00:00.002Z', -600) },
      { filename: 'a', ...captured('2024-01-01T00:00:00.000Z', null) },
    ]);
    expect(await names('capturedAt')).to.deep.equal(['a', 'b', 'c']);
    expect(await names('-capturedAt')).to.deep.equal(['c', 'b', 'a']);
  });

  it('has images of which the capture is not known last, either way, by age in the same direction', async () => {
    await given([
      { filename: 'unknown, new' },
      { filename: '2002', ...captured('2002-01-01T00:00:00.000Z') },
      { filename: 'unknown, older' },
      { filename: '1970', ...captured('1970-01-01T00:00:00.000Z') },
      { filename: 'unknown, oldest' },
      { filename: '2001', ...captured('2001-01-01T00:00:00.000Z') },
    ]);
    const unknown = ['unknown, oldest', 'unknown, older', 'unknown, new'];
    expect(await names('capturedAt')).to.deep.equal(['1970', '2001', '2002', ...unknown]);
    expect(await names('-capturedAt')).to.deep.equal(['2002', '2001', '1970', ...unknown.toReversed()]);
  });

  it('by capture is by age where no capture is known', async () => {
    await given([{ filename: 'new' }, { filename: 'old' }]);
    expect(await names('capturedAt')).to.deep.equal(['old', 'new']);
    expect(await names('-capturedAt')).to.deep.equal(['new', 'old']);
  });

  it('by size goes by the number', async () => {
    const sizes = [10, 9, 0, Number.MAX_SAFE_INTEGER, 2 ** 32, 100];
    await given(sizes.map((byteSize) => ({ filename: `${byteSize}`, byteSize })));
    const ascending = ['0', '9', '10', '100', '4294967296', '9007199254740991'];
    expect(await names('byteSize')).to.deep.equal(ascending);
    expect(await names('-byteSize')).to.deep.equal(ascending.toReversed());
  });

  it('among equals is by age, in the same direction', async () => {
    const same = { byteSize: 5, captured: { at: new Date(5), offset: null } };
    await given(['new', 'older', 'oldest'].map((filename) => ({ ...same, filename })));
    for (const sort of ['byteSize', 'capturedAt'] as const) {
      expect(await names(sort)).to.deep.equal(['oldest', 'older', 'new']);
      expect(await names(`-${sort}`)).to.deep.equal(['new', 'older', 'oldest']);
    }
  });

  it('among equal filenames is by age, in the same direction', async () => {
    await given([1, 2, 3].map((byteSize) => ({ filename: 'same', byteSize })));
    await names('filename');
    const { items } = await store.images.list({ sort: 'filename' });
    expect(items.map(({ byteSize }) => byteSize)).to.deep.equal([3, 2, 1]);
    expect((await store.images.list({ sort: '-filename' })).items).to.deep.equal(items.toReversed());
  });

  // Each of these comes before the next, by code point; other orders (of a language, of UTF-16, of padded text) disagree.
  const alphabet = [
    '\t',
    ' ',
    '!',
    '10',
    '9',
    'A',
    'B',
    'Z',
    '_',
    'a',
    'a\u0001',
    'a\t',
    'a ',
    'a  ',
    'a-b',
    'ab',
    'b',
    'e\u0301',
    'f',
    'ss',
    'É',
    'ß',
    'é',
    'ÿ',
    'ı',
    'я',
    'ё',
    '東',
    '\ud7ff',
    '\ue000',
    '\uff21',
    '\uffee',
    '\ufffd',
    '\u{10000}',
    '😀',
    '😀a',
    '😁',
    '\u{10ffff}',
  ];

  it('by filename is that of code points', async () => {
    await given(alphabet.toReversed().map((filename) => ({ filename })));
    expect(await names('filename')).to.deep.equal(alphabet);
    expect(await names('-filename')).to.deep.equal(alphabet.toReversed());
  });
});
