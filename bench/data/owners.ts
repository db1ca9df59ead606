import type { NewUser, UserId } from '@janus/core';
import { ownerIdOf, ownerTime } from './ids.js';
import { zipf, type Random } from './random.js';
import { RARE_OWNERS } from './rare.js';

/** How many there are, if not told. */
export const OWNERS = 10_000;

/** One image in ten is hers. */
export const bigOwner: UserId = ownerIdOf(0);

/** The users who own the images: the one who has many, those who have ten, and the others. */
export function owners(count: number = OWNERS): NewUser[] {
  if (count <= RARE_OWNERS + 1) throw new RangeError(`There are more than ${RARE_OWNERS + 1} owners.`);
  return Array.from({ length: count }, (_, index) => ({
    id: ownerIdOf(index),
    createdAt: ownerTime(index),
    email: `owner-${index}@example.org`,
    username: `owner-${index}`,
  }));
}

/** Picks the owner of an image that is not rare. */
export function ownerPicker(count: number = OWNERS): (random: Random) => UserId {
  const ids = Array.from({ length: count }, (_, index) => ownerIdOf(index));
  const other = zipf(count - RARE_OWNERS - 1);
  return (random) => (random.below(10) === 0 ? bigOwner : (ids[1 + RARE_OWNERS + other(random)] ?? bigOwner));
}
