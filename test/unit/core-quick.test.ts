import { isDeepStrictEqual, inspect } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { newId } from '@janus/core';
import * as rules from '@janus/core/adapter';
import type { z } from 'zod';
// Not among what core exports; the same module, for it is told by its file.
import { quick, UNSURE } from '../../packages/core/dist/quick.js';
import { jsonObject as anyMetadata, newImages } from '../contract/image-arbitraries.js';

/** A text that tells everything of a value: order of keys, what is absent and what is undefined, minus zero. */
const told = (value: unknown) =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, showHidden: true });

/** That what is known quickly is what the schema makes. */
function expectAgreement(schema: z.ZodType, input: unknown): void {
  const made = quick(schema, input);
  if (made === UNSURE) return;
  const result = schema.safeParse(input);
  expect(result.success, `accepted ${told(input)}`).to.equal(true);
  if (isDeepStrictEqual(made, result.data) && told(made) === told(result.data)) return;
  expect(told(made)).to.equal(told(result.data));
}

class Instant extends Date {
  readonly more = 1;
}
class Holder {
  constructor(values: object) {
    Object.defineProperties(this, Object.getOwnPropertyDescriptors(values));
  }
  get filename(): string {
    return 'from the prototype';
  }
}

/** An array of some values whose first place is a hole, or whose last is. */
const holeAtEnd = (...values: unknown[]): unknown[] => Object.assign([...values], { length: values.length + 1 });
const holeAtStart = (...values: unknown[]): unknown[] => {
  const array = [undefined, ...values];
  // eslint-disable-next-line typescript/no-array-delete -- for the hole
  delete array[0];
  return array;
};

const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  true,
  0,
  -0,
  1,
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 31,
  2 ** 53,
  1n,
  '',
  ' ',
  'a',
  'A',
  'a\0b',
  '\ud800',
  'a\udc00',
  'é',
  'e\u0301',
  'ß',
  '😀'.repeat(50),
  '😀'.repeat(51),
  'x'.repeat(50),
  'x'.repeat(51),
  'x'.repeat(256),
  'a\n',
  'ada@example.org',
  'Ada@example.org',
  'ada@@example.org',
  'a b',
  'a  b',
  'image/jpeg',
  'image/jpeg\n',
  'Image/JPEG',
  'pending',
  '0'.repeat(16),
  '0'.repeat(64),
  `${'0'.repeat(64)}\n`,
  'F'.repeat(64),
  new Date(0),
  new Date(-1),
  new Date(NaN),
  new Date(4_133_980_799_999),
  new Date(4_133_980_800_000),
  new Instant(5),
  [],
  {},
  [undefined],
  holeAtEnd('a'),
  holeAtStart('a', 'b'),
  ['a', 'a'],
  ['a', 'A'],
  Object.create(null),
  JSON.parse('{"__proto__":1}'),
  JSON.parse('{"__proto__":{"a":1}}'),
  { a: undefined },
  { a: -0, 10: 1, 2: 2, bb: { ccc: [[-0]], c: 1 } },
  { a: holeAtEnd(1) },
  { toJSON: () => 1 },
  { at: new Date(5), offset: -0 },
  { at: new Date(5), offset: 60, more: 1 },
  { latitude: -0, longitude: 180 },
  { latitude: 91, longitude: 0 },
  new Holder({ a: 1 }),
  new Map(),
  new String('a'),
  Symbol('a'),
  () => 1,
  Buffer.from('a'),
);

const anything = fc.oneof(
  odd,
  fc.anything({
    withDate: true,
    withBigInt: true,
    withNullPrototype: true,
    withSparseArray: true,
    withUnicodeString: true,
  } as never),
);
const email = fc.oneof(fc.emailAddress(), odd);
const metadata = fc.oneof(anyMetadata, fc.dictionary(fc.string({ unit: 'binary' }), anything), odd);
const when = fc.oneof(
  fc.date({ min: new Date(0), noInvalidDate: true }),
  fc.date().map((date) => new Instant(date)),
  fc.date(),
);

/** Adds to an object, takes from it, and puts odd things into it, a few times. */
const nearly = (valid: fc.Arbitrary<object>, more: readonly string[] = []): fc.Arbitrary<unknown> =>
  valid.chain((input) => {
    const key = fc.constantFrom(...Object.keys(input), ...more, 'unknown', 'constructor', '__proto__');
    const change = fc.tuple(key, anything);
    return fc
      .tuple(fc.array(change, { maxLength: 2 }), fc.constantFrom('plain', 'bare', 'class', 'inherited'))
      .map(([changes, form]) => {
        const changed: object = { ...input };
        for (const [name, value] of changes) {
          Object.defineProperty(changed, name, { value, enumerable: true, writable: true, configurable: true });
        }
        switch (form) {
          case 'bare':
            return Object.assign(Object.create(null) as object, changed);
          case 'class':
            return new Holder(changed);
          case 'inherited':
            return Object.create(changed) as object;
          default:
            return changed;
        }
      });
  });

