import type { AnalyticsFilter, ImageFilter, LogFilter } from '@janus/core';
import { bigOwner, eventAt, imageIdOf, loggedAt, OWNERS, ownerIdOf, tagOf, wordOf } from '../data.js';
import { eventCursor, imageAnalyticsCursor, logCursor, userCursor } from './cursors.js';
import { count, others, page, scattered, type Query, type Subject } from './query.js';

const MOST = 1000;

function counts({ store: { images }, rare }: Subject): Query[] {
  const filters: Readonly<Record<string, ImageFilter>> = {
    all: {},
    'owner of 10 %': { ownerId: bigOwner },
    'owner of ten': { ownerId: rare.ownerId },
    ready: { status: 'ready' },
    'failed (1 %)': { status: 'failed' },
    'common tag': { tags: { all: [tagOf(0)] } },
    'rare tag': { tags: { all: [rare.tags[0]] } },
    'common word': { text: wordOf(0) },
    'rare word': { text: rare.word },
  };
  return Object.entries(filters).flatMap(([name, where]) => [
    count(`count: ${name}`, async () => images.count(where)),
    page(`count: ${name}, at most ${MOST}`, async () => images.count(where, { atMost: MOST })),
  ]);
}

function logs({ store, size, rare }: Subject): Query[] {
  const list = (name: string, where: LogFilter) => page(`logs: ${name}`, async () => store.logs.list({ where }));
  const deep = (name: string, where: LogFilter) =>
    page(`logs: ${name}: deep`, async () => store.logs.list({ where, after: logCursor(where, size) }));
  const half = Math.floor(size / 2);
  const byMany = { userId: bigOwner };
  return [
    page('logs: recent', async () => store.logs.recent()),
    list('all', {}),
    deep('all', {}),
    list('user of 10 %', byMany),
    deep('user of 10 %', byMany),
    list('user of ten', { userId: rare.ownerId }),
    others('logs: an image', async (turn) => store.logs.list({ where: { imageId: imageIdOf(scattered(turn, size)) } })),
    list('level of 1 %', { level: 'error' }),
    list('level and action', { level: 'error', action: 'image.shared' }),
    deep('level and action', { level: 'error', action: 'image.shared' }),
    list('level, action and user of 10 %', { ...byMany, level: 'error', action: 'image.shared' }),
    list('module of all', { module: 'uploads' }),
    list('a period', { timestamp: { from: loggedAt(half), to: loggedAt(half + 100) } }),
    count('logs: by user, of 10,000 entries', async () =>
      store.logs.countByUser({ from: loggedAt(0), to: loggedAt(10_000) }),
    ),
  ];
}

function analytics({ store: { analytics: repository }, size }: Subject): Query[] {
  const half = Math.floor(size / 2);
  const list = (name: string, where: AnalyticsFilter) =>
    page(`analytics: ${name}`, async () => repository.list({ where }));
  return [
    list('all', {}),
    page('analytics: all: deep', async () => repository.list({ after: eventCursor({}, size) })),
    list('a topic', { topic: 'views' }),
    list('an image', { imageId: imageIdOf(half - (half % 100)) }),
    list('a topic, in a period', { topic: 'views', created: { from: eventAt(half), to: eventAt(half + 10_000) } }),
    page('analytics: listImages', async () => repository.listImages()),
    page('analytics: listImages: deep', async () => repository.listImages({ after: imageAnalyticsCursor(size) })),
    count('analytics: perDay, of 100 events', async () =>
      repository.perDay({ created: { from: eventAt(half), to: eventAt(half + 10_000) } }),
    ),
  ];
}

function names({ store: { tags, users } }: Subject): Query[] {
  return [
    // Counted to the end, it takes time in proportion to what is counted.
    page('tags: list, counted to 1,000', async () => tags.list({ countAtMost: 1000 })),
    page('users: list', async () => users.list()),
    page('users: list: deep', async () => users.list({ after: userCursor() })),
    others('users: find', async (turn) => users.find(ownerIdOf(scattered(turn, OWNERS)))),
    others('users: findByEmail', async (turn) => users.findByEmail(`owner-${scattered(turn, OWNERS)}@example.org`)),
  ];
}

/** How many images there are, and all that is not about images. */
export const otherQueries = (subject: Subject): Query[] => [
  ...counts(subject),
  ...logs(subject),
  ...analytics(subject),
  ...names(subject),
];
