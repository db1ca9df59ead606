import { transfer } from '@janus/cli';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { anything, fill, smallWorld } from './data-set.js';
import { pairs, useHouses } from './houses.js';

const digests = ({ tables }: Awaited<ReturnType<typeof transfer>>) =>
  Object.fromEntries(tables.map(({ name, source }) => [name, source]));

describe('any data set that may be stored', function moving() {
  this.timeout(300_000);
  const house = useHouses();

  for (const [here, there] of pairs) {
    it(`is the same when it was moved from ${here} to ${there} and back`, async () => {
      const [from, to] = [house(here), house(there)];
      await fc.assert(
        fc.asyncProperty(anything, async (data) => {
          await from.empty();
          await to.empty();
          await fill(from.store, data);
          const before = await from.contents();
          const moved = await transfer(from.url, to.url);
          expect(moved.outcome).to.equal('identical');
          await from.empty();
          const back = await transfer(to.url, from.url);
          expect(back.outcome).to.equal('identical');
          expect(await from.contents()).to.deep.equal(before);
          expect(digests(back)).to.deep.equal(digests(moved));
        }),
        { numRuns: 4 },
      );
    });

    it(`takes the place of any other when it is moved from ${here} to ${there}`, async () => {
      const [from, to] = [house(here), house(there)];
      await fc.assert(
        fc.asyncProperty(smallWorld, smallWorld, async (data, other) => {
          await from.empty();
          await to.empty();
          await fill(from.store, data);
          await fill(to.store, other);
          const before = await from.contents();
          const moved = await transfer(from.url, to.url);
          expect(moved.outcome).to.equal('identical');
          expect(await from.contents()).to.deep.equal(before);
          const again = await transfer(from.url, to.url, { verify: true });
          expect(again.outcome).to.equal('identical');
          expect(digests(again)).to.deep.equal(digests(moved));
        }),
        { numRuns: 8 },
      );
    });
  }
});
