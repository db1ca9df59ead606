import type { PerceptualHash, UserId } from '@janus/core';
import { ownerIdOf } from './ids.js';
import { hex8, Random } from './random.js';

/** What few images have, as many of them in a large database as in a small one. */
export interface Rare {
  /** Has ten images. */
  readonly ownerId: UserId;
  /** Twenty images have each, and ten have both. */
  readonly tags: readonly [string, string];
  /** In the titles of ten images. */
  readonly word: string;
  /** The hashes of ten images differ from it in 0 to 7 bits. */
  readonly hash: PerceptualHash;
  /** `metadata.batch` of ten images. */
  readonly batch: string;
}

// Images are only ever added. What ten images have at every size, from the oldest to the newest, is therefore another thing
// at each.
const SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((thousands) => thousands * 1000);
const LETTERS = 'abcdefghijklm';

const RARE: readonly Rare[] = SIZES.map((_, slot) => {
  const random = new Random(5, slot);
  const letter = LETTERS.charAt(slot);
  return {
    ownerId: ownerIdOf(1 + slot),
    tags: [`rare-a-${letter}`, `rare-b-${letter}`],
    word: `zanzibar${letter}`,
    hash: hex8(random.bits()) + hex8(random.bits()),
    batch: `rare-${letter}`,
  };
});

/** Those owners, after the first, who have ten images each. */
export const RARE_OWNERS = RARE.length;

/** What few images have, spread evenly, of the first `size`: of 1,000, 2,000, 5,000 and so on, up to 10 million. */
export function rareAmong(size: number): Rare {
  const slot = SIZES.findLastIndex((known) => known <= size);
  const found = RARE[slot];
  if (!found) throw new RangeError(`There are no rare images among fewer than ${SIZES[0]}.`);
  return found;
}

/** What is rare about one image. */
export interface Mark {
  ownerId?: UserId;
  tags: string[];
  words: string[];
  hash?: PerceptualHash;
  batch?: string;
}

function flipped(hash: PerceptualHash, bits: number): PerceptualHash {
  let value = BigInt(`0x${hash}`);
  for (let bit = 0; bit < bits; bit++) value ^= 1n << BigInt(bit * 9);
  return value.toString(16).padStart(16, '0');
}

/** By an image's index. */
export const MARKS: ReadonlyMap<number, Mark> = marks();

function marks(): Map<number, Mark> {
  const all = new Map<number, Mark>();
  // Beside the even places, a little for each kind and size, so that none falls on another.
  const spread = (slot: number, kind: number, count: number, give: (mark: Mark, position: number) => void) => {
    for (let position = 0; position < count; position++) {
      const index = Math.floor(((position + 0.25) * (SIZES[slot] ?? 0)) / count) + kind * RARE.length + slot;
      const mark = all.get(index) ?? { tags: [], words: [] };
      give(mark, position);
      all.set(index, mark);
    }
  };
  for (const [slot, rare] of RARE.entries()) {
    spread(slot, 0, 10, (mark) => (mark.ownerId = rare.ownerId));
    spread(slot, 1, 10, (mark) => mark.words.push(rare.word));
    spread(slot, 2, 10, (mark, position) => (mark.hash = flipped(rare.hash, position % 8)));
    spread(slot, 3, 10, (mark) => (mark.batch = rare.batch));
    const [a, b] = rare.tags;
    spread(slot, 4, 30, (mark, position) => mark.tags.push(...([[a], [a, b], [b]][position % 3] ?? [])));
  }
  return all;
}
