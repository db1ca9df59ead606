import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError } from '@janus/core';
import { check, email, tagName, tagNames, username } from '@janus/core/adapter';

/** The normal form, or null where there is none. */
function normal(schema: typeof username, text: string): string | null {
  try {
    return check(schema, text);
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidError);
    return null;
  }
}

describe('the normal form', () => {
  for (const [what, schema] of Object.entries({ username, tagName })) {
    it(`of every character there is its own normal form: ${what}`, function everyCharacter() {
      this.timeout(60_000);
      for (let code = 1; code <= 0x323af; code += 1) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        const form = normal(schema, String.fromCodePoint(code));
        if (form !== null && normal(schema, form) !== form) expect.fail(`U+${code.toString(16)}`);
      }
    });

    it(`of any text is its own normal form: ${what}`, () => {
      const pieces = fc.constantFrom(
        ...Array.from('aAİıßẞΣσςﬁﷺĲǅ \t\u00a0\u0301\u0307\u0345\u0327\u212a\u1fb3Ａ가ㄱᄀ'),
        '😀',
      );
      const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: pieces, maxLength: 12 }));
      fc.assert(
        fc.property(texts, (text) => {
          const form = normal(schema, text);
          if (form !== null) expect(normal(schema, form)).to.equal(form);
        }),
        { numRuns: 3_000 },
      );
    });

    it(`is the same of what differs in letter case, in space around it or in its encoding: ${what}`, () => {
      const letters = fc.constantFrom(...Array.from('abcXYZäÖéÅжЖ1-_'));
      fc.assert(
        fc.property(fc.string({ unit: letters, minLength: 1, maxLength: 20 }), (text) => {
          const form = normal(schema, text);
          expect(form).not.to.equal(null);
          for (const same of [text.toUpperCase(), text.toLowerCase(), ` ${text}\t`, text.normalize('NFD')]) {
            expect(normal(schema, same)).to.equal(form);
          }
        }),
      );
    });
  }

  for (const [given, form] of [
    ['Ada@Example.ORG', 'ada@example.org'],
    [' ada@example.org\n', 'ada@example.org'],
    ['ａｄａ＠example.org', 'ada@example.org'],
    ["o'brien+tag@xn--bcher-kva.example", "o'brien+tag@xn--bcher-kva.example"],
    ['Bücher@BÜCHER.example', 'bücher@bücher.example'],
  ] as const) {
    it(`of the e-mail ${JSON.stringify(given)} is ${form}`, () => {
      expect(check(email, given)).to.equal(form);
    });
  }

  for (const wrong of ['ada', 'a@', '@a', 'a@b@c', 'a b@c', 'a@b c', 'a@\u2003b', '', '@']) {
    it(`is none of ${JSON.stringify(wrong)}, which is no e-mail`, () => {
      expect(() => check(email, wrong, 'email'))
        .to.throw(InvalidError)
        .with.include({ field: 'email' });
    });
  }

  it('of a username keeps the spaces inside it, that of a tag makes one of several', () => {
    expect(check(username, ' Ada   L ')).to.equal('ada   l');
    expect(check(tagName, ' Night \t\n Sky ')).to.equal('night sky');
  });

  it('is measured in code points', () => {
    expect(check(username, '😀'.repeat(64))).to.have.length(128);
    expect(() => check(username, '😀'.repeat(65)))
      .to.throw(InvalidError)
      .with.include({ rule: 'length' });
    expect(check(tagName, '😀'.repeat(100))).to.have.length(200);
    expect(() => check(tagName, '😀'.repeat(101)))
      .to.throw(InvalidError)
      .with.include({ rule: 'length' });
  });

  it('of tags is a list without those that are the same', () => {
    expect(check(tagNames, ['Cat', 'dog', ' CAT', 'ｄｏｇ'])).to.deep.equal(['cat', 'dog']);
    expect(() =>
      check(
        tagNames,
        Array.from({ length: 101 }, (_, index) => `tag ${index}`),
      ),
    )
      .to.throw(InvalidError)
      .with.include({ rule: 'length' });
  });
});
