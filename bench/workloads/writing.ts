import type { ImageId, NewImage } from '@janus/core';
import type { Dataset } from '../dataset.js';
import { roundAndRound } from '../random-choice.js';
import type { Answer, Side } from '../sides/side.js';
import { FAST_READING, type Call, type Workload } from './workload.js';

/** So that the tables stay about as large as they are. */
const MOST = 2_000;

const STATUSES = ['ready', 'pending'] as const;

function storing(
  dataset: Dataset,
  tags: 'with tags' | 'without tags',
  store: (side: Side, image: NewImage) => Answer<unknown>,
): Omit<Workload, 'title' | 'targets'> {
  return {
    atOnce: true,
    reads: false,
    most: MOST,
    tidy: 'at the end',
    calls: (count) => dataset.uploads(count, tags).map((image) => (side) => store(side, image)),
    proof() {
      const uploads = dataset.uploads(10, tags, 'identified');
      return async (side) => {
        const answers: unknown[] = [];
        for (const image of uploads) answers.push(await store(side, image));
        return { answers, left: await dataset.left(uploads) };
      };
    },
  };
}

export const insertingOne = (dataset: Dataset): Workload => ({
  title: 'insert one',
  targets: FAST_READING,
  ...storing(dataset, 'without tags', (side, image) => side.create(image)),
});

export const accepting = (dataset: Dataset): Workload => ({
  title: 'unit of work: image, 3 tags, log',
  targets: { sqlite: 0.85, postgres: 1.4, mysql: 0.95, mariadb: 0.95 },
  ...storing(dataset, 'with tags', (side, image) => side.accept(image)),
});

export function updating(dataset: Dataset): Workload {
  const versions = new Map<ImageId, number>();
  const next = roundAndRound(dataset.ids);
  const update = (side: Side, id: ImageId) => {
    const version = versions.get(id) ?? 1;
    versions.set(id, version + 1);
    return side.update(id, version, STATUSES[version % STATUSES.length] ?? 'ready');
  };
  return {
    title: 'update at a version',
    targets: FAST_READING,
    atOnce: true,
    reads: false,
    most: MOST,
    calls: (count) =>
      Array.from({ length: count }, (): Call => {
        const id = next.next().value;
        return (side) => update(side, id);
      }),
    proof() {
      const id = next.next().value;
      return async (side) => {
        const before = versions.get(id) ?? 1;
        const { version, status, updatedAt, ...image } = await update(side, id);
        const changed = status === STATUSES[before % STATUSES.length] && updatedAt > image.createdAt;
        return {
          image,
          versions: version - before,
          changed,
          isQueued: (await dataset.isQueued(id)) === (status === 'pending'),
        };
      };
    },
  };
}
