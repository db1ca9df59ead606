import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError, JSON_BYTES, JSON_DEPTH, type JsonValue } from '@janus/core';
import { check, json, jsonObject, metadataFilter } from '@janus/core/adapter';

const arrays = (depth: number, inside: JsonValue): JsonValue => (depth === 0 ? inside : [arrays(depth - 1, inside)]);
const objects = (depth: number, inside: JsonValue): JsonValue =>
  depth === 0 ? inside : { a: objects(depth - 1, inside) };
const refuses = (work: () => unknown, rule: string) => expect(work).to.throw(InvalidError).with.include({ rule });

describe('JSON', () => {
  for (const [what, nest] of Object.entries({ arrays, objects })) {
    it(`may be ${JSON_DEPTH} ${what} deep, and no deeper`, () => {
      const deepest = nest(JSON_DEPTH, 'inside');
      expect(check(json, deepest)).to.deep.equal(deepest);
      refuses(() => check(json, nest(JSON_DEPTH + 1, 'inside')), 'depth');
    });
  }

  it('may be nested in thousands without harm to who checks it', () => {
    refuses(() => check(json, arrays(5_000, 1)), 'depth');
  });

  it(`may be ${JSON_BYTES} bytes long as text, and no longer`, () => {
    for (const longest of [
      'x'.repeat(JSON_BYTES - 2),
      'é'.repeat(JSON_BYTES / 2 - 1),
      '\n'.repeat(JSON_BYTES / 2 - 1),
    ]) {
      expect(Buffer.byteLength(JSON.stringify(longest))).to.equal(JSON_BYTES);
      expect(check(json, longest)).to.equal(longest);
      refuses(() => check(json, `${longest}x`), 'bytes');
    }
  });

  it('is taken by value, with no minus zero', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/\\u0000|\\ud[89a-f]/.test(JSON.stringify(value)));
        expect(JSON.parse(JSON.stringify(check(json, value)))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has its keys in one order: the shorter in UTF-8 first, then by code point', () => {
    const keys = ['b', 'a', 'é', 'aa', 'B', '😀', '\ue000', 'ab', 'aaaa', ''];
    const ordered = ['', 'B', 'a', 'b', 'aa', 'ab', 'é', '\ue000', 'aaaa', '😀'];
    for (const order of [keys, keys.toReversed(), keys.toSorted()]) {
      const object = Object.fromEntries(order.map((key, index) => [key, { z: index, y: [{ bb: 1, a: 2 }] }]));
      const checked = check(jsonObject, object);
      expect(Object.keys(checked)).to.deep.equal(ordered);
      expect(JSON.stringify(checked['a'])).to.match(/^\{"y":\[\{"a":2,"bb":1\}\],"z":\d\}$/);
    }
  });

  for (const [what, [value, rule]] of Object.entries({
    undefined: [undefined, 'required'],
    'undefined in an object': [{ a: undefined }, 'type'],
    'undefined in an array': [[undefined], 'type'],
    NaN: [NaN, 'range'],
    'minus infinity': [-Infinity, 'range'],
    'a bigint': [1n, 'type'],
    'a Date': [new Date(0), 'type'],
    'a Buffer': [Buffer.from('a'), 'type'],
    'an instance of a class': [new URL('a:b'), 'type'],
    'a function': [{ toJSON: () => 1 }, 'type'],
    'NUL in a text': ['a\0', 'characters'],
    'half a surrogate pair': ['\udc00', 'characters'],
    'NUL in a key': [{ '\0': 1 }, 'characters'],
    'a long key': [{ ['😀'.repeat(256)]: 1 }, 'characters'],
  } as const)) {
    it(`is not ${what}`, () => refuses(() => check(json, value), rule));
  }

  it('has keys of up to 255 characters, the empty one among them', () => {
    const value = { '': 1, ['😀'.repeat(255)]: 2 };
    expect(check(json, value)).to.deep.equal(value);
  });

  it('of metadata is an object', () => {
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    expect(check(jsonObject, bare)).to.deep.equal({ a: 1 });
    for (const other of [null, [], 'text', 1, true, new Map()]) refuses(() => check(jsonObject, other), 'type');
  });
});

describe('a path into JSON', () => {
  it('is of keys and indexes, 1 to 20 of them', () => {
    for (const path of [['a'], ['a', 0], [0], [1_000_000], Array.from({ length: 20 }, () => 'a'), ['x'.repeat(255)]]) {
      expect(check(metadataFilter, { path }).path).to.deep.equal(path);
    }
    for (const path of [[], Array.from({ length: 21 }, () => 'a')]) {
      refuses(() => check(metadataFilter, { path }), 'length');
    }
  });

  for (const step of [
    '',
    '"',
    'a"b',
    '\\',
    'a\nb',
    'a\u0085b',
    'a\0b',
    '\ud800',
    'x'.repeat(256),
    -1,
    0.5,
    1_000_001,
    NaN,
    null,
  ]) {
    it(`has no step ${JSON.stringify(step)}`, () => {
      expect(() => check(metadataFilter, { path: ['a', step] }, 'where'))
        .to.throw(InvalidError)
        .with.property('field')
        .that.matches(/^where\.path/);
    });
  }

  it('leads to a scalar, if to a certain value', () => {
    for (const equals of [null, true, '', 'a', 0, -1.5])
      expect(check(metadataFilter, { path: ['a'], equals })).to.include({ equals });
    for (const equals of [[], {}, new Date(0), 1n])
      refuses(() => check(metadataFilter, { path: ['a'], equals }), 'type');
    refuses(() => check(metadataFilter, { path: ['a'], equals: NaN }), 'range');
    refuses(() => check(metadataFilter, { path: ['a'], equals: 'a\0' }), 'characters');
  });
});
