import {
  FIRST_INSTANT,
  type JsonObject,
  type JsonValue,
  type LogId,
  type LogLevel,
  type NewLogEntry,
} from '@janus/core';
import { Chance } from './chance.js';
import { namedPeople } from './people.js';
import type { Picture } from './pictures.js';
import type { SeedAnalysis, SeedEvent } from './rows.js';
import { DAY, YEAR, momentAfter } from './scale.js';

export interface SeedEntry extends NewLogEntry {
  readonly id: LogId;
}

type Happening = Omit<NewLogEntry, 'id' | 'timestamp'>;

const entry = (chance: Chance, timestamp: Date, what: Happening): SeedEntry => ({
  ...what,
  id: chance.id<'log'>(timestamp),
  timestamp,
});

const event = (chance: Chance, createdAt: Date, what: Pick<SeedEvent, 'topic' | 'data' | 'imageId'>): SeedEvent => ({
  ...what,
  id: chance.id<'analytics'>(createdAt),
  createdAt,
});

/** What happened to an image. */
export function entriesOf({ number, image, later, createdAt }: Picture): SeedEntry[] {
  const chance = new Chance(`entries ${number}`);
  const { id: imageId, ownerId: userId, status, byteSize } = image;
  const about = (action: string, module: string, metadata: JsonObject = {}, level: LogLevel = 'info'): Happening => ({
    action,
    module,
    metadata,
    level,
    userId,
    imageId,
  });
  const start = momentAfter(createdAt, 0);
  const entries = [entry(chance, start, about('image.uploaded', 'upload', { bytes: byteSize }))];
  const processed = momentAfter(createdAt, 0.001 * chance.fraction());
  if (status === 'ready') {
    entries.push(
      entry(chance, processed, { ...about('image.processed', 'ingest', { ms: chance.between(4, 900) }), userId: null }),
    );
  } else if (status === 'failed') {
    const metadata = { reason: chance.pick(['cut off', 'damaged', 'too many pixels']), attempts: chance.between(1, 5) };
    entries.push(entry(chance, processed, { ...about('image.failed', 'ingest', metadata, 'error'), userId: null }));
  }
  if (chance.happens(0.25)) {
    const visitor = chance.happens(0.5) ? chance.pick(namedPeople).id : null;
    const moment = momentAfter(createdAt, chance.fraction());
    entries.push(entry(chance, moment, { ...about('image.downloaded', 'web', {}, 'debug'), userId: visitor }));
  }
  if (later) {
    const action = later.deletedAt ? 'image.trashed' : 'image.edited';
    entries.push(entry(chance, momentAfter(later.updatedAt, 0), about(action, 'web')));
  }
  return entries;
}

/** What was found out about the use of an image. */
export function eventsOf({ number, image, createdAt }: Picture): SeedEvent[] {
  const chance = new Chance(`events ${number}`);
  return Array.from({ length: chance.below(4) }, () => {
    const what = chance.pick<Pick<SeedEvent, 'topic' | 'data'>>([
      {
        topic: 'image.viewed',
        data: { referrer: chance.pick([null, 'search', 'album', 'mail']), seconds: chance.below(90) },
      },
      { topic: 'image.viewed', data: { referrer: 'search', query: chance.pick(['night', 'кот', '猫']) } },
      { topic: 'image.shared', data: chance.pick(['link', 'mail', 'print']) },
      { topic: 'image.rated', data: chance.between(1, 5) },
      { topic: 'thumbnail.made', data: [chance.pick([160, 320, 640]), round(chance.fraction() * 40)] },
    ]);
    return event(chance, momentAfter(createdAt, chance.fraction()), { ...what, imageId: image.id });
  });
}

const round = (value: number) => Math.round(value * 1000) / 1000;

