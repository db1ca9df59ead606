import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError, type User } from '@janus/core';
import { sort, text } from './image-arbitraries.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...Array.from(`'"\`\\%_*?:$;-()[]{}~&|!<>=@# \t\n\0ab1`)) }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "'; drop table images; --",
    '" or ""="',
    '\\',
    '$1',
    '?',
    ':name',
    '%s',
    'NEAR(a b)',
    'a* OR b',
    'null',
  ),
);

describe('Any text', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    await store.images.createMany([1, 2, 3].map(() => newImage(ada)));
  });

  it('is harmless to search for, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (asked) => {
        try {
          const { items } = await store.images.list({ where: { text: asked } });
          expect(await store.images.count({ text: asked })).to.equal(items.length);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'where.text' });
        }
      }),
      { numRuns: 200 },
    );
    expect(await store.images.count()).to.equal(3);
  });

  it('finds the image that it is the title of, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(text(60), async (title) => {
        const { id } = await store.images.create(newImage(ada, { filename: '-', title }));
        try {
          const { items } = await store.images.list({ where: { text: title }, limit: 500 });
          expect(items.map((image) => image.id)).to.include(id);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'where.text' });
          if (/[\p{L}\p{N}]/u.test(title)) expect(error).to.include({ rule: 'length' });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is no cursor', async () => {
    await fc.assert(
      fc.asyncProperty(anything, sort, async (after, by) => {
        const error = await refusal(store.images.list({ after, sort: by }));
        expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'after' });
      }),
      { numRuns: 200 },
    );
  });

  it('is harmless as a tag or a key of metadata to look for, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (asked) => {
        for (const where of [
          { tags: { any: [asked] } },
          { tags: { none: [asked] } },
          { metadata: { path: [asked] } },
          { metadata: { path: ['a'], equals: asked } },
        ]) {
          try {
            expect(await store.images.count(where)).to.equal('none' in (where.tags ?? {}) ? 3 : 0);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidError);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('comes back as it is from a title', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (title) => {
        try {
          const { id } = await store.images.create(newImage(ada, { title }));
          expect((await store.images.get(id)).title).to.equal(title);
        } catch (error) {
          expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'title' });
          expect(title === '' || title.includes('\0') || !title.isWellFormed()).to.equal(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
