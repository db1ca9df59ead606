import { expect } from 'chai';
import { InvalidError, type JsonObject, type MetadataFilter } from '@janus/core';
import { refusal, useStore } from './store.js';

describe('metadata of log entries', () => {
  const store = useStore();

  const append = async (...all: JsonObject[]) =>
    store.unitOfWork.run(async () => {
      for (const metadata of all) await store.logs.append({ action: 'noted', metadata });
    });
  const found = async (metadata: MetadataFilter) =>
    (await store.logs.list({ where: { metadata } })).items.map((entry) => entry.metadata).toReversed();

  describe('is found by a key', () => {
    it('that it has, whatever the value', async () => {
      const all: JsonObject[] = [{ a: 1 }, { a: '' }, { a: false }, { a: null }, { a: [] }, { a: {} }];
      await append({}, { b: 1 }, { A: 1 }, { 'a ': 1 }, { b: { a: 1 } }, ...all);
      expect(await found({ path: ['a'] })).to.deep.equal(all);
    });

    it('inside another', async () => {
      await append({ exif: { lens: '50mm' } }, { exif: {} }, { exif: 'lens' }, { lens: 1 }, { exif: { lens: null } });
      expect(await found({ path: ['exif', 'lens'] })).to.deep.equal([
        { exif: { lens: '50mm' } },
        { exif: { lens: null } },
      ]);
    });

    for (const key of [
      'a.b',
      '$',
      '*',
      '$.a',
      'a b',
      "a'b",
      '[0]',
      '0',
      'a-1',
      '%',
      '_',
      '?',
      ':a',
      'é',
      'ключ',
      '😀',
      '#',
      '/',
      '@',
    ]) {
      it(`that is literal: ${key}`, async () => {
        const metadata = { [key]: 'here' };
        await append({ other: 1, a: { b: 2 } }, metadata);
        expect(await found({ path: [key] })).to.deep.equal([metadata]);
        expect(await found({ path: [key], equals: 'here' })).to.deep.equal([metadata]);
        expect(await found({ path: [key], equals: 'there' })).to.deep.equal([]);
      });
    }
  });

  describe('is found by an index', () => {
    it('of an array, from 0', async () => {
      await append({ a: [10, 20] }, { a: [20, 10] }, { a: [10] }, { a: [] });
      expect(await found({ path: ['a', 0] })).to.have.length(3);
      expect(await found({ path: ['a', 1] })).to.have.length(2);
      expect(await found({ path: ['a', 0], equals: 10 })).to.deep.equal([{ a: [10, 20] }, { a: [10] }]);
    });

    it('of an array only: a number is no key, and what is no array has no first item', async () => {
      await append({ a: { 0: 'key' } }, { a: ['item'] }, { a: 'scalar' }, { a: null });
      expect(await found({ path: ['a', 0] })).to.deep.equal([{ a: ['item'] }]);
      expect(await found({ path: ['a', '0'] })).to.deep.equal([{ a: { 0: 'key' } }]);
    });

    it('and not by a key of the objects in an array', async () => {
      await append({ a: [{ b: 1 }] });
      expect(await found({ path: ['a', 'b'] })).to.deep.equal([]);
      expect(await found({ path: ['a', 0, 'b'], equals: 1 })).to.deep.equal([{ a: [{ b: 1 }] }]);
    });

    it('of an array in an array', async () => {
      await append({ a: [[1, 2], [3]] });
      expect(await found({ path: ['a', 1, 0], equals: 3 })).to.have.length(1);
      expect(await found({ path: ['a', 1, 1] })).to.deep.equal([]);
    });
  });

  describe('is found by a value', () => {
    it('of the same JSON type only', async () => {
      const all: JsonObject[] = [1, '1', true, 'true', null, 'null', 0, false, '', [1], { a: 1 }].map((a) => ({ a }));
      await append({}, ...all);
      for (const equals of [1, '1', true, 'true', null, 'null', 0, false, '']) {
        expect(await found({ path: ['a'], equals })).to.deep.equal([{ a: equals }]);
      }
    });

    it('that is the same text to the letter', async () => {
      const texts = [
        'cat',
        'Cat',
        'cat ',
        ' cat',
        'ｃat',
        'c%',
        'c_t',
        'cät',
        'ca\u0308t',
        '"cat"',
        'c\\at',
        "c'at",
        'c\nat',
        '😀',
        '\u2028',
        '/',
      ];
      await append(...texts.map((a) => ({ a })));
      for (const equals of texts) expect(await found({ path: ['a'], equals })).to.deep.equal([{ a: equals }]);
      expect(await found({ path: ['a'], equals: 'CAT' })).to.deep.equal([]);
    });

    it('that is the same number to the last bit', async () => {
      const numbers = [
        0.1,
        0.1 + 0.2,
        0.3,
        1e21,
        1e-7,
        5e-324,
        Number.MAX_VALUE,
        Number.MAX_SAFE_INTEGER,
        2 ** 53,
        2 ** 63,
      ];
      numbers.push(2 ** 64, 12_345_678_901_234_567_000, -1.5, 40.712776, 1e300, 1 / 3);
      await append(...numbers.map((a) => ({ a })));
      for (const equals of numbers) expect(await found({ path: ['a'], equals })).to.deep.equal([{ a: equals }]);
    });

    it('of zero with either sign', async () => {
      await append({ a: 0 }, { a: -0 });
      for (const equals of [0, -0]) expect(await found({ path: ['a'], equals })).to.deep.equal([{ a: 0 }, { a: 0 }]);
    });
  });

  it('is found together with all else that is asked', async () => {
    await store.logs.append({ action: 'a', metadata: { size: 1 } });
    await store.logs.append({ action: 'b', metadata: { size: 1 } });
    await store.logs.append({ action: 'b', metadata: { size: 2 } });
    const { items } = await store.logs.list({ where: { action: 'b', metadata: { path: ['size'], equals: 1 } } });
    expect(items.map(({ action, metadata }) => ({ action, metadata }))).to.deep.equal([
      { action: 'b', metadata: { size: 1 } },
    ]);
  });

  it('is not asked for by keys that the databases’ paths cannot name, nor by none or too many steps', async () => {
    const long = 'x'.repeat(256);
    const paths = [
      [],
      Array.from({ length: 21 }, () => 'a'),
      ['a"b'],
      ['a\\b'],
      ['a\nb'],
      [''],
      [long],
      [-1],
      [0.5],
      [1e7],
    ];
    for (const path of paths) {
      const error = await refusal(store.logs.list({ where: { metadata: { path } } }));
      expect(error).to.be.instanceOf(InvalidError);
      expect((error as InvalidError).field).to.match(/^where\.metadata\.path/);
    }
  });
});
