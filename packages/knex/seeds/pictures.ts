import { LAST_INSTANT, type ImageId, type ImageStatus, type NewImage } from '@janus/core';
import { Chance } from './chance.js';
import { oddities } from './data/oddities.js';
import { looksOf } from './looks.js';
import { ownerOf } from './people.js';
import { IMAGES_PER_ROUND, momentAfter, YEAR } from './scale.js';

const SLOT = (YEAR.to - YEAR.from) / IMAGES_PER_ROUND;

// Of every twenty pictures one began a burst: the three after it look nearly the same.
const BURST = 20;
const FIRST_OF_BURST = 16;

/** What tells an image from every other. */
export interface Identity {
  readonly number: number;
  readonly id: ImageId;
  readonly createdAt: Date;
  readonly sha256: string;
}

/** An image as it is uploaded, and what it became since; null: nothing else. */
export interface Picture extends Identity {
  readonly image: NewImage & { readonly id: ImageId; readonly status: ImageStatus };
  readonly later: { readonly version: number; readonly updatedAt: Date; readonly deletedAt: Date | null } | null;
}

/** Made without the rest of the picture: those that are there already are passed over quickly. */
export function identityOf(number: number): Identity {
  const chance = new Chance(`image ${number}`);
  const odd = oddities[number];
  const uploaded = new Date(YEAR.from + Math.floor(((number % IMAGES_PER_ROUND) + chance.fraction()) * SLOT));
  const createdAt = odd?.createdAt ?? uploaded;
  return { number, id: chance.id<'image'>(createdAt), createdAt, sha256: odd?.sha256 ?? chance.hex(64) };
}

export function pictureOf(identity: Identity): Picture {
  const { number, id, createdAt, sha256 } = identity;
  const original = originalOf(number);
  const looks = looksOf(identityOf(original), original === number ? null : number);
  return {
    ...identity,
    image: { ...looks, ...oddities[number], id, createdAt, sha256, ownerId: ownerOf(original) },
    later: laterOf(identity),
  };
}

/** The number of the picture that this one was taken right after; for most, its own. */
function originalOf(number: number): number {
  const after = (number % BURST) - FIRST_OF_BURST;
  return after > 0 && number >= oddities.length ? number - after : number;
}

function laterOf({ number, createdAt }: Identity): Picture['later'] {
  if (createdAt.getTime() === LAST_INSTANT.getTime()) return { version: 2, updatedAt: createdAt, deletedAt: createdAt };
  if (number < oddities.length) return null;
  const chance = new Chance(`later ${number}`);
  const edits = chance.happens(0.12) ? chance.between(1, 4) : 0;
  const trashed = chance.happens(0.04);
  if (edits === 0 && !trashed) return null;
  const updatedAt = momentAfter(createdAt, chance.fraction());
  return { version: 1 + edits + (trashed ? 1 : 0), updatedAt, deletedAt: trashed ? updatedAt : null };
}
