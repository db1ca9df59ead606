import { expect } from 'chai';
import { IMAGE_SORTS, type Image, type ImageFilter, type ImageSort, type User } from '@janus/core';
import { useFilledStore } from './filled-store.js';
import { all, expectPages } from './image-finds.js';
import { matches } from './image-model.js';
import { newImage, newUser } from './store.js';

// So many that whoever looks at one image after the other meets a thousand that do not match.

const MANY = 2_600;
/** So many have a capture, and all after them have none. */
const CAPTURED = 1_200;
const START = new Date('2024-01-01T00:00:00.000Z').getTime();

/** Which images have a tag, and a word of the same name, by their place in every order. */
const MARKS: Readonly<Record<string, (place: number) => boolean>> = {
  start: (place) => place < 300,
  middle: (place) => place >= 1_100 && place < 1_400,
  end: (place) => place >= MANY - 300,
  'both ends': (place) => place < 8 || place >= MANY - 290,
  seldom: (place) => place % 200 === 0 || place >= MANY - 290,
  uncaptured: (place) => (place >= CAPTURED && place < CAPTURED + 8) || place >= MANY - 290,
  every: () => true,
};

/** Each image is of one. */
const KINDS = Array.from({ length: 20 }, (_, kind) => `kind ${kind}`);

const marksAt = (place: number) => Object.keys(MARKS).filter((mark) => MARKS[mark]?.(place));

const upload = (owner: User, place: number) =>
  newImage(owner, {
    createdAt: new Date(START + place * 1_000),
    filename: `${String(place).padStart(5, '0')}.jpg`,
    title: marksAt(place)
      .map((mark) => `a${mark.replace(' ', '')}`)
      .join(' '),
    status: MARKS['end']?.(place) ? 'failed' : 'ready',
    mimeType: MARKS['start']?.(place) ? 'image/png' : 'image/jpeg',
    byteSize: 1_000 + place,
    captured: place < CAPTURED ? { at: new Date(START - 1e9 + place * 1_000), offset: null } : null,
    tags: [...marksAt(place), KINDS[place % KINDS.length] ?? ''],
  });

describe('In an order in which one meets few that match, images', function rarely() {
  this.timeout(120_000);
  const owners: User[] = [];
  let images: readonly Image[] = [];

  const store = useFilledStore(async ({ users, images: repository }) => {
    for (let count = 0; count < 2; count += 1) owners.push(await users.create(newUser()));
    const places = Array.from({ length: MANY }, (_, place) => place);
    await repository.createMany(places.map((place) => upload(owners[place % 5 === 0 ? 1 : 0] as User, place)));
    images = await all(repository.stream());
    expect(images).to.have.lengthOf(MANY);
  });

  async function expectFound(
    where: ImageFilter,
    sorts: readonly ImageSort[] = IMAGE_SORTS,
    limits: readonly number[] = [5, 250],
  ): Promise<void> {
    const count = images.filter((image) => matches(image, where)).length;
    expect(await store.images.count(where), JSON.stringify(where)).to.equal(count);
    for (const sort of sorts) {
      for (const limit of limits) await expectPages(store.images, images, { where, sort, limit });
    }
  }

  for (const mark of Object.keys(MARKS).filter((one) => one !== 'every')) {
    it(`are found by the tag of them: ${mark}`, async () => {
      await expectFound({ tags: { all: [mark] } });
    });
  }

  it('are found by several conditions', async () => {
    await expectFound({ tags: { all: ['every', 'end'] }, status: 'failed' });
    await expectFound({ text: 'aend aevery' });
    await expectFound({ text: 'ae as' });
    await expectFound({ tags: { any: ['both ends', 'seldom'] } });
    await expectFound({ text: 'aboth', created: { from: new Date(START + 5_000) } });
    await expectFound({ tags: { any: ['seldom', 'uncaptured'] }, mimeType: 'image/jpeg' });
    await expectFound({ byteSize: { min: 1_000 + MANY - 300 }, width: { min: 1 } });
    await expectFound({ captured: { from: new Date(START - 1e9 + 850_000) } });
  });

  it('are found by any of two, of sixteen and of more tags', async () => {
    for (const count of [2, 16, 17]) {
      const any = KINDS.slice(0, count);
      for (const where of [
        { tags: { any } },
        { tags: { any, all: ['both ends'] } },
        { tags: { any }, mimeType: 'image/png' },
        { tags: { any, none: ['seldom'] }, created: { from: new Date(START + 5_000) } },
      ]) {
        await expectFound(where, ['createdAt', '-createdAt'], [100]);
      }
    }
  });

  it('of one owner are found', async () => {
    for (const { id: ownerId } of owners) {
      await expectFound({ ownerId });
      await expectFound({ ownerId, status: 'failed' });
      await expectFound({ ownerId, tags: { all: ['seldom'] } });
      await expectFound({ ownerId, text: 'amiddle' });
    }
  });
});
