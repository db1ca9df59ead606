import { expect } from 'chai';
import * as fc from 'fast-check';
import type { JsonObject, JsonValue, MetadataFilter } from '@janus/core';
import { useStore } from './store.js';

/** The value at a path of JSON; undefined if there is none. */
function at(value: JsonValue | undefined, [step, ...rest]: MetadataFilter['path']): JsonValue | undefined {
  if (step === undefined || typeof value !== 'object' || value === null) return step === undefined ? value : undefined;
  if (Array.isArray(value) !== (typeof step === 'number') || !Object.hasOwn(value, step)) return undefined;
  return at((value as { readonly [step: string | number]: JsonValue })[step], rest);
}

/** The same JSON as it can be told from JSON text: without minus zeros, and of objects that have a prototype. */
const plain = <Value extends JsonValue>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

describe('any metadata of log entries', () => {
  const store = useStore();

  const append = async (...all: JsonObject[]) =>
    store.unitOfWork.run(async () => {
      for (const metadata of all) await store.logs.append({ action: 'noted', metadata });
    });
  const found = async (metadata: MetadataFilter) =>
    (await store.logs.list({ where: { metadata } })).items.map((entry) => entry.metadata).toReversed();

  const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger());
  const texts = fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
    .map((s) => s.replaceAll('\0', ''));
  const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(numbers, texts, fc.boolean(), fc.constant(null)),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(texts, tie('json'), { maxKeys: 4 }),
    ),
  }));

  it('comes back by value, whatever JSON it is; minus zero is zero', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(texts, json, { maxKeys: 4 }), { minLength: 1, maxLength: 20 }),
        async (all) => {
          await append(...all);
          const entries = await store.logs.recent(all.length);
          expect(entries.map((entry) => entry.metadata).toReversed()).to.deep.equal(all.map(plain));
        },
      ),
      { numRuns: 25 },
    );
  });

  const few = fc.constantFrom<JsonValue[]>(
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    1e21,
    '',
    '0',
    '1',
    'a',
    'A',
    'true',
    'null',
  );
  const key = fc.constantFrom('a', 'b', '0', '1', 'A');
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      few,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
    ),
  }));
  const filter = fc.record(
    {
      path: fc.array(fc.oneof(key, fc.nat(2)), { minLength: 1, maxLength: 3 }),
      equals: few as fc.Arbitrary<string | number | boolean | null>,
    },
    { requiredKeys: ['path'] },
  );

  it('is found by exactly those filters that are true of it', async () => {
    const metadata = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(metadata, { minLength: 30, maxLength: 50 }),
        fc.array(filter, { minLength: 20 }),
        async (all, filters) => {
          await store.logs.prune({ before: new Date(Date.now() + 60_000) });
          await append(...all);
          for (const where of filters) {
            const expected = all.filter((each) => {
              const value = at(each, where.path);
              return where.equals === undefined ? value !== undefined : value === where.equals;
            });
            expect(await found(where), JSON.stringify(where)).to.deep.equal(expected.map(plain));
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