const owned = newImages.map((image) => ({ ...image, ownerId: newId<'user'>() }));
const id = fc.constant(null).map(() => newId());
const optional = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const range = optional({ min: fc.oneof(fc.integer(), odd), max: fc.oneof(fc.double(), odd) });
const period = optional({ from: when, to: when });
const tags = fc.array(fc.oneof(fc.constantFrom('cat', 'night sky', 'Cat', 'é', 'a'.repeat(100)), odd), {
  maxLength: 20,
});
const path = fc.array(fc.oneof(fc.constantFrom('a', 'b.c', '-a', 0, 1), odd), { maxLength: 4 });

const filter = optional({
  ownerId: id,
  status: fc.constantFrom('pending', 'ready', 'other'),
  mimeType: fc.constantFrom('image/png', 'PNG'),
  width: range,
  height: range,
  byteSize: range,
  created: period,
  captured: period,
  tags: optional({ all: tags, any: tags, none: tags }),
  text: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), odd),
  metadata: optional({ path, equals: odd }),
  near: fc.record({ hash: fc.constant('0'.repeat(16)), distance: fc.nat(8) }),
  trash: fc.constantFrom('only', 'included', 'none'),
});
const paging = { limit: fc.oneof(fc.nat(600), odd), after: fc.oneof(fc.constant(null), fc.string(), odd) };

/** A place like this one, and one that is too long, too short, or has a hole or a minus zero in it. */
const place = (...items: readonly fc.Arbitrary<unknown>[]) =>
  fc
    .tuple(
      fc.tuple(...items.map((item) => fc.oneof({ weight: 4, arbitrary: item }, odd))),
      fc.constantFrom('', 'long', 'short', 'hole'),
    )
    .map(([values, change]) => {
      if (change === 'long') return [...values, null];
      if (change === 'short') return values.slice(1);
      return change === 'hole' ? holeAtEnd(...values.slice(1)) : values;
    });

const inputs: Readonly<Record<string, readonly [z.ZodType, fc.Arbitrary<unknown>]>> = {
  newImage: [rules.newImage, nearly(owned, ['id', 'createdAt', 'title', 'tags', 'metadata', 'captured'])],
  imageChanges: [rules.imageChanges, nearly(newImages)],
  imageFilter: [rules.imageFilter, nearly(filter, ['tags', 'text'])],
  imageQuery: [rules.imageQuery, nearly(optional({ where: filter, ...paging }), ['where', 'sort'])],
  newUser: [
    rules.newUser,
    nearly(fc.record({ email, username: fc.constantFrom('ada', 'Ada L', 'ada-1') }), ['id', 'createdAt', 'username']),
  ],
  userChanges: [rules.userChanges, nearly(optional({ email, username: fc.string() }))],
  newLogEntry: [
    rules.newLogEntry,
    nearly(fc.record({ action: fc.constantFrom('a', 'image.seen'), metadata }), ['level', 'userId', 'timestamp']),
  ],
  logQuery: [
    rules.logQuery,
    nearly(optional({ where: optional({ userId: fc.oneof(id, odd), level: odd, timestamp: period }), ...paging })),
  ],
  newAnalyticsEvent: [
    rules.newAnalyticsEvent,
    nearly(fc.record({ topic: fc.constant('faces'), data: metadata }), ['imageId', 'createdAt']),
  ],
  analyticsQuery: [rules.analyticsQuery, nearly(optional({ where: optional({ imageId: id }), ...paging }))],
  tagQuery: [rules.tagQuery, nearly(optional({ countAtMost: fc.oneof(fc.nat(9), odd), ...paging }))],
  page: [rules.page, nearly(optional(paging))],
  sweep: [rules.sweep, nearly(optional({ before: when, batch: fc.oneof(fc.nat(10_001), odd) }))],
  grant: [rules.grant, nearly(optional({ level: fc.oneof(fc.nat(101), odd), grantedBy: fc.oneof(id, odd) }))],
  trashOption: [rules.trashOption, nearly(optional({ trash: odd }), ['trash'])],
  createOptions: [rules.createOptions, nearly(optional({ onDuplicate: fc.constantFrom('skip', 'no') }))],
  countOptions: [rules.countOptions, nearly(optional({ atMost: fc.oneof(fc.nat(5), odd) }))],
  period: [rules.period, nearly(period)],
  metadataFilter: [rules.metadataFilter, nearly(fc.record({ path, equals: odd }))],
  tagName: [rules.tagName, fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z _.@-]{0,9}$/), odd)],
  tagNames: [rules.tagNames, fc.oneof(tags, fc.array(fc.stringMatching(/^[a-z]$/), { maxLength: 101 }), odd)],
  email: [rules.email, email],
  username: [rules.username, fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z0-9 .@-]{0,70}$/), odd)],
  passwordHash: [rules.passwordHash, fc.oneof(fc.string({ unit: 'binary' }), odd)],
  jsonObject: [rules.jsonObject, metadata],
  json: [rules.json, fc.oneof(metadata, anything)],
  imageId: [
    rules.imageId,
    fc.oneof(
      id,
      id.map((one) => one.toUpperCase()),
      id.map((one) => `${one}\n`),
      odd,
    ),
  ],
  imageIds: [rules.imageIds, fc.oneof(fc.array(fc.oneof(id, odd)), odd)],
  userId: [rules.userId, fc.oneof(id, odd)],
  sha256: [rules.sha256, odd],
  perceptualHash: [rules.perceptualHash, odd],
  instant: [rules.instant, fc.oneof(when, odd)],
  bound: [rules.bound, fc.oneof(when, odd)],
  limit: [rules.limit, fc.oneof(fc.integer(), odd)],
  'place by age': [rules.imagePlaces.createdAt, place(fc.constant(null), id)],
  'place by capture': [rules.imagePlaces.capturedAt, place(fc.oneof(fc.nat(), fc.constantFrom(null, -0)), id)],
  'place by size': [rules.imagePlaces.byteSize, place(fc.oneof(fc.nat(), fc.constant(-0)), id)],
  'place by name': [rules.imagePlaces.filename, place(fc.string({ minLength: 1 }), id)],
  'place of a tag': [rules.tagPlace, place(fc.stringMatching(/^[a-z ]{1,9}$/))],
  seen: [rules.seen, nearly(optional({ version: fc.oneof(fc.nat(), odd) }))],
};

