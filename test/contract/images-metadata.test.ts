import { expect } from 'chai';
import * as fc from 'fast-check';
import type { JsonObject, JsonScalar, JsonValue, MetadataFilter, User } from '@janus/core';
import { jsonObject } from './image-arbitraries.js';
import { found } from './image-finds.js';
import { valueAt } from './image-model.js';
import { newImage, newUser, useStore } from './store.js';

type Path = MetadataFilter['path'];

/** Every path to a value inside JSON. */
const pathsOf = (json: JsonValue): readonly Path[] =>
  typeof json !== 'object' || json === null
    ? []
    : Object.entries(json).flatMap(([key, value]: [string, JsonValue]) => {
        const step = Array.isArray(json) ? Number(key) : key;
        return [[step], ...pathsOf(value).map((rest) => [step, ...rest])];
      });

describe('A metadata filter of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const given = async (images: Readonly<Record<string, JsonObject>>) =>
    store.images.createMany(
      Object.entries(images).map(([filename, metadata]) => newImage(ada, { filename, metadata })),
    );

  const finds = (path: Path, equals?: JsonScalar) => found(store.images, { metadata: { path, equals } });

  it('finds a value at a path through objects and arrays', async () => {
    await given({ a: { exif: { lenses: [{ name: '35 mm' }, { name: '50 mm' }] } }, b: { exif: { lenses: [] } } });
    expect(await finds(['exif', 'lenses', 1, 'name'], '50 mm')).to.deep.equal(['a']);
    expect(await finds(['exif', 'lenses', 0, 'name'], '50 mm')).to.deep.equal([]);
    expect(await finds(['exif', 'lenses', 2, 'name'])).to.deep.equal([]);
    expect(await finds(['exif', 'lenses', 0])).to.deep.equal(['a']);
    expect(await finds(['exif', 'lenses'])).to.deep.equal(['a', 'b']);
  });

  it('tells the JSON types apart', async () => {
    await given({ a: { v: 1 }, b: { v: '1' }, c: { v: true }, d: { v: 'true' }, e: { v: null }, f: { v: 'null' } });
    await given({ g: { v: 0 }, h: { v: false }, i: { v: '' }, j: {}, k: { v: [1] }, l: { v: { 1: 1 } } });
    expect(await finds(['v'], 1)).to.deep.equal(['a']);
    expect(await finds(['v'], '1')).to.deep.equal(['b']);
    expect(await finds(['v'], true)).to.deep.equal(['c']);
    expect(await finds(['v'], 'true')).to.deep.equal(['d']);
    expect(await finds(['v'], null)).to.deep.equal(['e']);
    expect(await finds(['v'], 'null')).to.deep.equal(['f']);
    expect(await finds(['v'], 0)).to.deep.equal(['g']);
    expect(await finds(['v'], false)).to.deep.equal(['h']);
    expect(await finds(['v'], '')).to.deep.equal(['i']);
  });

  it('finds any value, null too, where none is named; what is missing is no value', async () => {
    await given({ a: { v: null }, b: { v: false }, c: { v: {} }, d: { v: [] }, e: {}, f: { V: 1 } });
    expect(await finds(['v'])).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('finds no item of what is no array, and no key of what is no object', async () => {
    await given({ a: { v: 'text' }, b: { v: { 0: 'text' } }, c: { v: ['text'] }, d: { v: [['text']] } });
    expect(await finds(['v', 0], 'text')).to.deep.equal(['c']);
    expect(await finds(['v', 0])).to.deep.equal(['c', 'd']);
    expect(await finds(['v', 0, 0])).to.deep.equal(['d']);
    expect(await finds(['v', '0'])).to.deep.equal(['b']);
    expect(await finds(['v', 'length'])).to.deep.equal([]);
    expect(await finds([0])).to.deep.equal([]);
    expect(await finds([0, 'v'])).to.deep.equal([]);
  });

  it('finds no item of an array by a key of what each of them holds', async () => {
    await given({ a: { v: [{ name: 'x' }] }, b: { v: { name: 'x' } } });
    expect(await finds(['v', 'name'], 'x')).to.deep.equal(['b']);
    expect(await finds(['v', 'name'])).to.deep.equal(['b']);
  });

  it('takes each key as it is written', async () => {
    const keys = [
      'a.b',
      'a b',
      ' ',
      '.',
      '$',
      '$.a',
      '*',
      '**',
      '[0]',
      '[*]',
      '@',
      '1-1',
      '0',
      '1e3',
      'ключ',
      '日本',
      '😀',
    ];
    const odd = [
      "it's",
      'a,b',
      'a:b',
      '?',
      '??',
      ':v',
      '#',
      '#-1',
      '{}',
      '%',
      '_',
      'last',
      'é',
      'e\u0301',
      'A',
      'null',
    ];
    const every = [...keys, ...odd];
    await given({ ...Object.fromEntries(every.map((key) => [key, { [key]: { [key]: key } }])), zero: { a: { b: 1 } } });
    for (const key of every) {
      expect(await finds([key]), key).to.deep.equal([key]);
      expect(await finds([key, key], key), key).to.deep.equal([key]);
    }
    expect(await finds(['a', 'b'])).to.deep.equal(['zero']);
  });

  it('compares text by code point', async () => {
    await given({ a: { v: 'Straße' }, b: { v: 'STRASSE' }, c: { v: 'Straße ' }, d: { v: 'e\u0301' }, e: { v: 'é' } });
    for (const [name, value] of [
      ['a', 'Straße'],
      ['b', 'STRASSE'],
      ['c', 'Straße '],
      ['e', 'é'],
    ] as const) {
      expect(await finds(['v'], value)).to.deep.equal([name]);
    }
    expect(await finds(['v'], '%')).to.deep.equal([]);
  });

  it('finds text with quotes, backslashes, line ends and control characters in it', async () => {
    for (const value of ['"', '\\', '\\"', "'", '\n\t\r\b\f', '\u0001\u001f\u007f', '/', '\\u0041', '\u2028', '😀']) {
      const { filename } = await store.images.create(newImage(ada, { metadata: { v: value } }));
      expect(await finds(['v'], value), JSON.stringify(value)).to.deep.equal([filename]);
    }
  });

  it('compares numbers by value: 1 and 1.0 are one', async () => {
    await given({ a: JSON.parse('{"v":1.0}') as JsonObject, b: { v: 1 }, c: { v: 1 }, d: { v: 1.0000000000000002 } });
    expect(await finds(['v'], 1)).to.deep.equal(['a', 'b', 'c']);
    expect(await finds(['v'], 1.0000000000000002)).to.deep.equal(['d']);
  });

  it('finds whole numbers by themselves that are too large for a double to hold all of', async () => {
    for (const v of [57_314_994_324_124_730, -57_314_994_324_124_730, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e21, 1e23]) {
      const { filename } = await store.images.create(newImage(ada, { metadata: { v } }));
      expect(await finds(['v'], v), `${v}`).to.deep.equal([filename]);
    }
  });

  it('takes zero and minus zero for one number', async () => {
    await given({ a: { v: 0 }, b: { v: -0 } });
    expect(await finds(['v'], 0)).to.deep.equal(['a', 'b']);
    expect(await finds(['v'], -0)).to.deep.equal(['a', 'b']);
  });

  it('finds any number by itself, and not by its neighbour', async () => {
    const numbers = fc.uniqueArray(
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.maxSafeInteger(),
        // Whole numbers of which a double holds some only; databases may hold them all.
        fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(Number),
        fc.constantFrom(0.1, 1e21, 1e23, 2 ** 63, 2 ** 64, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE),
      ),
      { minLength: 10, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const owner = await store.users.create(newUser());
        await store.images.createMany(values.map((v, at) => newImage(owner, { filename: `${at}`, metadata: { v } })));
        for (const [at, equals] of values.entries()) {
          const { items } = await store.images.list({
            where: { ownerId: owner.id, metadata: { path: ['v'], equals } },
          });
          expect(
            items.map(({ filename }) => filename),
            `${equals}`,
          ).to.deep.equal([`${at}`]);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('finds any JSON by any of its paths, and by the value there', async () => {
    await fc.assert(
      fc.asyncProperty(jsonObject, async (metadata) => {
        const { id } = await store.images.create(newImage(ada, { metadata }));
        // Keys that no path can name are left out.
        const paths = pathsOf(metadata).filter((path) =>
          path.every((step) => typeof step === 'number' || (step !== '' && !/^-|["\\\p{Cc}]/u.test(step))),
        );
        for (const path of paths.slice(0, 10)) {
          const value = valueAt(metadata, path);
          const equals = typeof value === 'object' && value !== null ? undefined : value;
          const { items } = await store.images.list({ where: { metadata: { path, equals } }, limit: 1 });
          expect(items.map((image) => image.id)).to.deep.equal([id]);
        }
      }),
      { numRuns: 40 },
    );
  });
});
