import type { ImageStatus, NewImage, UserId } from '@janus/core';
import { createdAt, imageIdOf } from './ids.js';
import { OWNERS, ownerPicker } from './owners.js';
import { hex8, mix, Random, zipf } from './random.js';
import { type Mark, MARKS } from './rare.js';

export interface ImageOptions {
  /** How many owners share the images; 10,000 if left out. */
  readonly owners?: number;
}

const TAGS = 300;
const WORDS = 2000;
const DAY = 86_400_000;
const YEARS = 5 * 365 * DAY;

const SYLLABLES = 'bdfgklmnprst'.split('').flatMap((consonant) => 'aeiou'.split('').map((vowel) => consonant + vowel));
const syllable = (index: number) => SYLLABLES[index % SYLLABLES.length] ?? '';

/** A word of the titles, from the commonest (0, in a third of them) to the rarest (1,999). None begins another. */
export function wordOf(rank: number): string {
  const place = (rank * 7919) % SYLLABLES.length ** 2;
  return syllable(Math.floor(place / SYLLABLES.length)) + syllable(place);
}

/** A tag, from the commonest (0, on four images of ten) to the rarest (299). */
export const tagOf = (rank: number): string => `tag-${String(rank).padStart(3, '0')}`;

const tagNames = Array.from({ length: TAGS }, (_, rank) => tagOf(rank));
const vocabulary = Array.from({ length: WORDS }, (_, rank) => wordOf(rank));
const pickTag = zipf(TAGS);
const pickWord = zipf(WORDS);

/** Each value is taken for so many of a hundred. */
function share<Value>(
  shares: readonly [readonly [Value, number], ...(readonly [Value, number])[]],
): (random: Random) => Value {
  const hundred = shares.flatMap(([value, count]) => Array.from({ length: count }, () => value));
  const [first] = shares[0];
  return (random) => hundred[random.below(100)] ?? first;
}

const pickStatus = share<ImageStatus>([
  ['ready', 90],
  ['pending', 5],
  ['processing', 4],
  ['failed', 1],
]);
const pickType = share([
  ['jpg', 80],
  ['png', 15],
  ['webp', 4],
  ['tiff', 1],
]);
const pickSize = share<readonly [number, number]>([
  [[4000, 3000], 50],
  [[6000, 4000], 30],
  [[1920, 1080], 19],
  [[640, 480], 1],
]);
const pickCamera = share([
  ['Canon EOS R6', 40],
  ['Nikon Z 6', 30],
  ['Pixel 8', 29],
  ['Leica M11', 1],
]);
const pickLens = share([
  ['50mm f/1.8', 60],
  ['24-70mm f/2.8', 40],
]);

const two = (value: number) => `${value < 10 ? '0' : ''}${value}`;

function filename(random: Random, taken: Date, type: string): string {
  if (random.below(2) === 0) return `DSC${random.below(100_000) + 100_000}.${type}`;
  const date = `${taken.getUTCFullYear()}${two(taken.getUTCMonth() + 1)}${two(taken.getUTCDate())}`;
  const time = two(taken.getUTCHours()) + two(taken.getUTCMinutes()) + two(taken.getUTCSeconds());
  return `IMG_${date}_${time}.${type}`;
}

function title(random: Random, rare: readonly string[]): string {
  let words = vocabulary[pickWord(random)] ?? '';
  for (let more = 1 + random.below(3); more > 0; more--) words += ` ${vocabulary[pickWord(random)] ?? ''}`;
  return rare.length === 0 ? words : [words, ...rare].join(' ');
}

function tags(random: Random, rare: readonly string[]): string[] {
  const names = [...rare];
  while (names.length < rare.length + 3) {
    const name = tagNames[pickTag(random)] ?? '';
    if (!names.includes(name)) names.push(name);
  }
  return names;
}

// The first eight digits are of a permutation: no two images have one.
function sha256(index: number, random: Random): string {
  let hash = hex8(mix(index));
  for (let part = 1; part < 8; part++) hash += hex8(random.bits());
  return hash;
}

const UNMARKED: Mark = { tags: [], words: [] };
const pickers = new Map<number, ReturnType<typeof ownerPicker>>();

/** Whose an image is. */
export function ownerOf(index: number, { owners = OWNERS }: ImageOptions = {}): UserId {
  const pick = pickers.get(owners) ?? ownerPicker(owners);
  pickers.set(owners, pick);
  return MARKS.get(index)?.ownerId ?? pick(new Random(9, index));
}

/** One image; the same for the same index, whatever was made before. */
export function imageOf(index: number, options: ImageOptions = {}): NewImage {
  const random = new Random(0, index);
  const mark = MARKS.get(index) ?? UNMARKED;
  const at = createdAt(index);
  const taken = new Date(at.getTime() - random.below(YEARS));
  const type = pickType(random);
  const size = pickSize(random);
  const camera = { iso: 100 * 2 ** random.below(7), lens: pickLens(random), camera: pickCamera(random) };
  return {
    id: imageIdOf(index),
    createdAt: at,
    ownerId: ownerOf(index, options),
    filename: filename(random, taken, type),
    title: title(random, mark.words),
    mimeType: type === 'jpg' ? 'image/jpeg' : `image/${type}`,
    byteSize: 100_000 + random.below(12_000_000),
    width: size[0],
    height: size[1],
    bitDepth: 8,
    colorType: 'rgb',
    sha256: sha256(index, random),
    perceptualHash: mark.hash ?? hex8(random.bits()) + hex8(random.bits()),
    status: pickStatus(random),
    captured: random.below(10) === 0 ? null : { at: taken, offset: random.below(2) === 0 ? null : 60 },
    location:
      random.below(2) === 0
        ? null
        : { latitude: random.below(180_000) / 1000 - 90, longitude: random.below(360_000) / 1000 - 180 },
    metadata: mark.batch === undefined ? camera : { ...camera, batch: mark.batch },
    tags: tags(random, mark.tags),
  };
}

/** The images from one index up to, and without, another. */
export function* images(from: number, to: number, options: ImageOptions = {}): Generator<NewImage, void, undefined> {
  for (let index = from; index < to; index++) yield imageOf(index, options);
}