describe('What is known quickly of input', () => {
  for (const [name, [schema, input]] of Object.entries(inputs)) {
    it(`is what the schema makes of it, for any ${name}`, () => {
      fc.assert(
        fc.property(fc.oneof({ weight: 4, arbitrary: input }, anything), (any) => expectAgreement(schema, any)),
        { numRuns: 400 },
      );
    });
  }

  it('is known of most images, users, tags, metadata and ids', () => {
    const image = {
      ownerId: newId(),
      filename: 'Été.jpg',
      mimeType: 'image/jpeg',
      byteSize: 1,
      width: 1,
      height: 1,
      sha256: '0'.repeat(64),
      captured: { at: new Date(5), offset: null },
      location: { latitude: 1.5, longitude: -0 },
      metadata: { iso: 100, exif: { b: [1, 'é'], a: null } },
      tags: ['cat', 'night sky'],
    };
    for (const [schema, input] of [
      [rules.newImage, image],
      [rules.newUser, { email: 'ada@example.org', username: 'ada' }],
      [rules.tagNames, ['cat', 'dog']],
      [rules.jsonObject, { iso: 100 }],
      [rules.imageId, newId()],
      [rules.trashOption, { trash: 'included' }],
      [rules.imagePlaces.createdAt, [null, newId()]],
      [rules.imagePlaces.byteSize, [-0, newId()]],
    ] as const) {
      expect(quick(schema, input)).not.to.equal(UNSURE);
      expectAgreement(schema, input);
    }
  });

  it('shares nothing with the input, nor with what is known of another', () => {
    const at = new Date(5);
    const input = { iso: [100] };
    const image = {
      ownerId: newId(),
      filename: 'a',
      mimeType: 'image/jpeg',
      byteSize: 1,
      width: 1,
      height: 1,
      sha256: '0'.repeat(64),
      captured: { at, offset: 0 },
    };
    const made = quick(rules.newImage, image) as ReturnType<typeof rules.newImage.parse>;
    const again = quick(rules.newImage, { ...image, metadata: input }) as typeof made;
    at.setTime(6);
    input.iso.push(200);
    expect(made.captured?.at).to.deep.equal(new Date(5));
    expect(again.metadata).to.deep.equal({ iso: [100] });
    const other = quick(rules.newImage, image) as typeof made;
    expect(other).to.deep.include({ metadata: {}, tags: [] });
    expect(other.metadata).not.to.equal(made.metadata);
    expect(other.tags).not.to.equal(made.tags);
  });

  it('is refused, when asked for as a whole, exactly where the schema refuses it', () => {
    fc.assert(
      fc.property(nearly(owned, ['id', 'title', 'tags', 'metadata']), (any) => {
        const result = rules.newImage.safeParse(any);
        if (result.success) expect(told(rules.check(rules.newImage, any))).to.equal(told(result.data));
        else expect(() => rules.check(rules.newImage, any)).to.throw();
      }),
      { numRuns: 300 },
    );
  });
});
