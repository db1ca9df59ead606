import { expect } from 'chai';
import { DuplicateError, InvalidError, newId, NotFoundError, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('tags', () => {
  const store = useStore();
  let owner: User;
  beforeEach(async () => {
    owner = await store.users.create(newUser());
  });

  const tagged = (...tags: string[]) => store.images.create(newImage(owner, { tags }));
  const names = async () => (await store.tags.list()).items.map((tag) => tag.name);
  const counts = async () => Object.fromEntries((await store.tags.list()).items.map((tag) => [tag.name, tag.images]));

  describe('in a list', () => {
    it('are none before an image is first tagged', async () => {
      await tagged();
      expect(await store.tags.list()).to.deep.equal({ items: [], next: null });
    });

    it('are there once each, with the number of images that have them', async () => {
      await tagged('cat');
      await tagged('cat', 'night');
      await tagged('cat', 'dog');
      expect(await counts()).to.deep.equal({ cat: 3, dog: 1, night: 1 });
      const [cat] = (await store.tags.list()).items;
      expect(cat).to.have.all.keys('id', 'name', 'images');
    });

    it('leave out of the count images that are in the trash', async () => {
      const image = await tagged('cat');
      await tagged('cat');
      await store.images.remove(image.id);
      expect(await counts()).to.deep.equal({ cat: 1 });
      await store.images.restore(image.id);
      expect(await counts()).to.deep.equal({ cat: 2 });
    });

    it('stay with a count of 0 when no image has them any more', async () => {
      const [untagged, trashed] = [await tagged('untagged'), await tagged('trashed')];
      const purged = await tagged('purged');
      await store.images.untag(untagged.id, ['untagged']);
      await store.images.remove(purged.id);
      await store.images.purge({ before: new Date(Date.now() + 60_000) });
      await store.images.remove(trashed.id);
      expect(await counts()).to.deep.equal({ purged: 0, trashed: 0, untagged: 0 });
    });

    it('are counted no further than asked, each for itself', async () => {
      const images = [await tagged('cat'), await tagged('cat', 'dog'), await tagged('cat', 'dog'), await tagged('elk')];
      await store.images.remove((await tagged('cat', 'elk', 'owl')).id);
      await store.images.remove(images[0]?.id ?? newId());
      const countedTo = async (countAtMost: number | undefined) =>
        (await store.tags.list({ countAtMost })).items.map((tag) => [tag.name, tag.images]);
      const all = ['cat', 'dog', 'elk', 'owl'];
      const counted = (...numbers: number[]) => numbers.map((number, index) => [all[index], number]);
      expect(await countedTo(1)).to.deep.equal(counted(1, 1, 1, 0));
      expect(await countedTo(2)).to.deep.equal(counted(2, 2, 1, 0));
      for (const most of [3, 1_000_000, undefined]) expect(await countedTo(most)).to.deep.equal(counted(2, 2, 1, 0));
    });

    it('are the same, page by page, however far they are counted, and go on after any page', async () => {
      await tagged('a', 'b', 'c');
      await tagged('b', 'c');
      await tagged('c');
      const first = await store.tags.list({ limit: 1, countAtMost: 2 });
      const second = await store.tags.list({ limit: 1, after: first.next });
      const third = await store.tags.list({ after: second.next, countAtMost: 2 });
      const items = [first, second, third].flatMap((page) => page.items);
      expect(items.map((tag) => [tag.name, tag.images])).to.deep.equal([
        ['a', 1],
        ['b', 2],
        ['c', 2],
      ]);
      expect(items.map((tag) => tag.id)).to.deep.equal((await store.tags.list()).items.map((tag) => tag.id));
      expect(third.next).to.equal(null);
    });

    for (const countAtMost of [0, 1.5, -1, 1_000_001, NaN]) {
      it(`cannot be counted up to ${countAtMost}`, async () => {
        expect(await refusal(store.tags.list({ countAtMost })))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'countAtMost', rule: 'range' });
      });
    }

    // U+E000 comes before U+1F600, though in UTF-16 the latter begins with the smaller unit.
    const ordered = ['!', '10', '9', 'a', 'a b', 'a-b', 'ab', 'b', 'z', 'ß', 'ä', 'é', 'жук', '\ue000', '😀', '😀a'];

    it('come in the order of code points', async () => {
      await tagged(...ordered.toReversed());
      expect(await names()).to.deep.equal(ordered);
    });

    it('come page by page in that order, each once', async () => {
      await tagged(...ordered.toReversed());
      const seen: string[] = [];
      for (let after: string | null = null, pages = 1; ; pages += 1) {
        const page = await store.tags.list({ limit: 3, after });
        seen.push(...page.items.map((tag) => tag.name));
        after = page.next;
        if (after !== null) continue;
        expect(pages).to.equal(6);
        break;
      }
      expect(seen).to.deep.equal(ordered);
    });

    it('neither repeat nor hide one another while some come between', async () => {
      await tagged('b', 'd', 'f');
      const first = await store.tags.list({ limit: 2 });
      await tagged('a', 'c', 'e');
      const second = await store.tags.list({ limit: 2, after: first.next });
      expect(second.items.map((tag) => tag.name)).to.deep.equal(['e', 'f']);
      expect(second.next).to.equal(null);
    });
  });

  describe('have a normal form', () => {
    it('in which those that differ in letter case, spaces or width are one', async () => {
      await tagged('Night Sky');
      await tagged('  night   sky ', 'NIGHT\tSKY');
      await tagged('ｎｉｇｈｔ　ｓｋｙ', 'night\u00a0sky');
      expect(await counts()).to.deep.equal({ 'night sky': 3 });
    });

    it('in which letters with and without accent are two', async () => {
      await tagged('nino', 'niño', 'strasse', 'straße', 'か', 'が', 'カ');
      expect(await names()).to.have.length(7);
    });

    it('of up to 100 characters', async () => {
      await tagged('cat');
      const longest = '😀'.repeat(100);
      expect(await store.tags.rename('cat', longest)).to.include({ name: longest });
      expect(await names()).to.deep.equal([longest]);
      expect(await refusal(store.tags.rename(longest, `${longest}😀`)))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'newName', rule: 'length' });
    });
  });

  describe('when renamed', () => {
    it('are the same tag under the new name', async () => {
      await tagged('cat');
      const [before] = (await store.tags.list()).items;
      expect(await store.tags.rename('cat', 'feline')).to.deep.equal({ id: before?.id, name: 'feline' });
      expect((await store.tags.list()).items).to.deep.equal([{ id: before?.id, name: 'feline', images: 1 }]);
    });

    it('go with their images, also with those in the trash', async () => {
      const image = await tagged('cat', 'night');
      const trashed = await tagged('cat');
      await store.images.remove(trashed.id);
      await store.tags.rename('cat', 'feline');
      expect((await store.images.get(image.id)).tags).to.deep.equal(['feline', 'night']);
      expect((await store.images.restore(trashed.id)).tags).to.deep.equal(['feline']);
      expect(await store.images.count({ tags: { any: ['feline'] } })).to.equal(2);
      expect(await store.images.count({ tags: { any: ['cat'] } })).to.equal(0);
    });

    it('are found by any spelling, and take the normal form of the new name', async () => {
      await tagged('night sky');
      expect(await store.tags.rename(' NIGHT  Sky', 'Ｄａｙ ')).to.include({ name: 'day' });
      expect(await names()).to.deep.equal(['day']);
    });

    it('may take the name they have, in any spelling', async () => {
      await tagged('cat');
      expect(await store.tags.rename('cat', 'CAT ')).to.include({ name: 'cat' });
      expect(await counts()).to.deep.equal({ cat: 1 });
    });

    it('leave the old name to others', async () => {
      await tagged('cat');
      await store.tags.rename('cat', 'feline');
      await tagged('cat');
      expect(await counts()).to.deep.equal({ cat: 1, feline: 1 });
    });

    for (const taken of ['dog', ' DOG']) {
      it(`are refused a name that is taken: “${taken}”`, async () => {
        await tagged('cat');
        await tagged('dog');
        const before = await store.tags.list();
        expect(await refusal(store.tags.rename('cat', taken)))
          .to.be.instanceOf(DuplicateError)
          .and.include({ rule: 'tags_name_unique' });
        expect(await store.tags.list()).to.deep.equal(before);
      });
    }

    it('are refused if there is no such tag', async () => {
      await tagged('dog');
      for (const newName of ['feline', 'cat', 'dog']) {
        expect(await refusal(store.tags.rename('cat', newName)))
          .to.be.instanceOf(NotFoundError)
          .and.include({ entity: 'tag' });
      }
      expect(await counts()).to.deep.equal({ dog: 1 });
    });

    it('are refused a name that is none', async () => {
      await tagged('cat');
      for (const newName of ['', ' \t', 'a\u0007b']) {
        expect(await refusal(store.tags.rename('cat', newName)))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'newName' });
      }
      expect(await refusal(store.tags.rename('', 'dog')))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'name' });
      expect(await counts()).to.deep.equal({ cat: 1 });
    });
  });
});
