import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError } from '@janus/core';
import { searchTerms, words } from '@janus/core/adapter';

describe('the words of a text', () => {
  for (const [text, expected] of [
    ['IMG_1234.jpg', ['img', '1234', 'jpg']],
    ['Two cats, one night!', ['two', 'cats', 'one', 'night']],
    ['cat CAT Cat', ['cat']],
    ['  ', []],
    ['', []],
    ['— … !?', []],
    ['Straße', ['strasse']],
    ['STRASSE', ['strasse']],
    ['ΣΊΣΥΦΟΣ', ['σίσυφοσ']],
    ['σίσυφος', ['σίσυφοσ']],
    ['ｎｉｇｈｔ', ['night']],
    ['ﬁsh', ['fish']],
    ['cafe\u0301', ['café']],
    ['naïve_café', ['naïve', 'café']],
    ['жук2', ['жук2']],
    ['東京 タワー', ['東京', 'タワー']],
    ['हिन्दी', ['हिन्दी']],
    ["it's", ['it', 's']],
    ['a😀b', ['a', 'b']],
    ['١٢٣', ['١٢٣']],
  ] as const) {
    it(`are ${JSON.stringify(expected)} of “${text}”`, () => {
      expect(words(text)).to.deep.equal(expected);
    });
  }

  it('are those of several texts, each once, and of absent ones none', () => {
    expect(words('cat.jpg', null, 'A cat')).to.deep.equal(['cat', 'jpg', 'a']);
    expect(words()).to.deep.equal([]);
    expect(words(null)).to.deep.equal([]);
  });

  it('are known by their first 64 characters', () => {
    expect(words('x'.repeat(65))).to.deep.equal(['x'.repeat(64)]);
    expect(words('𝒳'.repeat(65))).to.deep.equal(['x'.repeat(64)]);
    expect(words('𐐨'.repeat(65))).to.deep.equal(['𐐨'.repeat(64)]);
    expect(words(`${'x'.repeat(64)}a ${'x'.repeat(64)}b`)).to.have.length(1);
  });

  it('are the same of a text in upper and in lower case', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('abcXYZäÖßéσΣжЖ 1_')) }), (text) => {
        expect(words(text.toUpperCase())).to.deep.equal(words(text.toLowerCase()));
      }),
    );
  });

  it('of plain text are what they are beside a letter that is not plain', () => {
    const plain = fc.oneof(
      fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code)) }),
      fc.string({ unit: fc.constantFrom(...Array.from('aAzZ09_-. ')), maxLength: 200 }),
    );
    fc.assert(
      fc.property(plain, (text) => {
        expect(words(text)).to.deep.equal(words(`${text} é`).slice(0, -1));
        expect(words(text)).to.deep.equal(words(`é ${text}`).slice(1));
      }),
      { numRuns: 500 },
    );
    const all = String.fromCharCode(...Array.from({ length: 0x80 }, (_, code) => code));
    expect(words(all)).to.deep.equal(words(`${all} é`).slice(0, -1));
  });

  it('are their own words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const word of words(text)) expect(words(word), JSON.stringify(text)).to.deep.equal([word]);
      }),
      { numRuns: 500 },
    );
  });
});

/** So many words, none of which begins another. */
const many = (count: number) => Array.from({ length: count }, (_, index) => `${index + 10}`).join(' ');

describe('the terms of a search', () => {
  it('are the words of its text', () => {
    expect(searchTerms('Night cat', 'text')).to.deep.equal(['night', 'cat']);
  });

  it('leave out what only begins another', () => {
    expect(searchTerms('ca cats c dog', 'text')).to.deep.equal(['cats', 'dog']);
    expect(searchTerms('cats ca', 'text')).to.deep.equal(['cats']);
  });

  it('have no wildcards', () => {
    expect(searchTerms('a_b c%d *e?', 'text')).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
  });

  for (const text of ['', ' ', '%', '_', '😀 …']) {
    it(`are refused where there is no letter or digit: “${text}”`, () => {
      expect(() => searchTerms(text, 'where.text'))
        .to.throw(InvalidError)
        .with.include({ field: 'where.text', rule: 'format' });
    });
  }

  it('are 16 at the most', () => {
    expect(searchTerms(many(16), 'text')).to.have.length(16);
    expect(() => searchTerms(many(17), 'where.text'))
      .to.throw(InvalidError)
      .with.include({ field: 'where.text', rule: 'length' });
  });
});
