import {
  IMAGE_SORTS,
  type AnalyticsFilter,
  type AnalyticsRepository,
  type Claim,
  type Image,
  type ImageFilter,
  type ImageQuery,
  type LogFilter,
  type Page,
} from '@janus/core';
import type {
  KnexAdminRepository,
  KnexAnalyticsRepository,
  KnexImageRepository,
  KnexLogRepository,
  KnexTagRepository,
  KnexUserRepository,
} from '@janus/knex';
import { BEGINNING, COMMON, LEVELS, RARE, type Data } from './plan-data.js';

export interface Repositories {
  readonly users: KnexUserRepository;
  readonly admins: KnexAdminRepository;
  readonly images: KnexImageRepository;
  readonly tags: KnexTagRepository;
  readonly logs: KnexLogRepository;
  readonly analytics: KnexAnalyticsRepository;
}

/** What a repository is asked, under a name that tells it from every other. */
export interface Call {
  readonly name: string;
  readonly make: (repositories: Repositories) => Promise<unknown>;
}

const DAY = 86_400_000;
const day = (number: number) => new Date(BEGINNING.getTime() + number * DAY);
const PAGE = 10;

/** A name, and what is asked. */
type Asked<Filter> = Readonly<Record<string, Filter>>;

/** Every field of a filter, in forms that find much and forms that find little. */
const imageFilters = ({ busy, quiet, images }: Data): Record<keyof ImageFilter, Asked<ImageFilter>> => ({
  ownerId: { many: { ownerId: busy }, few: { ownerId: quiet } },
  status: { many: { status: COMMON.status }, few: { status: RARE.status } },
  mimeType: { many: { mimeType: COMMON.mimeType }, few: { mimeType: RARE.mimeType } },
  width: { many: { width: { min: 2_000 } } },
  height: { many: { height: { min: 1_500, max: 3_000 } } },
  byteSize: { many: { byteSize: { min: 1_000_000 } }, few: { byteSize: { min: 1_000_000, max: 1_200_000 } } },
  created: {
    many: { created: { from: day(10), to: day(350) } },
    some: { created: { from: day(30) } },
    few: { created: { from: day(30), to: day(40) } },
  },
  captured: {
    many: { captured: { to: day(-30) } },
    some: { captured: { from: day(-300), to: day(0) } },
    few: { captured: { from: day(-100), to: day(-90) } },
  },
  tags: {
    many: { tags: { all: [COMMON.tag] } },
    few: { tags: { all: [RARE.tag] } },
    'many of two': { tags: { all: [COMMON.tag, 'wide'] } },
    'many of any': { tags: { any: [COMMON.tag, 'wide'] } },
    'few of any': { tags: { any: [RARE.tag, 'tag 1', 'tag 2'] } },
    none: { tags: { none: [COMMON.tag, RARE.tag] } },
  },
  text: {
    many: { text: COMMON.word },
    few: { text: RARE.word },
    'many beginnings': { text: 'pl' },
    'many of two': { text: `${COMMON.word} img` },
  },
  metadata: {
    many: { metadata: { path: ['camera', 'model'], equals: 'model 1' } },
    few: { metadata: { path: ['rare'] } },
  },
  near: {
    close: { near: { hash: images[7]?.perceptualHash ?? '', distance: 2 } },
    far: { near: { hash: images[7]?.perceptualHash ?? '', distance: 7 } },
  },
  trash: { only: { trash: 'only' }, included: { trash: 'included' } },
});

const logFilters = ({ busy, images }: Data): Record<keyof LogFilter, Asked<LogFilter>> => ({
  userId: { of: { userId: busy }, none: { userId: null } },
  imageId: { of: { imageId: images[4]?.id }, none: { imageId: null } },
  level: { of: { level: LEVELS[1] } },
  action: { of: { action: 'action 1' } },
  module: { of: { module: 'module 1' } },
  timestamp: { from: { timestamp: { from: day(10) } }, both: { timestamp: { from: day(10), to: day(90) } } },
  metadata: { equals: { metadata: { path: ['request', 'id'], equals: 9 } }, has: { metadata: { path: ['request'] } } },
});

