import { InvalidError } from '@janus/core';

/** How many images a round has. Every round is another 300; the first is the same whatever the scale. */
export const IMAGES_PER_ROUND = 300;

/** How many images are looked up and written at a time: on SQLite, 500 took a quarter longer, and 5,000 no less. */
const BATCH = 2_000;

export const DAY = 86_400_000;

/** The year in which all of it happens. */
export const YEAR = { from: Date.UTC(2025, 0, 1), to: Date.UTC(2026, 0, 1) };

/**
 * How many rounds of images there shall be: SEED_SCALE, or 1.
 * @throws InvalidError when that is not a whole number from 1 to 10,000
 */
export function readScale(written = process.env['SEED_SCALE'] ?? ''): number {
  if (written === '') return 1;
  const scale = /^\d{1,5}$/.test(written) ? Number(written) : 0;
  if (scale >= 1 && scale <= 10_000) return scale;
  throw new InvalidError('SEED_SCALE', 'range', 'a whole number from 1 (300 images) to 10000 (3 million)');
}

/** The numbers of the images, batch by batch, in the order of their instants: what is written side by side is kept so. */
export function* imageNumbers(scale: number): Generator<number[], void, undefined> {
  let batch: number[] = [];
  for (let slot = 0; slot < IMAGES_PER_ROUND; slot += 1) {
    for (let round = 0; round < scale; round += 1) {
      batch.push(round * IMAGES_PER_ROUND + slot);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** A moment of the year that comes after another; sooner rather than later. @param share how far towards the year's end */
export function momentAfter(instant: Date, share: number): Date {
  const from = Math.min(Math.max(instant.getTime(), YEAR.from), YEAR.to - 1);
  return new Date(from + Math.floor((YEAR.to - from) * share * share));
}
