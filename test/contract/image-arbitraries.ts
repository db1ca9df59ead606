import * as fc from 'fast-check';
import {
  FIRST_INSTANT,
  IMAGE_SORTS,
  IMAGE_STATUSES,
  LAST_INSTANT,
  type ImageFilter,
  type JsonObject,
  type JsonScalar,
  type JsonValue,
  type NewImage,
  type User,
} from '@janus/core';
import { newImage, next } from './store.js';

// Everything that may be stored.

const storable = (text: string) => text.replaceAll('\0', '~');

/** Text of 1 to `max` code points of all of Unicode; now and then as long as it may be. */
export const text = (max: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: max }) },
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.min(max, 20) }) },
      {
        weight: 2,
        arbitrary: fc.string({ unit: fc.constantFrom(...Array.from(`aA1 \t\n'"\\%_$?:;é\u0301ß😀Ａ`)), minLength: 1 }),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: max, maxLength: max }) },
    )
    .map((value) => storable(Array.from(value).slice(0, max).join('')));

/** Any instant that may be stored, to the millisecond. */
export const instant = fc.date({ min: FIRST_INSTANT, max: LAST_INSTANT, noInvalidDate: true });

const scalar: fc.Arbitrary<JsonScalar> = fc.oneof(
  fc.string({ unit: 'binary' }).map(storable),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
);

/** Keys short and long, some of which JavaScript takes for numbers. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 255 }).map((value) => storable(Array.from(value).slice(0, 255).join(''))),
  fc.constantFrom('', '0', '10', '2', 'a', 'b', 'aa', 'é', '😀', 'Ａ', 'a.b', '$', '$[0]', '__proto__', 'toString'),
);

const object = (value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> =>
  fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });

/** Any JSON, a few levels deep. */
export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }),
    object(tie('json')),
  ),
})).json;

export const jsonObject = object(json);

const hash = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: digits, maxLength: digits });

const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

export const changes = {
  filename: text(255),
  title: nullable(text(500)),
  mimeType: fc.stringMatching(/^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,60}$/),
  width: fc.integer({ min: 1, max: 1_000_000 }),
  height: fc.integer({ min: 1, max: 1_000_000 }),
  bitDepth: nullable(fc.integer({ min: 1, max: 64 })),
  colorType: nullable(text(50)),
  compression: nullable(text(50)),
  perceptualHash: nullable(hash(16)),
  status: fc.constantFrom(...IMAGE_STATUSES),
  captured: nullable(fc.record({ at: instant, offset: nullable(fc.integer({ min: -1080, max: 1080 })) })),
  location: nullable(
    fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
  ),
  metadata: jsonObject,
};

/** The fields of any new image but its owner; no two have the same bytes. */
export const newImages: fc.Arbitrary<Omit<NewImage, 'ownerId'>> = fc
  .record(
    {
      ...changes,
      createdAt: instant,
      byteSize: fc.maxSafeNat(),
      sha256: hash(48),
      tags: fc.array(fc.constantFrom('a', 'b', 'aa', 'é', 'Ａ', '東京', '😀', 'zwei wörter'), { maxLength: 8 }),
    },
    { requiredKeys: ['filename', 'mimeType', 'byteSize', 'width', 'height', 'sha256'] },
  )
  .map((image) => ({ ...image, sha256: image.sha256 + next().toString(16).padStart(16, '0') }));

// A small world, in which many images match, and many tie.

const HOUR = 3_600_000;
const NEW_YEAR = new Date('2024-01-01T00:00:00.000Z').getTime();
const when = fc.integer({ min: -3, max: 3 }).map((steps) => new Date(NEW_YEAR + steps * HOUR + (steps % 2)));
const word = fc.constantFrom('a', 'ab', 'B', 'IMG', 'img2', '10', '100');
const phrase = fc.array(word, { minLength: 1, maxLength: 3 });
const separator = fc.constantFrom(' ', '_', '%', '-', '.', '  ', '😀', '\uff01');
const name = fc
  .tuple(phrase, separator, fc.constantFrom('', ' ', '.', '😀'))
  .map(([all, by, end]) => all.join(by) + end);
const tag = fc.constantFrom('cat', 'dog', 'night');
const tags = fc.uniqueArray(tag, { maxLength: 3 });
const size = fc.constantFrom(0, 1, 2, 10, 4_294_967_296, Number.MAX_SAFE_INTEGER);
const pixels = fc.constantFrom(1, 2, 640, 1_000_000);
const likeness = fc.constantFrom('0000000000000000', '0000000000000001', '8001800180018001', 'ff00000000000000');
const leaf = fc.constantFrom<JsonScalar>(1, '1', true, 'true', null, 'null', 0, '', 1.5, 'A', 'a');
const small = fc.constantFrom('a', 'b.c', '$', '0');
const branch = fc.oneof(leaf, fc.array(leaf, { maxLength: 2 }), fc.dictionary(small, leaf, { noNullPrototype: true }));

/** Images of that world. */
export const neighbour = (owner: User): fc.Arbitrary<NewImage> =>
  fc
    .record(
      {
        filename: name,
        title: nullable(name),
        mimeType: fc.constantFrom('image/jpeg', 'image/png'),
        byteSize: size,
        width: pixels,
        height: pixels,
        status: fc.constantFrom(...IMAGE_STATUSES),
        createdAt: when,
        captured: nullable(when.map((at) => ({ at, offset: null }))),
        perceptualHash: nullable(likeness),
        metadata: fc.dictionary(small, branch, { noNullPrototype: true }),
        tags,
      },
      { requiredKeys: ['filename', 'byteSize'] },
    )
    .map((fields) => newImage(owner, fields));

const range = (value: fc.Arbitrary<number>) => fc.record({ min: value, max: value }, { requiredKeys: [] });
const period = fc.record({ from: when, to: when }, { requiredKeys: [] });

/** Filters of that world; most have one or two conditions. */
export const filter: fc.Arbitrary<ImageFilter> = fc
  .record({
    status: fc.constantFrom(...IMAGE_STATUSES),
    mimeType: fc.constantFrom('image/jpeg', 'image/png'),
    width: range(pixels),
    height: range(pixels),
    byteSize: range(size),
    created: period,
    captured: period,
    tags: fc.record({ all: tags, any: tags, none: tags }, { requiredKeys: [] }),
    text: phrase.map((all) => all.join(' ')),
    metadata: fc.record(
      {
        path: fc.array(fc.oneof(small, fc.nat(2)), { minLength: 1, maxLength: 2 }),
        equals: leaf,
      },
      { requiredKeys: ['path'] },
    ),
    near: fc.record({ hash: likeness, distance: fc.integer({ min: 0, max: 7 }) }),
    trash: fc.constantFrom('excluded', 'only', 'included'),
  })
  .chain((full) => fc.subarray(Object.entries(full), { maxLength: 3 }))
  .map((conditions): ImageFilter => Object.fromEntries(conditions));

export const sort = fc.constantFrom(...IMAGE_SORTS);
