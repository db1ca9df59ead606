import type { Image } from '@janus/core';
import type { Dataset } from '../dataset.js';
import { FAST_READING, type Workload } from './workload.js';

const ROWS = 10_000;
const SAMPLES = 1_000;

export function iterating({ loaded: { size } }: Dataset): Workload {
  return {
    title: 'iterate all',
    targets: FAST_READING,
    atOnce: false,
    reads: true,
    exactly: 1,
    calls: () => [
      async (side) => {
        let seen = 0;
        await side.each(() => (seen += 1));
        if (seen !== size) throw new Error(`${seen} images, where there are ${size}`);
      },
    ],
    proof: () => async (side) => {
      const first: Image[] = [];
      await side.each((image) => {
        if (first.length < SAMPLES) first.push(image);
      });
      return first;
    },
  };
}

export function insertingMany(dataset: Dataset): Workload {
  return {
    title: `insert ${ROWS.toLocaleString('en')} in one call`,
    targets: { sqlite: 0.95, postgres: 0.95, mysql: 0.95, mariadb: 0.95 },
    atOnce: false,
    reads: false,
    exactly: 1,
    tidy: 'after each slice',
    calls(count) {
      return Array.from({ length: count }, () => {
        const uploads = dataset.uploads(ROWS, 'with tags');
        return (side) => side.createMany(uploads);
      });
    },
    proof() {
      const uploads = dataset.uploads(SAMPLES, 'with tags', 'identified');
      return async (side) => {
        await side.createMany(uploads);
        return dataset.left(uploads);
      };
    },
  };
}