const analyticsFilters = ({ images }: Data): Record<keyof AnalyticsFilter, Asked<AnalyticsFilter>> => ({
  topic: { of: { topic: 'topic 1' } },
  imageId: { of: { imageId: images[4]?.id }, none: { imageId: null } },
  created: { from: { created: { from: day(10) } }, both: { created: { from: day(10), to: day(90) } } },
});

/** Nothing, each form of each field, and every two fields: what finds much with what finds much, and little with little. */
function* combined<Filter>(fields: Readonly<Record<string, Asked<Filter>>>) {
  yield { name: 'all', filter: {}, fields: 0 };
  const all = Object.entries(fields).map(([field, asked]) =>
    Object.entries(asked).map(([form, filter]) => ({ name: `${field}: ${form}`, filter })),
  );
  for (const [index, forms] of all.entries()) {
    for (const form of forms) yield { ...form, fields: 1 };
    for (const others of all.slice(index + 1)) {
      for (const which of [0, 1]) {
        const [one, other] = [forms[which] ?? forms[0], others[which] ?? others[0]];
        if (!one || !other) continue;
        yield { name: `${one.name}, ${other.name}`, filter: { ...one.filter, ...other.filter }, fields: 2 };
      }
    }
  }
}

type Listing = (query: { limit: number; after: string | null }) => Promise<Page<unknown>>;

/** The first page and the next. */
async function pages(list: Listing): Promise<void> {
  const { next } = await list({ limit: PAGE, after: null });
  if (next !== null) await list({ limit: PAGE, after: next });
}

/** Every way in which the repositories find something, and none in which they change anything. */
export function* findings(data: Data): Generator<Call> {
  const { images, busy } = data;
  // One that is not in the trash.
  const image = images[1] as Data['images'][number];
  const file = [image.ownerId, image.sha256] as const;
  yield { name: 'users.find', make: ({ users }) => users.find(busy) };
  yield { name: 'users.get', make: ({ users }) => users.get(busy) };
  yield { name: 'users.findByEmail', make: ({ users }) => users.findByEmail('user-7@example.org') };
  yield { name: 'users.findByUsername', make: ({ users }) => users.findByUsername('user 7') };
  yield { name: 'users.findCredentials', make: ({ users }) => users.findCredentials('user-7@example.org') };
  yield { name: 'users.list', make: ({ users }) => pages((page) => users.list(page)) };
  yield { name: 'admins.find', make: ({ admins }) => admins.find(busy) };
  yield { name: 'admins.isAdmin', make: ({ admins }) => admins.isAdmin(busy, 2) };
  yield { name: 'admins.levelOf', make: ({ admins }) => admins.levelOf(busy) };
  yield { name: 'admins.list', make: ({ admins }) => pages((page) => admins.list(page)) };
  yield { name: 'tags.list', make: ({ tags }) => pages((page) => tags.list(page)) };
  yield {
    name: 'tags.list, counted up to some',
    make: ({ tags }) => pages((page) => tags.list({ ...page, countAtMost: 100 })),
  };
  for (const trash of ['excluded', 'included'] as const) {
    yield { name: `images.find, trash ${trash}`, make: ({ images: all }) => all.find(image.id, { trash }) };
    yield { name: `images.findByHash, trash ${trash}`, make: ({ images: all }) => all.findByHash(...file, { trash }) };
    for (const count of [1, 50, 100]) {
      const ids = images.slice(0, count).map(({ id }) => id);
      yield {
        name: `images.findMany of ${count}, trash ${trash}`,
        make: ({ images: all }) => all.findMany(ids, { trash }),
      };
    }
  }
  yield { name: 'images.get', make: (to) => to.images.get(image.id, { trash: 'included' }) };
  yield { name: 'images.analyses', make: (to) => to.images.analyses(image.id) };
  yield { name: 'images.processing', make: (to) => to.images.processing(image.id) };
  for (const { name, filter: where, fields } of combined<ImageFilter>(imageFilters(data))) {
    for (const sort of IMAGE_SORTS) {
      if (fields === 2 && sort !== '-createdAt') continue;
      const title = `images.list of ${name} by ${sort}`;
      yield { name: title, make: (to) => pages((page) => to.images.list({ where, sort, ...page })) };
    }
    if (fields === 2) continue;
    yield { name: `images.count of ${name}`, make: (to) => to.images.count(where) };
    yield { name: `images.count of ${name} up to some`, make: (to) => to.images.count(where, { atMost: 100 }) };
    const owned = (page: ImageQuery) => ({ where, ...page });
    yield {
      name: `images.listWithOwners of ${name}`,
      make: (to) => pages((page) => to.images.listWithOwners(owned(page))),
    };
  }
  yield { name: 'images.stream', make: (to) => drained(to.images.stream({ ownerId: busy })) };
  yield { name: 'images.stream by size', make: (to) => drained(to.images.stream({}, { sort: 'byteSize' })) };
  for (const { name, filter: where } of combined<LogFilter>(logFilters(data))) {
    yield { name: `logs.list of ${name}`, make: ({ logs }) => pages((page) => logs.list({ where, ...page })) };
  }
  yield { name: 'logs.recent', make: ({ logs }) => logs.recent() };
  yield { name: 'logs.countByUser', make: ({ logs }) => logs.countByUser() };
  yield { name: 'logs.countByUser of a period', make: ({ logs }) => logs.countByUser({ from: day(10), to: day(40) }) };
  yield { name: 'logs.countByUser of a period that goes on', make: ({ logs }) => logs.countByUser({ from: day(10) }) };
  for (const { name, filter: where } of combined<AnalyticsFilter>(analyticsFilters(data))) {
    yield {
      name: `analytics.list of ${name}`,
      make: ({ analytics }) => pages((page) => analytics.list({ where, ...page })),
    };
  }
  yield { name: 'analytics.recent', make: ({ analytics }) => analytics.recent() };
  yield { name: 'analytics.find', make: found };
  yield { name: 'analytics.listImages', make: ({ analytics }) => pages((page) => analytics.listImages(page)) };
  const created = { from: day(10), to: day(200) };
  yield { name: 'analytics.perDay', make: ({ analytics }) => analytics.perDay({ created }) };
  yield {
    name: 'analytics.perDay of a topic',
    make: ({ analytics }) => analytics.perDay({ created, topic: 'topic 1' }),
  };
}