/** What was found in an image that is ready. */
export function analysesOf({ number, image, createdAt }: Picture): SeedAnalysis[] {
  if (image.status !== 'ready') return [];
  const chance = new Chance(`analyses ${number}`);
  const share = () => round(chance.fraction());
  const found: [kind: string, probability: number, result: JsonValue][] = [
    ['colours', 0.5, [`#${chance.hex(6)}`, `#${chance.hex(6)}`, `#${chance.hex(6)}`]],
    ['labels', 0.3, (image.tags ?? []).slice(0, 3).map((label) => ({ label, score: share() }))],
    ['faces', 0.1, { count: chance.below(4), boxes: [[share(), share(), share(), share()]] }],
    ['sharpness', 0.1, share()],
    ['text', 0.1, chance.pick([null, 'EXIT', 'Wyjście', '出口', 'خروج'])],
    ['indoors', 0.05, chance.happens(0.5)],
  ];
  const at = momentAfter(createdAt, 0.001);
  return found
    .filter(([, probability]) => chance.happens(probability))
    .map(([kind, , result]) => ({ imageId: image.id, kind, result, at }));
}

/** What happened every day of the year, to no image. */
export function* days(): Generator<{ readonly entries: SeedEntry[]; readonly events: SeedEvent[] }, void, undefined> {
  for (let start = YEAR.from; start < YEAR.to; start += DAY) {
    const date = new Date(start).toISOString().slice(0, 10);
    const chance = new Chance(`day ${date}`);
    const some = () => new Date(start + chance.below(DAY));
    const early = new Date(start + 3 * 3_600_000);
    const entries = [
      entry(chance, early, {
        action: 'backup.made',
        module: 'jobs',
        metadata: { date, seconds: chance.between(20, 300) },
      }),
    ];
    for (let visits = chance.below(4); visits > 0; visits -= 1) {
      const userId = chance.pick(namedPeople).id;
      entries.push(entry(chance, some(), { action: 'user.signed_in', module: 'auth', userId }));
    }
    if (chance.happens(0.05)) {
      const metadata = { attempts: chance.between(3, 20), address: '192.0.2.7' };
      entries.push(entry(chance, some(), { level: 'warn', action: 'user.refused', module: 'auth', metadata }));
    }
    if (chance.happens(0.02))
      entries.push(entry(chance, some(), { level: 'error', action: 'job.crashed', module: 'jobs' }));
    const events = [
      event(chance, early, { topic: 'storage.used', data: { bytes: (start - YEAR.from) * 40 + chance.below(9999) } }),
    ];
    if (chance.happens(0.5)) events.push(event(chance, some(), { topic: 'queue.length', data: chance.below(200) }));
    yield { entries, events };
  }
}

/** What is unusual, yet allowed. */
export function oddHappenings(): { readonly entries: SeedEntry[]; readonly events: SeedEvent[] } {
  const chance = new Chance('odd happenings');
  const summer = new Date('2025-06-21T02:42:00.001Z');
  const last = new Date(YEAR.to - 1);
  return {
    entries: [
      entry(chance, FIRST_INSTANT, { action: 'clock.not_set', level: 'warn' }),
      entry(chance, summer, { action: 'a'.repeat(100), module: 'm'.repeat(100), metadata: { '📷': 'ünï', '': null } }),
      entry(chance, last, { action: 'التصدير', module: '导出', level: 'debug', metadata: { deep: [[[[{}]]]] } }),
      // In one millisecond of one id's time.
      ...[1, 2, 3].map((step) => entry(chance, summer, { action: 'album.imported', metadata: { step } })),
    ],
    events: [
      event(chance, FIRST_INSTANT, { topic: 'clock', data: null }),
      event(chance, summer, { topic: 't'.repeat(100), data: '"\\\u2028 👩‍👩‍👧 ' }),
      event(chance, summer, { topic: 'число', data: Number.MAX_SAFE_INTEGER }),
      event(chance, summer, { topic: 'число', data: -1e-7 }),
      event(chance, last, { topic: 'true or false', data: [true, false, {}, []] }),
    ],
  };
}
