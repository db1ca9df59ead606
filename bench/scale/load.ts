import { setImmediate as immediately } from 'node:timers/promises';
import { NotFoundError } from '@janus/core';
import { analyses, events, imageIdOf, imageOf, images, logEntries, logIdOf, owners, trashed } from '../data.js';
import { Progress, whole } from './progress.js';
import { LAST_TENTH, type Slice } from './results.js';
import type { Store } from './store.js';

/** How many rows of a sequence are there, of which there are none after the first that is not. */
async function prefix(most: number, isThere: (index: number) => Promise<boolean>): Promise<number> {
  let [there, absent] = [0, most];
  while (there < absent) {
    const middle = Math.floor((there + absent) / 2);
    if (await isThere(middle)) there = middle + 1;
    else absent = middle;
  }
  return there;
}

const MOST = 20_000_000;

/** How many images are there, from the first one on. @throws Error when they are not those of this benchmark */
export async function loadedImages({ images: repository }: Store): Promise<number> {
  const count = await prefix(
    MOST,
    async (index) => (await repository.find(imageIdOf(index), { trash: 'included' })) !== null,
  );
  const last = count === 0 ? null : await repository.get(imageIdOf(count - 1), { trash: 'included' });
  if (last && last.sha256 !== imageOf(count - 1).sha256)
    throw new Error('This database holds images of another making.');
  return count;
}

async function loadOwners({ database, users }: Store): Promise<void> {
  const all = owners();
  const there = await prefix(all.length, async (index) => {
    const id = all[index]?.id;
    return id !== undefined && (await users.find(id)) !== null;
  });
  if (there < all.length) {
    await database.run(async () => {
      for (const owner of all.slice(there)) await users.create(owner);
    });
  }
}

/** Whatever belongs to some images and is written by a call each. What an interrupted load wrote is written once. */
async function loadOthers(store: Store, from: number, to: number): Promise<void> {
  const { database, images: repository, analytics } = store;
  await database.run(async () => {
    for (const { imageId, kind, result } of analyses(from, to)) await repository.recordAnalysis(imageId, kind, result);
    for (const event of events(from, to)) if (!(await analytics.find(event.id))) await analytics.record(event);
    for (const id of trashed(from, to)) await repository.remove(id).catch(unlessGone);
  });
}

function unlessGone(error: unknown): void {
  if (!(error instanceof NotFoundError)) throw error;
}

/** The log entries of a slice come last, all or none: where they are, all that belongs to the slice is. */
async function finishSlice(store: Store, from: number, to: number): Promise<Pick<Slice, 'logs' | 'others'>> {
  const others = await seconds(() => loadOthers(store, from, to));
  const logs = await seconds(() => store.logs.appendMany(logEntries(from, to)));
  return { others, logs };
}

async function loadSlice(store: Store, from: number, to: number): Promise<Slice> {
  const creating = await seconds(() => store.images.createMany(images(from, to)));
  return { from, to, images: creating, ...(await finishSlice(store, from, to)) };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

// By its id, and past Janus: the index of images that Janus would use may have been taken off for the load.
const isLogged =
  ({ database: { knex, dialect } }: Store) =>
  async (index: number): Promise<boolean> =>
    (
      await knex('logs')
        .where({ id: dialect.idValue(logIdOf(index)) })
        .select('id')
    ).length > 0;

/** What is loaded. */
export interface Loading {
  readonly count: number;
  /** How many images a call creates. */
  readonly call: number;
  readonly done: (slice: Slice) => void;
  /** Without it, the first tenth is not loaded again. */
  readonly empty?: () => Promise<Beside>;
}

/** Another database, without any images. */
export interface Beside {
  readonly store: Store;
  readonly end: () => Promise<void>;
}

/**
 * Loads images up to a number of them, and what belongs to them, from where an earlier load ended. In turns with the last tenth of
 * them it loads the first tenth once more, into an empty database: whatever else the machine does then meets both alike.
 */
export async function load(store: Store, title: string, { count, call, done, empty }: Loading): Promise<void> {
  await loadOwners(store);
  const start = await loadedImages(store);
  const logged = await prefix(start, isLogged(store));
  if (logged < start) await finishSlice(store, logged, start);
  if (start >= count) return;

  const progress = new Progress(title, start, count);
  let beside: Beside | undefined;
  let begun = 0;
  try {
    for (let from = start; from < count; from += call) {
      const to = Math.min(from + call, count);
      if (!beside && from >= LAST_TENTH * count) {
        beside = await empty?.();
        begun = from;
        if (beside) await loadOwners(beside.store);
      }
      // Each is first as often as the other.
      const isAgainFirst = ((from - begun) / call) % 2 === 1;
      const loadAgain = async () => beside && loadSlice(beside.store, from - begun, to - begun);
      const before = isAgainFirst ? await loadAgain() : undefined;
      const slice = await loadSlice(store, from, to);
      const again = before ?? (await loadAgain());
      done(again ? { ...slice, beside: again.images } : slice);
      const rate = (time: number) => whole((to - from) / time);
      await immediately();
      progress.reach(to, `${rate(slice.images)} images/s  ${rate(slice.logs)} log entries/s`);
    }
  } finally {
    await beside?.end();
  }
  progress.stop();
}