async function found({ analytics }: { readonly analytics: AnalyticsRepository }): Promise<void> {
  for (const { id } of await analytics.recent(1)) await analytics.find(id);
}

async function drained(images: AsyncIterable<Image>): Promise<void> {
  for await (const _ of images);
}

/** Every way in which the repositories change something. */
export function* changes({ images, busy, idle }: Data): Generator<Call> {
  type Made = Data['images'][number];
  const [image, second, third, fourth] = images.filter((_, index) => index % 8 > 2) as [Made, Made, Made, Made];
  const fresh = (number: number) => ({
    ownerId: idle,
    filename: 'new.jpg',
    title: 'new one',
    mimeType: 'image/jpeg',
    byteSize: 1,
    width: 1,
    height: 1,
    sha256: number.toString(16).padStart(64, '0'),
  });
  const tagged = (number: number) => ({ ...fresh(number), tags: [COMMON.tag, `fresh ${number}`] });
  const copies = images.slice(0, 1_000).map((copy) => ({ ...copy, id: undefined, createdAt: undefined }));
  const newcomer = { email: 'new@example.org', username: 'new' };

  yield { name: 'users.create', make: ({ users }) => users.create(newcomer) };
  yield {
    name: 'users.update',
    make: ({ users }) => users.update(idle, { username: 'renamed', email: 'a@example.org' }),
  };
  yield { name: 'users.update, e-mail alone', make: ({ users }) => users.update(idle, { email: 'b@example.org' }) };
  yield { name: 'users.setPasswordHash', make: ({ users }) => users.setPasswordHash(idle, 'hash') };
  yield {
    name: 'users.remove',
    make: async ({ users }) => users.remove((await users.findByUsername(newcomer.username))?.id ?? idle),
  };
  yield { name: 'admins.grant', make: ({ admins }) => admins.grant(idle, { level: 3, grantedBy: busy }) };
  yield { name: 'admins.grant, again', make: ({ admins }) => admins.grant(idle, { level: 4 }) };
  yield { name: 'admins.revoke', make: ({ admins }) => admins.revoke(idle) };

  yield { name: 'images.create', make: (to) => to.images.create(fresh(1)) };
  yield { name: 'images.create, tagged', make: (to) => to.images.create(tagged(2)) };
  yield { name: 'images.create, skipping', make: (to) => to.images.create(fresh(1), { onDuplicate: 'skip' }) };
  yield { name: 'images.create, restoring', make: (to) => to.images.create(tagged(3), { onDuplicate: 'restore' }) };
  yield { name: 'images.createMany', make: (to) => to.images.createMany([tagged(4), tagged(5), fresh(6)]) };
  for (const onDuplicate of ['skip', 'restore'] as const) {
    yield { name: `images.createMany, ${onDuplicate}`, make: (to) => to.images.createMany(copies, { onDuplicate }) };
    yield {
      name: `images.createMany of one, ${onDuplicate}`,
      make: (to) => to.images.createMany([fresh(1)], { onDuplicate }),
    };
  }
  yield { name: 'images.update', make: (to) => to.images.update(image.id, { width: 5 }, { version: 1 }) };
  yield { name: 'images.update, titled', make: (to) => to.images.update(second.id, { title: 'b' }, { version: 1 }) };
  yield { name: 'images.tag', make: (to) => to.images.tag(image.id, [RARE.tag, 'another']) };
  yield { name: 'images.untag', make: (to) => to.images.untag(image.id, [RARE.tag, 'another', 'third']) };
  yield { name: 'images.recordAnalysis', make: (to) => to.images.recordAnalysis(image.id, 'new', { a: 1 }) };
  yield { name: 'images.recordAnalysis, again', make: (to) => to.images.recordAnalysis(image.id, 'new', { a: 2 }) };
  const claims: Claim[] = [];
  for (const limit of [1, 100]) {
    const options = { limit, leaseFor: DAY, worker: 'a' };
    yield { name: `images.claim of ${limit}`, make: async (to) => claims.push(...(await to.images.claim(options))) };
  }
  const claimed = () => claims.pop() as Claim;
  yield { name: 'images.extend', make: (to) => to.images.extend(claimed(), { leaseFor: DAY }) };
  yield { name: 'images.complete', make: (to) => to.images.complete(claimed()) };
  yield {
    name: 'images.complete, titled',
    make: (to) => to.images.complete(claimed(), { changes: { title: 'found' } }),
  };
  yield { name: 'images.fail', make: (to) => to.images.fail(claimed(), { reason: 'no memory' }) };
  yield { name: 'images.fail, for good', make: (to) => to.images.fail(claimed(), { reason: 'broken', retry: false }) };
  yield {
    name: 'images.update, status',
    make: (to) => to.images.update(fourth.id, { status: 'pending' }, { version: 1 }),
  };
  yield { name: 'images.remove', make: (to) => to.images.remove(third.id) };
  yield { name: 'images.restore', make: (to) => to.images.restore(third.id) };
  yield { name: 'tags.rename', make: ({ tags }) => tags.rename('another', 'yet another') };
  yield { name: 'tags.merge', make: ({ tags }) => tags.merge('some', COMMON.tag) };
  yield {
    name: 'logs.append',
    make: ({ logs }) => logs.append({ action: 'asked', userId: busy, imageId: image.id }),
  };
  yield { name: 'logs.appendMany', make: ({ logs }) => logs.appendMany([{ action: 'asked' }, { action: 'told' }]) };
  yield { name: 'logs.prune', make: ({ logs }) => logs.prune({ before: day(60), batch: 500 }) };
  yield { name: 'analytics.record', make: ({ analytics }) => analytics.record({ topic: 'asked', data: 1 }) };
}

/** What purges the trash, and finds what is left in it, which is little. */
export function* purges(data: Data): Generator<Call> {
  yield { name: 'images.purge', make: ({ images }) => images.purge({ before: day(200), batch: 400 }) };
  for (const [name, filter] of Object.entries({ all: {}, ...imageFilters(data).status, ...imageFilters(data).text })) {
    const where = { ...filter, trash: 'only' } as const;
    for (const sort of IMAGE_SORTS) {
      yield {
        name: `images.list of little trash: ${name} by ${sort}`,
        make: ({ images }) => pages((page) => images.list({ where, sort, ...page })),
      };
    }
    yield { name: `images.count of little trash: ${name}`, make: ({ images }) => images.count(where) };
  }
}
