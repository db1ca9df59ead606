import { newId, type NewImage, type NewLogEntry, type UserId } from '@janus/core';
import { KnexImageRepository, KnexLogRepository, type Database } from '@janus/knex';

const DAY = 86_400_000;

/** When the oldest of it all was made. */
export const BEGINNING = new Date('2026-01-01T00:00:00Z');

/** So many, that no planner takes a table for small, and none of those things that are common is few. */
const COUNTS = {
  users: 1_200,
  admins: 700,
  images: 4_800,
  analyses: 2_000,
  logs: 5_000,
  analytics: 4_000,
  tags: 1_200,
};

/** What is common, and what is rare: fewer than are gathered before they are sorted. */
export const COMMON = { tag: 'common', status: 'ready', mimeType: 'image/jpeg', word: 'holiday' } as const;
export const RARE = { tag: 'rare', status: 'failed', mimeType: 'image/heic', word: 'zebra' } as const;

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Those whom the calls speak of. */
export interface Data {
  /** Has many images. */
  readonly busy: UserId;
  /** Has few images. */
  readonly quiet: UserId;
  /** Has none. */
  readonly idle: UserId;
  readonly images: readonly (NewImage & Required<Pick<NewImage, 'id' | 'createdAt' | 'perceptualHash'>>)[];
}

/** The instant of one of many that are spread over a year. */
const spread = (index: number, count: number) =>
  new Date(BEGINNING.getTime() + Math.floor((index / count) * 365 * DAY));

/** One of so many, that is the same at each run and in no order. */
const scattered = (index: number, among: number) => (Math.imul(index + 1, 2_654_435_761) >>> 0) % among;

const hex = (index: number, digits: number) =>
  [1, 2, 3, 4, 5, 6, 7, 8]
    .map((part) => (Math.imul(index * 8 + part, 2_654_435_761) >>> 0).toString(16).padStart(8, '0'))
    .join('')
    .slice(0, digits);

/** Fills an empty database. */
export async function fill(database: Database): Promise<Data> {
  const { dialect } = database;
  const users = Array.from({ length: COUNTS.users }, (_, index) => ({
    id: newId<'user'>(spread(index, COUNTS.users)),
    at: spread(index, COUNTS.users),
  }));
  const user = (index: number) => (users[index] as (typeof users)[number]).id;
  await database.insert(
    'users',
    users.map(({ id, at }, index) => ({
      id: dialect.idValue(id),
      email: `user-${index}@example.org`,
      username: `user ${index}`,
      password_hash: `hash ${index}`,
      created_at: at,
      updated_at: at,
    })),
  );
  await database.insert(
    'admins',
    users.slice(0, COUNTS.admins).map(({ id, at }, index) => ({
      user_id: dialect.idValue(id),
      level: 1 + (index % 5),
      granted_by: index === 0 ? null : dialect.idValue(user(scattered(index, index))),
      granted_at: at,
    })),
  );

  const images = Array.from({ length: COUNTS.images }, (_, index) => image(index, user));
  await new KnexImageRepository(database).createMany(images);
  // Of the year: some long in the trash, fewer of them for a short time.
  const trashed = images.filter((_, index) => index % 8 === 0).map(({ id }) => dialect.idValue(id));
  for (let start = 0; start < trashed.length; start += 20) {
    const deleted_at = new Date(BEGINNING.getTime() + ((start < 500 ? 100 : 300) + start / 100) * DAY);
    await database
      .knex('images')
      .whereIn('id', trashed.slice(start, start + 20))
      .update({ deleted_at, trashed: 1, due_at: null });
  }

  await database.insert(
    'image_analyses',
    images.slice(0, COUNTS.analyses).map(({ id, createdAt }, index) => ({
      image_id: dialect.idValue(id),
      kind: index % 2 === 0 ? 'faces' : 'colours',
      result: '{"found":1}',
      created_at: createdAt,
      updated_at: createdAt,
    })),
  );
  await new KnexLogRepository(database).appendMany(
    Array.from({ length: COUNTS.logs }, (_, index) => entry(index, user, images)),
  );
  await database.insert(
    'analytics',
    Array.from({ length: COUNTS.analytics }, (_, index) => {
      const at = spread(index, COUNTS.analytics);
      const about = index % 3 === 0 ? null : images[scattered(index, COUNTS.images)]?.id;
      return {
        id: dialect.idValue(newId(at)),
        topic: `topic ${scattered(index, 8)}`,
        data: '{"value":1}',
        image_id: about ? dialect.idValue(about) : null,
        created_at: at,
      };
    }),
  );
  return { busy: user(0), quiet: user(1), idle: user(COUNTS.users - 1), images };
}

function image(index: number, user: (index: number) => UserId) {
  const createdAt = spread(index, COUNTS.images);
  // Every fifth is the busy one's, few are the quiet one's, and the last user has none.
  const owner = index % 5 === 0 ? 0 : index % 100 === 1 ? 1 : 2 + scattered(index, COUNTS.users - 3);
  const isRare = index % 50 === 3;
  return {
    id: newId<'image'>(createdAt),
    createdAt,
    ownerId: user(owner),
    filename: `IMG_${String(scattered(index, 1_000_000)).padStart(6, '0')}.jpg`,
    title: `${index % 3 === 0 ? COMMON.word : 'work'} ${isRare ? RARE.word : `place${scattered(index, 700)}`}`,
    mimeType: isRare ? RARE.mimeType : index % 3 === 1 ? 'image/png' : COMMON.mimeType,
    byteSize: 10_000 + scattered(index, 9_000_000),
    width: 1_000 + scattered(index, 5_000),
    height: 1_000 + scattered(index + 1, 4_000),
    sha256: hex(index, 64),
    perceptualHash: hex(index + COUNTS.images, 16),
    status: isRare ? RARE.status : index % 4 === 1 ? ('pending' as const) : COMMON.status,
    captured:
      index % 4 === 0
        ? null
        : { at: new Date(BEGINNING.getTime() - scattered(index, 3_000) * DAY - index), offset: null },
    // About as long as what a camera writes.
    metadata: {
      camera: { model: `model ${scattered(index, 20)}` },
      notes: hex(index, 64).repeat(18),
      ...(isRare && { rare: true }),
    },
    tags: [
      `tag ${scattered(index, COUNTS.tags)}`,
      ...(index % 2 === 0 ? [COMMON.tag] : []),
      ...(index % 3 === 0 ? ['wide'] : []),
      ...(index % 12 === 0 ? ['some'] : []),
      ...(isRare ? [RARE.tag] : []),
    ],
  };
}

const entry = (index: number, user: (index: number) => UserId, images: Data['images']): NewLogEntry => ({
  timestamp: spread(index, COUNTS.logs),
  level: LEVELS[scattered(index, 10)] ?? 'info',
  action: `action ${scattered(index, 12)}`,
  module: `module ${scattered(index, 5)}`,
  userId: index % 4 === 0 ? null : user(index % 6 === 1 ? 0 : scattered(index, COUNTS.users)),
  imageId: index % 2 === 0 ? null : images[scattered(index, COUNTS.images)]?.id,
  metadata: { request: { id: index } },
});
