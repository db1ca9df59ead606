import { expect } from 'chai';
import type { Page } from '@janus/core';
// The package exports no such thing.
import { pagesOf } from '../../packages/knex/dist/src/batches.js';
import { refusal } from '../contract/store.js';

const always = () => true;
const never = () => false;

describe('the pages of a list', () => {
  let asked: (string | null)[];
  let underWay: number;

  beforeEach(() => {
    asked = [];
    underWay = 0;
  });

  /** Reads one of some pages, the last of which may be what is thrown instead. */
  const reading = (count: number, failure?: Error) => async (after: string | null) => {
    asked.push(after);
    underWay += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    const page = Number(after ?? 0);
    if (failure && page === count - 1) throw failure;
    return { items: [page], next: page + 1 < count ? `${page + 1}` : null } satisfies Page<number>;
  };

  for (const [name, isAhead] of Object.entries({ ahead: always, 'when they are asked for': never })) {
    it(`are all read once, ${name}`, async () => {
      const pages: number[] = [];
      for await (const items of pagesOf(reading(4), isAhead)) pages.push(...items);
      expect(pages).to.deep.equal([0, 1, 2, 3]);
      expect(asked).to.deep.equal([null, '1', '2', '3']);
    });

    it(`end with an error when the page has its turn, ${name}`, async () => {
      const failure = new Error('no such page');
      const pages: number[] = [];
      const read = async () => {
        for await (const items of pagesOf(reading(4, failure), isAhead)) {
          pages.push(...items);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      expect(await refusal(read())).to.equal(failure);
      expect(pages).to.deep.equal([0, 1, 2]);
    });
  }

  it('are read one ahead and no more, and none with the first', async () => {
    const pages = pagesOf(reading(9), always);
    const after = async () => {
      await pages.next();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return asked.length;
    };
    expect(await after()).to.equal(1);
    expect(await after()).to.equal(3);
    expect(await after()).to.equal(4);
    expect(await after()).to.equal(5);
  });

  it('leave nothing under way when they are left early', async () => {
    for await (const [page] of pagesOf(reading(9), always)) if (page === 2) break;
    expect(asked).to.have.lengthOf(4);
    expect(underWay).to.equal(0);
  });

  it('are left early without the error of the page that was read ahead', async () => {
    for await (const [page] of pagesOf(reading(4, new Error('nobody comes to it')), always)) if (page === 2) break;
    expect(underWay).to.equal(0);
  });

  it('are read anew when what was read ahead may not be used any more', async () => {
    let isAhead = true;
    const pages: number[] = [];
    for await (const items of pagesOf(reading(4), () => isAhead)) {
      pages.push(...items);
      isAhead = items[0] !== 1;
    }
    expect(pages).to.deep.equal([0, 1, 2, 3]);
    expect(asked).to.deep.equal([null, '1', '2', '2', '3']);
  });
});
