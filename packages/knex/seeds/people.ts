import type { UserId } from '@janus/core';
import { at, Chance, Ranked } from './chance.js';
import { people, type Person } from './data/people.js';
import { DAY, IMAGES_PER_ROUND } from './scale.js';

/** How many people there are: a few with a name, and with every further round of images somebody more. */
export const peopleCount = (scale: number): number => people.length + scale - 1;

export interface Newcomer extends Person {
  readonly id: UserId;
  readonly createdAt: Date;
}

/** They joined in the year before that of the images. */
export function person(position: number): Newcomer {
  const chance = new Chance(`person ${position}`);
  const known = people[position];
  const day = known ? position : people.length + chance.below(300);
  const createdAt = new Date(Date.UTC(2024, 0, 1) + day * DAY + chance.below(DAY));
  const fields = known ?? { email: `member-${position}@example.org`, username: `member ${position}` };
  return { ...fields, id: chance.id<'user'>(createdAt), createdAt };
}

export const namedPeople = people.map((_, position) => person(position));
/** Who takes pictures; the last has none yet. */
const photographers = namedPeople.slice(0, -1);
const ranked = new Ranked(photographers);

/** Who owns an image. Everybody begins with three, in turn: so two images side by side there have two owners. */
export function ownerOf(number: number): UserId {
  if (number < 3 * photographers.length) return at(photographers, number % photographers.length).id;
  const chance = new Chance(`owner of ${number}`);
  const round = Math.floor(number / IMAGES_PER_ROUND);
  if (round > 0 && chance.happens(0.7)) return person(people.length + round - 1).id;
  return ranked.pick(chance).id;
}
