import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError } from '@janus/core';
import { decodeCursor, encodeCursor, imagePlaces, newId } from '@janus/core/adapter';

const { filename, byteSize, createdAt } = imagePlaces;
const id = newId<'image'>();
const place: [string, typeof id] = ['a place', id];
const places = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => !text.includes('\0'))
  .map((text): typeof place => [text, newId()]);
const query = ['images.list', { ownerId: 'x', created: { from: new Date(0) } }, 'filename'];

describe('a cursor', () => {
  it('stands for the place it was made for', () => {
    fc.assert(
      fc.property(places, (any) => {
        expect(decodeCursor(encodeCursor(query, any), query, filename)).to.deep.equal(any);
      }),
    );
  });

  it('is text that goes into a URL as it is', () => {
    fc.assert(
      fc.property(places, (any) => {
        expect(encodeCursor(query, any)).to.match(/^[\w-]+$/);
      }),
    );
  });

  it('belongs to its query, in whatever order the fields of that were written, and undefined ones left out', () => {
    const cursor = encodeCursor({ where: { a: 1, b: [1, 2] }, sort: 'x' }, place);
    const same = { sort: 'x', where: { b: [1, 2], c: undefined, a: 1 } };
    expect(decodeCursor(cursor, same, filename)).to.deep.equal(place);
  });

  for (const other of [
    { where: { a: 2, b: [1, 2] }, sort: 'x' },
    { where: { a: 1, b: [2, 1] }, sort: 'x' },
    { where: { a: '1', b: [1, 2] }, sort: 'x' },
    { where: { a: 1, b: [1, 2] }, sort: 'y' },
    { where: { a: 1, b: [1, 2], c: null }, sort: 'x' },
    { where: { a: 1 }, b: [1, 2], sort: 'x' },
    'images.list',
    null,
  ]) {
    it(`is refused by another query: ${JSON.stringify(other)}`, () => {
      const cursor = encodeCursor({ where: { a: 1, b: [1, 2] }, sort: 'x' }, place);
      expect(() => decodeCursor(cursor, other, filename))
        .to.throw(InvalidError)
        .with.include({ field: 'after', rule: 'query' });
    });
  }

  it('tells queries of different instants apart', () => {
    const cursor = encodeCursor({ from: new Date(0) }, place);
    expect(decodeCursor(cursor, { from: new Date(0) }, filename)).to.deep.equal(place);
    expect(() => decodeCursor(cursor, { from: new Date(1) }, filename)).to.throw(InvalidError);
  });

  it('is refused wherever it was cut off', () => {
    const cursor = encodeCursor(query, place);
    for (let length = 0; length < cursor.length; length += 1) {
      expect(() => decodeCursor(cursor.slice(0, length), query, filename))
        .to.throw(InvalidError)
        .with.include({ field: 'after', rule: 'cursor' });
    }
  });

  it('never stands for another place after a character of it was changed', () => {
    const cursor = encodeCursor(query, place);
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, letter) => {
        const changed = cursor.slice(0, at) + letter + cursor.slice(at + 1);
        try {
          expect(decodeCursor(changed, query, filename)).to.deep.equal(place);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'after', rule: 'cursor' });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused when it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        expect(() => decodeCursor(text, query, filename))
          .to.throw(InvalidError)
          .with.include({ field: 'after', rule: 'cursor' });
      }),
    );
  });

  it('is refused where the place is not of the kind that is asked for', () => {
    const cursor = encodeCursor(query, place);
    for (const kind of [byteSize, createdAt]) {
      expect(() => decodeCursor<unknown>(cursor, query, kind))
        .to.throw(InvalidError)
        .with.include({ field: 'after', rule: 'cursor' });
    }
  });
});
