import { expect } from 'chai';
import type { Image, ImageFilter, User } from '@janus/core';
import { useFilledStore } from './filled-store.js';
import { all, expectPages } from './image-finds.js';
import { matches } from './image-model.js';
import { newImage, newUser } from './store.js';

// So many that what was taken long ago has thousands of newer images before it, and is thousands itself.

const MANY = 10_000;
const LONG_AGO = 7_500;
const ON_A_DAY = 1_500;
const LARGEST = 10_000_000;
const UPLOADED = new Date('2024-01-01T00:00:00.000Z').getTime();
const DAY = new Date('2020-06-01T00:00:00.000Z');
const NEXT_DAY = new Date('2020-06-02T00:00:00.000Z');
const THEN = new Date('2021-01-01T00:00:00.000Z');
const LATELY = new Date('2023-06-01T00:00:00.000Z');

function capturedAt(place: number): Date {
  if (place < ON_A_DAY) return new Date(DAY.getTime() + place * 1_000);
  return new Date((place < LONG_AGO ? NEXT_DAY : LATELY).getTime() + place * 1_000);
}

const upload = (owner: User, place: number) =>
  newImage(owner, {
    createdAt: new Date(UPLOADED + place * 1_000),
    captured: { at: capturedAt(place), offset: null },
    byteSize: place < LONG_AGO ? LARGEST - place : 1_000,
    height: place % 10 === 0 ? 4_000 : 3_000,
    mimeType: place % 3 === 0 ? 'image/png' : 'image/jpeg',
    tags: place < LONG_AGO || place % 10 === 0 ? ['trip'] : [],
  });

describe('Images of long ago, that thousands of newer ones are before,', function longAgo() {
  this.timeout(120_000);
  let images: readonly Image[] = [];

  const store = useFilledStore(async ({ users, images: repository }) => {
    const owner = await users.create(newUser());
    await repository.createMany(Array.from({ length: MANY }, (_, place) => upload(owner, place)));
    images = await all(repository.stream());
    expect(images).to.have.lengthOf(MANY);
  });

  async function expectFound(where: ImageFilter, count: number): Promise<void> {
    expect(images.filter((image) => matches(image, where))).to.have.lengthOf(count);
    await expectPages(store.images, images, { where, sort: '-createdAt', limit: 500 });
    expect(await store.images.count(where), 'count').to.equal(count);
  }

  it('are found by the day they were taken', async () => {
    await expectFound({ captured: { from: DAY, to: NEXT_DAY } }, ON_A_DAY);
  });

  it('are found by the year they were taken', async () => {
    await expectFound({ captured: { to: THEN } }, LONG_AGO);
  });

  it('are found by their size', async () => {
    await expectFound({ byteSize: { min: LARGEST - ON_A_DAY } }, ON_A_DAY + 1);
  });

  it('are found by what most of them have, too', async () => {
    await expectFound({ captured: { to: THEN }, tags: { all: ['trip'] } }, LONG_AGO);
    await expectFound({ captured: { to: THEN }, mimeType: 'image/png' }, LONG_AGO / 3);
  });

  it('are found by what one in ten of them has, too', async () => {
    await expectFound({ captured: { to: THEN }, height: { min: 4_000 } }, LONG_AGO / 10);
  });

  it('are not found by what none of them has', async () => {
    await expectFound({ captured: { to: THEN }, width: { min: 100_000 } }, 0);
    await expectFound({ captured: { to: THEN }, tags: { all: ['trip'] }, height: { min: 100_000 } }, 0);
  });
});
