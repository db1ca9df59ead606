import Sqlite from 'better-sqlite3';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { portions, type Portion } from '../../packages/cli/dist/transfer/portions.js';
import { Side } from '../../packages/cli/dist/transfer/side.js';
import { described, movedTables } from '../../packages/cli/dist/transfer/table.js';
import { names, useHouses } from './houses.js';

const id = (number: number) => `0194c10a-51ae-7b88-98ed-${String(number).padStart(12, '0')}`;

/** Names of tags: most are nothing to look at, and some are. */
const name = fc.oneof(
  { arbitrary: fc.constant(null), weight: 60 },
  {
    arbitrary: fc.constantFrom<string | Buffer>(
      'a\rb',
      '\\N',
      'tab\t',
      `x\n${id(7)}\tforged`,
      'x'.repeat(101),
      Buffer.from('a BLOB'),
    ),
    weight: 1,
  },
);
const SIZES = [0, 1, 63, 64, 65, 127, 128, 129, 191, 192, 193, 1_100];

for (const there of names.filter((one) => one !== 'sqlite' && names.includes('sqlite')).slice(0, 1)) {
  describe('the portions in which a table of SQLite is read', function reading() {
    this.timeout(60_000);
    const house = useHouses();

    /** Fills tags, and reads them in portions and row by row. */
    async function both(tags: readonly (string | Buffer | null)[]) {
      const file = new Sqlite(house('sqlite').url.slice('sqlite:'.length));
      file.exec('delete from tags');
      const insert = file.prepare('insert into tags values (?, ?)');
      file.transaction(() => {
        for (const [at, tag] of tags.entries()) insert.run(id(at), tag ?? `tag ${at}`);
      })();
      file.close();
      const side = new Side('source', house('sqlite').database);
      const target = new Side('target', house(there).database);
      const tables = movedTables(await described(side), await described(target));
      const table = tables.find((one) => one.name === 'tags');
      if (!table) throw new Error('there are no tags');
      const found: Portion[] = [];
      for await (const portion of portions(table, side)) found.push(portion);
      return { found, rows: await side.rows(table, { after: null, upTo: null }) };
    }

    it('have every row once, in its order, as it is read by itself', async () => {
      const tags = fc.constantFrom(...SIZES).chain((size) => fc.array(name, { minLength: size, maxLength: size }));
      await fc.assert(
        fc.asyncProperty(tags, async (given) => {
          const { found, rows } = await both([...new Map(given.map((tag, at) => [tag ?? at, tag])).values()]);
          expect(Buffer.concat(found.map(({ lines }) => lines)).toString()).to.equal(
            rows.map(({ text }) => text).join(''),
          );
          expect(found.reduce((sum, { count }) => sum + count, 0)).to.equal(rows.length);
          const keys = rows.flatMap((row) => row.unfit.map(() => row.key));
          expect(found.flatMap(({ unfit }) => unfit.map(({ key }) => key))).to.deep.equal(keys);
        }),
        { numRuns: 60 },
      );
    });

    it('follow one another, from the first key to the last', async () => {
      for (const size of SIZES) {
        const { found } = await both(Array.from({ length: size }, () => null));
        expect(found.map(({ span }) => span.after)).to.deep.equal([
          null,
          ...found.slice(0, -1).map(({ span }) => span.upTo),
        ]);
        expect(found.at(-1)?.span.upTo).to.equal(null);
        expect(found.every(({ isSound }) => isSound)).to.equal(true);
      }
    });
  });
}
