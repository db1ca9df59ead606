import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  LOG_LEVELS,
  newId,
  type AnalyticsEvent,
  type AnalyticsFilter,
  type Id,
  type Image,
  type LogEntry,
  type LogFilter,
  type NewLogEntry,
  type Page,
  type Period,
  type User,
} from '@janus/core';
import { useFilledStore } from './filled-store.js';
import { newImage, newUser, type Store } from './store.js';

// So many that of most values there are more than are looked through, and of some fewer.

const MANY = 1_800;
const START = new Date('2024-01-01T00:00:00.000Z').getTime();
const at = (place: number) => new Date(START + Math.floor(place / 4) * 1_000);
const period = fc
  .record({ from: fc.nat({ max: MANY }), to: fc.nat({ max: MANY }) }, { requiredKeys: [] })
  .map(({ from, to }): Period => ({
    ...(from !== undefined && { from: at(from) }),
    ...(to !== undefined && { to: at(to) }),
  }));

const within = (instant: Date, { from, to }: Period = {}) =>
  (from === undefined || instant >= from) && (to === undefined || instant < to);
const is = (value: unknown, asked: unknown) => asked === undefined || value === asked;

/** Some of the fields of a filter, two at least. */
const some = <Filter extends object>(fields: fc.Arbitrary<Filter>): fc.Arbitrary<Partial<Filter>> =>
  fields
    .chain((full) => fc.subarray(Object.entries(full), { minLength: 2 }))
    .map((conditions) => Object.fromEntries(conditions) as Partial<Filter>);

/** Every page of a list. */
async function walk<Item>(list: (after: string | null) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | null = null;
  do {
    const page = await list(after);
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

/** Of the first of some values there are most, of the second some, all of them old, and of the third a few. */
const choose = <Value>(values: readonly Value[], place: number, step: number): Value | null =>
  (place % 90 === step ? values[2] : place < 700 && place % 2 === 0 ? values[1] : values[0]) ?? null;

const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

describe('By two and more values, whichever index leads to them,', () => {
  let users: readonly User[] = [];
  let images: readonly Image[] = [];
  let entries: readonly LogEntry[] = [];
  let events: readonly AnalyticsEvent[] = [];

  const entryAt = (place: number): NewLogEntry => ({
    timestamp: at(place),
    level: place % 100 === 3 ? 'error' : place > 1_000 ? 'info' : 'debug',
    action: place % 3 === 0 ? 'image.seen' : place % 70 === 4 ? 'image.removed' : 'image.uploaded',
    module: place < 60 ? 'worker' : place > 900 ? 'app' : 'web',
    userId: place % 7 === 0 ? null : (choose(users, place, 5)?.id ?? null),
    imageId: place % 5 === 0 ? null : (choose(images, place, 8)?.id ?? null),
    metadata: { part: place % 6 },
  });

  const store: Store = useFilledStore(async (filled) => {
    const made: { user: User; image: Image }[] = [];
    for (let count = 0; count < 3; count += 1) {
      const user = await filled.users.create(newUser());
      made.push({ user, image: await filled.images.create(newImage(user)) });
    }
    users = made.map(({ user }) => user);
    images = made.map(({ image }) => image);
    const places = Array.from({ length: MANY }, (_, place) => place);
    await filled.logs.appendMany(places.map(entryAt));
    await filled.unitOfWork.run(async () => {
      for (const place of places) {
        const { imageId, action } = entryAt(place);
        await filled.analytics.record({ topic: action, data: place, imageId, createdAt: at(place) });
      }
    });
    entries = await walk(async (after) => filled.logs.list({ limit: 500, after }));
    events = await walk(async (after) => filled.analytics.list({ limit: 500, after }));
    expect([entries.length, events.length]).to.deep.equal([MANY, MANY]);
    expect(ids(entries)).to.deep.equal(ids(entries).toSorted().toReversed());
  });

  const limit = fc.constantFrom(170, 500);
  const nobody = newId();
  const idOf = <Entity extends string>(of: () => readonly { readonly id: Id<Entity> }[]) =>
    fc
      .constantFrom(0, 0, 1, 2, 3, null)
      .map((place) => (place === null ? null : (of()[place]?.id ?? (nobody as Id<Entity>))));

  async function expectEntries(where: LogFilter, size: number): Promise<void> {
    const expected = entries.filter(
      (entry) =>
        is(entry.userId, where.userId) &&
        is(entry.imageId, where.imageId) &&
        is(entry.level, where.level) &&
        is(entry.action, where.action) &&
        is(entry.module, where.module) &&
        is(entry.metadata['part'], where.metadata?.equals) &&
        within(entry.timestamp, where.timestamp),
    );
    const walked = await walk(async (after) => store.logs.list({ where, limit: size, after }));
    expect(ids(walked), JSON.stringify(where)).to.deep.equal(ids(expected));
  }

  async function expectEvents(where: AnalyticsFilter, size: number): Promise<void> {
    const expected = events.filter(
      (event) =>
        is(event.topic, where.topic) && is(event.imageId, where.imageId) && within(event.createdAt, where.created),
    );
    const walked = await walk(async (after) => store.analytics.list({ where, limit: size, after }));
    expect(ids(walked), JSON.stringify(where)).to.deep.equal(ids(expected));
  }

  it('log entries are found on all pages: those of one user and one image', async () => {
    for (const userId of [...users.map(({ id }) => id), null, nobody as User['id']]) {
      for (const imageId of [...images.map(({ id }) => id), null]) await expectEntries({ userId, imageId }, 200);
    }
  });

  it('log entries are found on all pages: those of a level, an action and a module', async () => {
    for (const level of LOG_LEVELS) {
      for (const action of ['image.seen', 'image.removed', 'nothing']) {
        for (const module of ['app', 'web', 'worker']) await expectEntries({ level, action, module }, 100);
      }
    }
  });

  it('log entries are found on small pages, though what is left is little at last', async () => {
    await expectEntries({ level: 'debug', action: 'image.seen' }, 23);
    await expectEntries({ level: 'info', module: 'app', imageId: null }, 10);
  });

  it('log entries are found on all pages: by any of their fields', async function any() {
    this.slow(4_000);
    const where = some(
      fc.record({
        userId: idOf(() => users),
        imageId: idOf(() => images),
        level: fc.constantFrom(...LOG_LEVELS),
        action: fc.constantFrom('image.seen', 'image.uploaded', 'image.removed'),
        module: fc.constantFrom('app', 'web', 'worker'),
        timestamp: period,
        metadata: fc.record({ path: fc.constant(['part']), equals: fc.nat({ max: 6 }) }),
      }),
    );
    await fc.assert(fc.asyncProperty(where, limit, expectEntries), { numRuns: 60 });
  });

  it('analytics events are found on all pages: those of a topic and an image', async () => {
    for (const topic of ['image.seen', 'image.uploaded', 'image.removed', 'nothing']) {
      for (const imageId of [...images.map(({ id }) => id), null]) {
        for (const created of [undefined, { from: at(300), to: at(1_200) }, { to: at(600) }]) {
          await expectEvents({ topic, imageId, created }, 200);
        }
      }
    }
  });

  it('analytics events are found on all pages: by any of their fields', async () => {
    const where = some(
      fc.record({
        topic: fc.constantFrom('image.seen', 'image.uploaded', 'image.removed'),
        imageId: idOf(() => images),
        created: period,
      }),
    );
    await fc.assert(fc.asyncProperty(where, limit, expectEvents), { numRuns: 40 });
  });
});
