import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { z } from 'zod';
import { InvalidError } from './errors.js';
import { quickly, UNSURE } from './quick.js';
import { LAST_INSTANT } from './rules.js';

declare const brand: unique symbol;

/** A UUIDv7 in its lower-case text form; the brand keeps a user's id from being passed for an image's. */
export type Id<Entity extends string> = string & { readonly [brand]: Entity };
export type UserId = Id<'user'>;
export type ImageId = Id<'image'>;
export type TagId = Id<'tag'>;
export type LogId = Id<'log'>;
export type AnalyticsId = Id<'analytics'>;
export type LeaseId = Id<'lease'>;

const BYTES = 16;
/** Random bytes for many ids at once, as `randomUUID` has them: to ask for an id's own takes six times as long as to make it. */
const pool = new Uint8Array(128 * BYTES);
let used = pool.length;

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return pool.subarray(used - BYTES, used);
}

// Of the last id that was made for now: its time, and where it stood among those of that time.
let lastTime = 0;
let lastInTime = 0;

/**
 * A new id. Its first 48 bits are the time, in milliseconds since 1970 (RFC 9562, UUIDv7): ids sort as their times do.
 * Made for now, ids of one process also sort in the order they were made in.
 * @param at the time it shall carry; now, if left out
 */
export function newId<Entity extends string>(at?: Date): Id<Entity> {
  const random = randomBytes();
  if (at) return v7({ random, msecs: at.getTime() }) as Id<Entity>;
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    // Half of what there is room for, so that more can follow in the same millisecond.
    lastInTime = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    lastInTime = (lastInTime + 1) >>> 0;
    if (lastInTime === 0) lastTime += 1;
  }
  return v7({ random, msecs: lastTime, seq: lastInTime }) as Id<Entity>;
}

/** The instant an id carries, to the millisecond. */
export function idTime(id: Id<string>): Date {
  return new Date(Number.parseInt(id.slice(0, 8), 16) * 0x10000 + Number.parseInt(id.slice(9, 13), 16));
}

/** The smallest id of this instant or a later one: `id >= firstIdAt(t)` is "made at t or after". */
export function firstIdAt<Entity extends string>(at: Date): Id<Entity> {
  const time = Math.max(at.getTime(), 0).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000` as Id<Entity>;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Where the ids end that are of a time that can be stored: they sort as their times do. */
const END = firstIdAt(new Date(LAST_INSTANT.getTime() + 1)).slice(0, 13);

const isId = (value: unknown) => typeof value === 'string' && UUID_V7.test(value) && value < END;

const rule = <Entity extends string>() =>
  quickly(
    z.custom<Id<Entity>>(isId, {
      params: {
        rule: 'format',
        allowed: 'a UUID of version 7 in lower case, of a time up to the year 2100, as `newId` makes them',
      },
    }),
    (value) => (isId(value) ? value : UNSURE),
  );

export const userId = rule<'user'>();
export const imageId = rule<'image'>();
export const logId = rule<'log'>();
export const analyticsId = rule<'analytics'>();
export const leaseId = rule<'lease'>();

/**
 * The id and the instant of something new, which are two forms of one fact.
 * @throws InvalidError when both are given and do not agree
 */
export function identify<Entity extends string>(
  id: Id<Entity> | undefined,
  at: Date | undefined,
  field: string,
): { readonly id: Id<Entity>; readonly at: Date } {
  const made = id ?? newId<Entity>(at);
  const time = idTime(made);
  if (at && at.getTime() !== time.getTime()) {
    throw new InvalidError(field, 'agreement', 'the instant that the given id carries, or no id');
  }
  return { id: made, at: time };
}
