import { expect } from 'chai';
import * as fc from 'fast-check';
import { IMAGE_SORTS, type Image, type ImageFilter, type ImageQuery, type ImageSort, type User } from '@janus/core';
import { useFilledStore } from './filled-store.js';
import { all, pages } from './image-finds.js';
import { inOrder, matches } from './image-model.js';
import { newImage, newUser } from './store.js';

// So many that what most of them have is no few any more, and what some have is.

const MANY = 1_600;
const HOUR = 3_600_000;
const START = new Date('2024-01-01T00:00:00.000Z').getTime();

/** Of the images from the oldest to the newest, by their place in that. */
const oldest = (count: number) => (place: number) => place < count;
const newest = (count: number) => (place: number) => place >= MANY - count;
const each =
  (step: number, from = 0) =>
  (place: number) =>
    place % step === from;

const TAGS: Readonly<Record<string, (place: number) => boolean>> = {
  all: () => true,
  most: (place) => place % 5 !== 0,
  half: each(2),
  other: each(2, 1),
  old: oldest(700),
  new: newest(700),
  'few old': oldest(40),
  'few new': newest(40),
  few: each(50, 7),
  one: (place) => place === 801,
};

const WORDS: Readonly<Record<string, (place: number) => boolean>> = {
  img: () => true,
  cat: each(2),
  cats: each(3),
  category: each(40),
  sea: (place) => place % 4 !== 0,
  seal: oldest(30),
  dawn: newest(650),
  dusk: oldest(650),
  needle: each(100, 5),
  straw: (place) => place === 800,
};

/** Of each filter one is asked for, beside the order of age. */
const BY_VALUE = ['-capturedAt', 'byteSize', '-filename', 'capturedAt', '-byteSize', 'filename'] as const;

const having = (words: typeof TAGS, place: number) => Object.keys(words).filter((word) => words[word]?.(place));

const at = (place: number) => new Date(START + Math.floor(place / 3) * HOUR);
const taken = (place: number) => new Date(START - (place % 97) * HOUR);
const HASHES = ['0000000000000000', '0000000000000001', '00000000000000ff', 'ffffffffffffffff'];

const upload = (owner: User, place: number) =>
  newImage(owner, {
    createdAt: at(place),
    filename: `img ${String(place % 211).padStart(3, '0')}.jpg`,
    title: having(WORDS, place).toReversed().join(' '),
    status: place % 16 === 3 ? 'failed' : place % 4 === 1 ? 'pending' : 'ready',
    mimeType: place % 20 === 0 ? 'image/png' : 'image/jpeg',
    byteSize: (place % 60) * 1_000,
    width: place % 2 === 0 ? 640 : 1_280,
    captured: place % 3 === 0 ? null : { at: taken(place), offset: null },
    perceptualHash: place % 10 === 0 ? null : (HASHES[place % 4] ?? null),
    metadata: { iso: (place % 8) * 100 },
    tags: having(TAGS, place),
  });

const ids = (some: readonly Image[]) => some.map(({ id }) => id);

/** The images of three owners: of the first, most; of the second, some; of the third, a few. */
const ownerAt = (place: number) => (place % 80 === 11 ? 2 : place % 4 === 2 ? 1 : 0);

