import { check, transfer, type Finding, type RefusedRow } from '@janus/cli';
import Sqlite from 'better-sqlite3';
import { expect } from 'chai';
import { newImage, newUser } from '../contract/store.js';
import { names, useHouses, type House } from './houses.js';

/** Not to be told to anybody. */
const secret = 'b3hu1tMyBXf-secret';

describe('what somebody has written into SQLite past Janus', function refused() {
  this.timeout(60_000);
  const house = useHouses();
  let from: House;
  let image = '';
  let owner = '';

  beforeEach(async () => {
    from = house('sqlite');
    const ada = await from.store.users.create(newUser());
    owner = ada.id;
    ({ id: image } = await from.store.images.create(newImage(ada, { tags: ['cat'], title: 'a night at sea' })));
    await from.store.logs.append({ action: 'image.uploaded', imageId: null });
  });

  /** Writes as others than Janus can. */
  function write(...statements: readonly [string, ...unknown[]][]): void {
    const file = new Sqlite(from.url.slice('sqlite:'.length));
    file.pragma('foreign_keys = off');
    for (const [sql, ...values] of statements) file.prepare(sql).run(...values);
    file.close();
  }

  async function refusals(there: string): Promise<readonly RefusedRow[]> {
    const rows: RefusedRow[] = [];
    const result = await transfer(from.url, house(there).url, { onRefused: (row) => rows.push(row) });
    expect(result.outcome).to.equal('refused');
    expect(result.refused).to.equal(rows.length);
    expect(new Set(Object.values(await house(there).contents()).flat())).to.deep.equal(new Set());
    expect(JSON.stringify([rows, result])).not.to.include(secret);
    return rows;
  }

  const values: readonly (readonly [string, string, unknown, string])[] = [
    ['text that is too long', 'filename', secret.repeat(20), '255 characters'],
    ['text with a NUL character', 'title', `${secret}\0`, 'NUL'],
    ['bytes instead of text', 'title', Buffer.from(secret), 'text'],
    ['text instead of a number', 'width', secret, 'whole number'],
    ['a number of more than 32 bits', 'width', 2 ** 31, '32 bits'],
    ['a fraction', 'height', 1.5, 'whole number'],
    ['a size that no double holds', 'byte_size', 2n ** 60n, 'double'],
    ['text instead of a coordinate', 'latitude', secret, 'number'],
    ['metadata that is no JSON', 'metadata', `{"a": ${secret}`, 'JSON'],
    ['metadata with a NUL character', 'metadata', `{"a": "${secret}\\u0000"}`, 'NUL'],
    ['metadata with a number beyond all', 'metadata', '{"a": 1e400}', 'finite'],
    ['an instant before 1970', 'captured_at', -1, '1970'],
    ['an instant that is a date’s text', 'created_at', '2026-11-22 12:00:00', 'instant'],
  ];

  it('is found by checking', async () => {
    write(['update logs set image_id = ?', owner], ['update images set width = ?', secret]);
    const found: Finding[] = [];
    await check(from.url, { onFinding: (finding) => found.push(finding) });
    expect(found.map(({ where, what }) => `${where.split(' ')[0]} ${what.split(' ')[0]}`)).to.have.members([
      'images a',
      'logs logs_image_id_foreign',
    ]);
    expect(JSON.stringify(found)).not.to.include(secret);
  });

  for (const there of names.filter((name) => name !== 'sqlite')) {
    for (const [what, column, value, reason] of values) {
      it(`is refused before anything is written to ${there}: ${what}`, async () => {
        write([`update images set ${column} = ? where id = ?`, value, image]);
        const rows = await refusals(there);
        expect(rows).to.have.lengthOf(1);
        expect(rows[0]).to.include({ table: 'images', what: column });
        expect(rows[0]?.key).to.deep.equal([image]);
        expect(rows[0]?.reason).to.include(reason);
      });
    }

    it(`is refused before anything is written to ${there}: an id in capitals`, async () => {
      write(['insert into tags (id, name) values (?, ?)', owner.toUpperCase(), 'dog']);
      const rows = await refusals(there);
      expect(rows.map(({ table, what }) => [table, what])).to.deep.equal([['tags', 'id']]);
    });

    it(`is refused before anything is written to ${there}: a row that refers to what is not there`, async () => {
      write(['update logs set image_id = ?', owner], ['delete from users where id = ?', owner]);
      const rows = await refusals(there);
      expect(rows.map(({ table, what }) => [table, what])).to.have.deep.members([
        ['images', 'images_owner_id_foreign'],
        ['logs', 'logs_image_id_foreign'],
      ]);
    });

    it(`is each named, however many there are, for ${there}`, async () => {
      write(
        ['update images set width = 1.5, title = ?', `${secret}\0`],
        ["update logs set metadata = 'no'"],
        ["update image_words set word = word || ? where word = 'sea'", '\0'],
      );
      const rows = await refusals(there);
      expect(rows.map(({ table, what }) => [table, what])).to.have.deep.members([
        ['images', 'width'],
        ['images', 'title'],
        ['logs', 'metadata'],
        ['image_words', 'word'],
      ]);
    });

    it(`is no reason not to compare with ${there}`, async () => {
      write(['update images set width = 1.5']);
      const { outcome } = await transfer(from.url, house(there).url, { verify: true });
      expect(outcome).to.equal('different');
    });

    it(`is JSON with its keys in another order, which is the same to ${there}`, async () => {
      write(['update images set metadata = ?', '{ "bb": 1.0, "a": {"2": 1, "10": -0}, "": 1e2 }']);
      expect((await transfer(from.url, house(there).url)).outcome).to.equal('identical');
      const { items } = await house(there).store.images.list();
      expect(items[0]?.metadata).to.deep.equal({ '': 100, a: { 2: 1, 10: 0 }, bb: 1 });
    });
  }
});
