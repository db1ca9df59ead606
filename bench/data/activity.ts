import type { ImageId, JsonValue, LogLevel, NewAnalyticsEvent, NewLogEntry, UserId } from '@janus/core';
import { eventAt, eventIdOf, imageIdOf, loggedAt, logIdOf } from './ids.js';
import { type ImageOptions, ownerOf } from './images.js';
import { Random } from './random.js';
import { MARKS } from './rare.js';

/** One image in so many has an analysis, and an event. */
const ONE_IN = 100;
/** One image in so many is in the trash; none of the rare ones, and none that has an analysis. */
const TRASHED_ONE_IN = 1000;
const FIRST_TRASHED = 7;

const ACTIONS = ['image.uploaded', 'image.viewed', 'image.downloaded', 'image.shared'] as const;
const TOPICS = ['views', 'downloads', 'objects'] as const;

const levelOf = (hundredth: number): LogLevel => (hundredth < 95 ? 'info' : hundredth < 99 ? 'warn' : 'error');

/** The entry about an image: who uploaded it, or did something else to it. */
function logEntryOf(index: number, ownerId: UserId): NewLogEntry {
  const random = new Random(6, index);
  return {
    id: logIdOf(index),
    timestamp: loggedAt(index),
    level: levelOf(random.below(100)),
    action: ACTIONS[random.below(ACTIONS.length)] ?? ACTIONS[0],
    module: 'uploads',
    userId: ownerId,
    imageId: imageIdOf(index),
    metadata: { duration: random.below(5000) },
  };
}

/** An entry for each of the images from one index up to, and without, another. */
export function* logEntries(from: number, to: number, options: ImageOptions = {}): Generator<NewLogEntry> {
  for (let index = from; index < to; index++) yield logEntryOf(index, ownerOf(index, options));
}

function* every(step: number, from: number, to: number, first = 0): Generator<number> {
  for (let index = first + Math.ceil((from - first) / step) * step; index < to; index += step) yield index;
}

export interface Analysis {
  readonly imageId: ImageId;
  readonly kind: string;
  readonly result: JsonValue;
}

export function* analyses(from: number, to: number): Generator<Analysis> {
  for (const index of every(ONE_IN, from, to)) {
    const random = new Random(7, index);
    yield {
      imageId: imageIdOf(index),
      kind: 'objects',
      result: { faces: random.below(5), sharpness: random.below(100) },
    };
  }
}

export function* events(
  from: number,
  to: number,
): Generator<NewAnalyticsEvent & Pick<Required<NewAnalyticsEvent>, 'id'>> {
  for (const index of every(ONE_IN, from, to)) {
    const random = new Random(8, index);
    yield {
      id: eventIdOf(index),
      createdAt: eventAt(index),
      topic: TOPICS[random.below(TOPICS.length)] ?? TOPICS[0],
      data: { count: random.below(1000) },
      imageId: imageIdOf(index),
    };
  }
}

/** Those images that are to be put into the trash. */
export function* trashed(from: number, to: number): Generator<ImageId> {
  for (const index of every(TRASHED_ONE_IN, from, to, FIRST_TRASHED)) if (!MARKS.has(index)) yield imageIdOf(index);
}
