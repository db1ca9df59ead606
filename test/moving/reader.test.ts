import { expect } from 'chai';
import { CannotRunError } from '../../packages/cli/dist/cannot-run-error.js';
import { portions, type Portion } from '../../packages/cli/dist/transfer/portions.js';
import { Reader } from '../../packages/cli/dist/transfer/reader.js';
import { Side } from '../../packages/cli/dist/transfer/side.js';
import { described, movedTables } from '../../packages/cli/dist/transfer/table.js';
import { names, useHouses } from './houses.js';
import { fillMany } from './many.js';

const all = async (found: AsyncIterable<Portion>) => {
  const read: Portion[] = [];
  for await (const portion of found) read.push(portion);
  return read.map(({ lines, ...portion }) => ({ ...portion, lines: lines.toString() }));
};

for (const there of names.filter((one) => one !== 'sqlite' && names.includes('sqlite')).slice(0, 1)) {
  describe('a thread that reads the source', function reading() {
    this.timeout(60_000);
    const house = useHouses();

    async function opened(url = house('sqlite').url) {
      const side = new Side('source', house('sqlite').database);
      const source = await described(side);
      const target = await described(new Side('target', house(there).database));
      const reader = new Reader({ url, source, target });
      return { side, reader, tables: movedTables(source, target) };
    }

    it('gives of each table what is read without it', async () => {
      await fillMany(house('sqlite').store, 1_200);
      const { side, reader, tables } = await opened();
      try {
        for (const table of tables)
          expect(await all(reader.portions(table)), table.name).to.deep.equal(await all(portions(table, side)));
      } finally {
        await reader.close();
      }
    });

    it('goes on with another table where one was not read to its end', async () => {
      await fillMany(house('sqlite').store, 1_200);
      const { side, reader, tables } = await opened();
      const [one, other] = ['image_words', 'tags'].map((name) => tables.find((table) => table.name === name));
      try {
        if (!one || !other) throw new Error('there are no such tables');
        for await (const portion of reader.portions(one)) {
          expect(portion.count).to.be.greaterThan(0);
          break;
        }
        expect(await all(reader.portions(other))).to.deep.equal(await all(portions(other, side)));
      } finally {
        await reader.close();
      }
    });

    it('says why it cannot read', async () => {
      const { reader, tables } = await opened('sqlite:/nowhere/at all.db');
      const [table] = tables;
      const error: unknown = table && (await all(reader.portions(table)).catch((reason: unknown) => reason));
      expect(error).to.be.an('error').with.property('message').that.includes('the source:');
      await reader.close();
    });

    it('ends whoever waits for it when it is closed', async () => {
      await fillMany(house('sqlite').store, 1_200);
      const { reader, tables } = await opened();
      const waiting = all(reader.portions(tables.find(({ name }) => name === 'images') ?? (tables[0] as never)));
      const told = waiting.then(
        () => null,
        (reason: unknown) => reason,
      );
      await reader.close();
      expect(await told).to.be.instanceOf(CannotRunError);
    });
  });
}