describe('Whichever index leads to them, images', function many() {
  // Hundreds of pages each.
  this.timeout(120_000);
  const owners: User[] = [];
  const orders = new Map<ImageSort, readonly Image[]>();

  const store = useFilledStore(async ({ users, images: repository, unitOfWork }) => {
    for (let count = 0; count < 3; count += 1) owners.push(await users.create(newUser()));
    const places = Array.from({ length: MANY }, (_, place) => place);
    await repository.createMany(places.map((place) => upload(owners[ownerAt(place)] as User, place)));
    const { items } = await repository.list({ limit: 1 });
    expect(items[0]?.tags).to.include('new');
    await unitOfWork.run(async () => {
      const inOrderOfAge = await all(repository.stream({}, { sort: 'createdAt' }));
      for (const [place, { id }] of inOrderOfAge.entries()) if (place % 8 < 3) await repository.remove(id);
    });
    const images = await all(repository.stream({ trash: 'included' }));
    expect(images).to.have.lengthOf(MANY);
    for (const sort of IMAGE_SORTS) orders.set(sort, images.toSorted(inOrder(sort)));
  });

  const expected = ({ where = {}, sort = '-createdAt' }: ImageQuery) =>
    (orders.get(sort) ?? []).filter((image) => matches(image, where));

  /** Walks all pages of a query, and compares what it meets with what a filter over an array finds. */
  async function expectFound(query: ImageQuery): Promise<void> {
    const found = expected(query);
    const walked = await pages(store.images, query);
    const text = JSON.stringify(query);
    expect(ids(walked.flat()), text).to.deep.equal(ids(found));
    expect(walked.length, text).to.equal(Math.max(1, Math.ceil(found.length / (query.limit ?? 50))));
  }

  async function expectCounted(where: ImageFilter): Promise<void> {
    const count = expected({ where }).length;
    expect(await store.images.count(where), JSON.stringify(where)).to.equal(count);
    for (const atMost of [Math.max(count - 1, 1), count + 1]) {
      const text = `${atMost} of ${JSON.stringify(where)}`;
      expect(await store.images.count(where, { atMost }), text).to.equal(Math.min(count, atMost));
    }
  }

  const filters: Readonly<Record<string, readonly (() => ImageFilter)[]>> = {
    'by their owner': [0, 1, 2].map((owner) => () => ({ ownerId: owners[owner]?.id })),
    'by status': (['ready', 'pending', 'failed', 'processing'] as const).map((status) => () => ({ status })),
    'by type': ['image/jpeg', 'image/png', 'image/gif'].map((mimeType) => () => ({ mimeType })),
    'by owner, status and type': [0, 1, 2].map((owner) => () => ({
      ownerId: owners[owner]?.id,
      status: 'ready',
      mimeType: 'image/png',
    })),
    'by a tag': Object.keys(TAGS).map((tag) => () => ({ tags: { all: [tag] } })),
    'by two tags that many have': [
      () => ({ tags: { all: ['most', 'half'] } }),
      () => ({ tags: { all: ['half', 'other'] } }),
      () => ({ tags: { all: ['old', 'new'] } }),
      () => ({ tags: { all: ['old', 'most'] } }),
      () => ({ tags: { all: ['all', 'new'] } }),
    ],
    'by two tags of which few have one': [
      () => ({ tags: { all: ['all', 'few'] } }),
      () => ({ tags: { all: ['few', 'half'] } }),
      () => ({ tags: { all: ['new', 'few old'] } }),
      () => ({ tags: { all: ['few new', 'old', 'all'] } }),
      () => ({ tags: { all: ['one', 'most', 'other'] } }),
    ],
    'by any of some tags': [
      () => ({ tags: { any: ['few', 'one'] } }),
      () => ({ tags: { any: ['few', 'half', 'few new'] } }),
      () => ({ tags: { any: ['old', 'new'], all: ['half'] } }),
      () => ({ tags: { any: ['few', 'few old', 'one'], all: ['all'], none: ['half'] } }),
    ],
    'by none of some tags': [
      () => ({ tags: { none: ['most'] } }),
      () => ({ tags: { none: ['most', 'half'], all: ['all'] } }),
      () => ({ tags: { none: ['few old'], all: ['old'] } }),
    ],
    'by a word that no other begins with': ['sea category', 'dawn', 'dusk', 'needle', 'straw', 'seal'].map(
      (text) => () => ({ text }),
    ),
    'by the beginning of several words': ['ca', 'cat', 'c', 'se', 'd', 'sea'].map((text) => () => ({ text })),
    'by what no word begins with': ['xylophone', 'img xylophone', 'seals', 'imgs'].map((text) => () => ({ text })),
    'by two words': ['cat sea', 'ca se', 'dawn dusk', 'needle img', 'cats straw', 'd c', 'jpg i'].map((text) => () => ({
      text,
    })),
    'by words and tags': [
      () => ({ text: 'cat', tags: { all: ['few'] } }),
      () => ({ text: 'needle', tags: { all: ['all'] } }),
      () => ({ text: 'dawn', tags: { all: ['old'] } }),
      () => ({ text: 'dusk', tags: { all: ['old', 'most'], none: ['few old'] }, ownerId: owners[0]?.id }),
      () => ({ text: 'img', tags: { any: ['few', 'one'] }, status: 'ready' }),
    ],
    'by when they were created': [
      () => ({ created: { from: at(300), to: at(1_400) } }),
      () => ({ created: { from: at(300), to: at(330) }, tags: { all: ['all'] } }),
      () => ({ created: { to: at(900) }, tags: { all: ['new', 'half'] } }),
      () => ({ created: { from: at(20), to: at(800) }, text: 'dusk', status: 'ready' }),
      () => ({ created: { from: at(1_600) }, ownerId: owners[0]?.id, status: 'ready' }),
    ],
    'by when they were captured': [
      () => ({ captured: {} }),
      () => ({ captured: { from: taken(90) } }),
      () => ({ captured: { from: taken(3), to: taken(1) } }),
      () => ({ captured: { to: taken(30) }, tags: { all: ['most'] } }),
      () => ({ captured: { from: taken(10) }, tags: { all: ['half', 'few'] }, ownerId: owners[0]?.id }),
      () => ({ captured: { from: taken(60) }, created: { from: at(500) }, trash: 'included' }),
      () => ({ captured: { from: taken(70) }, tags: { all: ['old'] } }),
      () => ({ captured: { from: taken(40) }, tags: { none: ['new'] }, width: { max: 640 } }),
    ],
    'by their sizes': [
      () => ({ byteSize: { min: 10_000 } }),
      () => ({ byteSize: { min: 3_000, max: 9_000 } }),
      () => ({ byteSize: { max: 30_000 }, tags: { all: ['most', 'half'] } }),
      () => ({ byteSize: { max: 5_000 }, captured: { from: taken(50) }, width: { min: 1_000 } }),
      () => ({ byteSize: { min: 59_001 } }),
    ],
    'by metadata': [
      () => ({ metadata: { path: ['iso'], equals: 300 } }),
      () => ({ metadata: { path: ['iso'], equals: 700 }, tags: { all: ['few'] }, trash: 'included' }),
      () => ({ metadata: { path: ['iso'] }, ownerId: owners[1]?.id, text: 'ca' }),
    ],
    'by their looks': [
      () => ({ near: { hash: '0000000000000001', distance: 1 } }),
      () => ({ near: { hash: '0000000000000003', distance: 7 }, tags: { all: ['half', 'most'] } }),
      () => ({ near: { hash: 'ffffffffffffffff', distance: 0 }, text: 'cat', created: { from: at(400) } }),
    ],
    'in the trash': [
      () => ({ trash: 'only' }),
      () => ({ trash: 'only', tags: { all: ['most'] } }),
      () => ({ trash: 'only', tags: { all: ['few'] }, text: 'img' }),
      () => ({ trash: 'only', ownerId: owners[1]?.id, status: 'ready' }),
      () => ({ trash: 'only', created: { from: at(800) } }),
    ],
    'in the trash or not': [
      () => ({ trash: 'included' }),
      () => ({ trash: 'included', text: 'ca', tags: { all: ['all'] } }),
      () => ({ trash: 'included', tags: { all: ['old'] }, captured: { from: taken(80) } }),
    ],
  };

  for (const [title, some] of Object.entries(filters)) {
    it(`${title} are found in any order, on all pages`, async function found() {
      this.slow(4_000);
      for (const [index, filter] of some.entries()) {
        const sorts = ['createdAt', '-createdAt', BY_VALUE[index % BY_VALUE.length]] as const;
        for (const sort of sorts) await expectFound({ where: filter(), sort, limit: index % 2 === 0 ? 400 : 300 });
      }
    });

    it(`${title} are counted, no further than asked`, async () => {
      for (const filter of some) await expectCounted(filter());
    });
  }

  it('are found on small pages, though what is left is few at last', async function small() {
    this.slow(4_000);
    for (const sort of ['createdAt', '-createdAt', '-capturedAt', 'filename'] as const) {
      await expectFound({ where: { tags: { all: ['most', 'half'] }, status: 'ready' }, sort, limit: 33 });
    }
  });

  it('are the same, whether listed, streamed or listed with their owners', async () => {
    const where: ImageFilter = { tags: { all: ['most', 'half'] }, text: 'ca' };
    const found = expected({ where });
    expect(await all(store.images.stream(where))).to.deep.equal(found);
    const { items } = await store.images.listWithOwners({ where, limit: 500 });
    expect(items).to.deep.equal(
      found.slice(0, 500).map((image) => ({ image, owner: owners.find(({ id }) => id === image.ownerId) })),
    );
  });

  it('by any filter are found in any order', async function property() {
    this.slow(4_000);
    const tag = fc.constantFrom(...Object.keys(TAGS));
    const tags = fc.uniqueArray(tag, { minLength: 1, maxLength: 3 });
    const word = fc.constantFrom('img', 'ca', 'cat', 'cats', 'category', 'se', 'seal', 'd', 'dawn', 'needle', 's', 'x');
    const when = fc.nat({ max: MANY });
    const any: fc.Arbitrary<ImageFilter> = fc
      .record({
        ownerId: fc.nat({ max: 2 }).map((owner) => owners[owner]?.id),
        status: fc.constantFrom('ready', 'pending', 'failed'),
        mimeType: fc.constantFrom('image/jpeg', 'image/png'),
        created: fc.record({ from: when.map(at), to: when.map(at) }, { requiredKeys: [] }),
        captured: fc.record({ from: when.map(taken), to: when.map(taken) }, { requiredKeys: [] }),
        byteSize: fc.record({ min: fc.nat({ max: 60_000 }), max: fc.nat({ max: 60_000 }) }, { requiredKeys: [] }),
        tags: fc.record({ all: tags, any: tags, none: tags }, { requiredKeys: [] }),
        text: fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => words.join(' ')),
        trash: fc.constantFrom('excluded', 'only', 'included'),
      })
      .chain((full) => fc.subarray(Object.entries(full), { minLength: 1, maxLength: 4 }))
      .map((conditions): ImageFilter => Object.fromEntries(conditions));
    const sort = fc.constantFrom(...IMAGE_SORTS);
    await fc.assert(
      fc.asyncProperty(any, sort, fc.constantFrom(150, 500), async (where, by, limit) => {
        await expectFound({ where, sort: by, limit });
        await expectCounted(where);
      }),
      { numRuns: 40 },
    );
  });
});
