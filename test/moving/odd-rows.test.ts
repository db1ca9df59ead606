import { transfer, type RefusedRow } from '@janus/cli';
import Sqlite from 'better-sqlite3';
import { expect } from 'chai';
import { newImage, newUser } from '../contract/store.js';
import { names, useHouses } from './houses.js';

const id = (number: number) => `0194c10a-51ae-7b88-98ed-${String(number).padStart(12, '0')}`;

for (const there of names.filter((name) => name !== 'sqlite' && names.includes('sqlite'))) {
  describe(`rows of SQLite that are not what they seem, on their way to ${there}`, function odd() {
    this.timeout(30_000);
    const house = useHouses();

    function write(...statements: readonly [string, ...unknown[]][]): void {
      const file = new Sqlite(house('sqlite').url.slice('sqlite:'.length));
      file.pragma('foreign_keys = off');
      file.transaction(() => {
        for (const [sql, ...values] of statements) file.prepare(sql).run(...values);
      })();
      file.close();
    }

    async function moved() {
      const refused: RefusedRow[] = [];
      const { outcome, tables } = await transfer(house('sqlite').url, house(there).url, {
        onRefused(row) {
          refused.push(row);
          if (refused.length > 5_000) throw new Error('it comes to no end');
        },
      });
      return { outcome, tables, refused };
    }

    const tag = 'insert into tags values (cast(? as text), ?)';

    it('one whose text has the rest of its line and another line does not hide one that has no line', async () => {
      write([tag, id(1), `alpha\n${id(2)}\tforged`], [tag, id(3), Buffer.from('a BLOB')], [tag, id(4), 'omega']);
      const { outcome, refused } = await moved();
      expect(refused.map(({ key }) => key[0])).to.deep.equal([id(3)]);
      expect(outcome).to.equal('refused');
    });

    it('text that is no UTF-8 is refused, and not changed', async () => {
      write(['insert into tags values (?, cast(? as text))', id(1), Buffer.from([0x61, 0xff, 0x62])]);
      expect((await moved()).outcome).to.equal('refused');
    });

    it('keys that are no UTF-8 lose no rows after them: nothing is moved', async () => {
      const ada = await house('sqlite').store.users.create(newUser());
      const image = await house('sqlite').store.images.create(newImage(ada));
      const words = Array.from({ length: 300 }, (_, at) => Buffer.concat([Buffer.from([0x80]), Buffer.from(id(at))]));
      const insert = 'insert into image_words values (cast(? as text), ?)';
      write(...words.map((word): [string, ...unknown[]] => [insert, word, image.id]));
      expect(await moved().catch((error: unknown) => String(error))).to.include('image_words whose keys are no text');
    });

    it('keys that are no UTF-8 are not read for ever', async () => {
      write(
        ...Array.from({ length: 300 }, (_, at): [string, ...unknown[]] => [
          tag,
          Buffer.concat([Buffer.from([0xff]), Buffer.from(id(at))]),
          `n${at}`,
        ]),
      );
      expect(await moved().catch((error: unknown) => String(error))).to.include('tags whose keys are no text');
    });

    it('text that is no number is not taken for one', async () => {
      const ada = await house('sqlite').store.users.create(newUser());
      await house('sqlite').store.images.create(newImage(ada));
      write(["update images set width = '', height = '0x10', captured_at = ''"]);
      const { refused } = await moved();
      expect(refused.map(({ what }) => what)).to.include.members(['width', 'height', 'captured_at']);
    });

    it('two of a value that only one may have are not called identical', async () => {
      // In ranges of their own: each gets the name when its range is written, and the other loses it.
      const tags = Array.from({ length: 300 }, (_, at): [string, ...unknown[]] => [tag, id(at), `tag ${at % 299}`]);
      write(['drop index tags_name_unique'], ...tags);
      try {
        const { outcome, tables } = await moved();
        expect(outcome).to.equal('different');
        expect(tables.filter(({ identical }) => !identical).map(({ name }) => name)).to.deep.equal(['tags']);
      } finally {
        write(['delete from tags'], ['create unique index tags_name_unique on tags (name)']);
      }
    });
  });
}
