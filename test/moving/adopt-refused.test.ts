import { adopt, check, type AdoptOptions, type RowNotTaken } from '@janus/cli';
import { expect } from 'chai';
import { newUser } from '../contract/store.js';
import { names, useHouses, type House } from './houses.js';
import { ada, picture, usePrototypes, type Prototype, type Values } from './prototype.js';

/** Not to be told to anybody. */
const secret = 'b3hu1tMyBXf-secret';

for (const name of names) {
  describe(`what cannot be taken over into ${name}`, function refused() {
    this.timeout(60_000);
    const house = useHouses();
    const prototype = usePrototypes();
    let to: House;
    let from: Prototype;

    beforeEach(() => {
      to = house(name);
      from = prototype('owned');
      from.insert('users', ada);
      from.insert('images', { ...picture, user_id: 1 });
    });

    /** What is listed, as `table id what rule`; all else is taken over. */
    async function listed(options?: AdoptOptions): Promise<readonly string[]> {
      const rows: RowNotTaken[] = [];
      const result = await adopt(from.path, to.url, { ...options, onRefused: (row) => rows.push(row) });
      expect(result.outcome).to.equal('partial');
      for (const { name: table, there, rows: all, taken, before, refused: some } of result.tables) {
        expect(taken + before + some, table).to.equal(all);
        expect(rows.filter((row) => row.table === table).length, table).to.equal(some);
        if (!there) expect(all, table).to.equal(0);
      }
      expect(
        JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
      ).not.to.include(secret);
      expect((await check(to.url)).outcome).to.equal('sound');
      return rows.map(({ table, id, what, rule }) => `${table} ${id} ${what} ${rule}`);
    }

    const eve = { ...ada, id: 2, username: 'eve', email: 'eve@example.org' };
    const other = { ...picture, id: 2, user_id: 1, filename: 'IMG_2.png' };
    const entry = { id: 1, action: 'a', timestamp: '2024-01-01 00:00:00' };
    const cases: readonly (readonly [string, string, Values, string])[] = [
      ['an e-mail that is none', 'users', { ...eve, email: secret }, 'users 2 email format'],
      ['an empty e-mail', 'users', { ...eve, email: '' }, 'users 2 email required'],
      [
        'an e-mail that differs in letter case alone',
        'users',
        { ...eve, email: 'ADA@EXAMPLE.ORG' },
        'users 2 users_email_unique duplicate',
      ],
      [
        'a name that differs in its encoding alone',
        'users',
        { ...eve, username: 'ＡＤＡ' },
        'users 2 users_username_unique duplicate',
      ],
      ['a name that is too long', 'users', { ...eve, username: 'x'.repeat(65) }, 'users 2 username length'],
      [
        'a password hash with a NUL character',
        'users',
        { ...eve, password_hash: `${secret}\0` },
        'users 2 password_hash characters',
      ],
      [
        'a password hash of bytes that are no text',
        'users',
        { ...eve, password_hash: Buffer.from([0xff, 0xfe]) },
        'users 2 password_hash characters',
      ],
      [
        'an admin who is no user',
        'admins',
        { id: 1, user_id: 9, admin_level: 'moderator' },
        'admins 1 user_id reference',
      ],
      [
        'an admin of a level that is not known',
        'admins',
        { id: 1, user_id: 1, admin_level: secret },
        'admins 1 admin_level choice',
      ],
      ['an image of a user that is not there', 'images', { ...other, user_id: 9 }, 'images 2 user_id reference'],
      ['an image of nobody', 'images', { ...other, user_id: null }, 'images 2 user_id required'],
      ['an image whose user is no number', 'images', { ...other, user_id: secret }, 'images 2 user_id type'],
      ['an image without width', 'images', { ...other, width: null }, 'images 2 width required'],
      ['a height of 0', 'images', { ...other, height: 0 }, 'images 2 height range'],
      ['a width that is text', 'images', { ...other, width: secret }, 'images 2 width type'],
      ['a width beyond all', 'images', { ...other, width: 2n ** 62n + 1n }, 'images 2 width range'],
      ['a fraction of a pixel', 'images', { ...other, width: 1.5 }, 'images 2 width range'],
      ['a bit depth of 0', 'images', { ...other, bit_depth: 0 }, 'images 2 bit_depth range'],
      [
        'a filename that is too long',
        'images',
        { ...other, filename: `${secret}${'x'.repeat(255)}` },
        'images 2 filename length',
      ],
      ['a filename of bytes', 'images', { ...other, filename: Buffer.from(secret) }, 'images 2 filename type'],
      [
        'a colour type that is too long',
        'images',
        { ...other, color_type: secret.repeat(3) },
        'images 2 color_type length',
      ],
      [
        'metadata that is no JSON',
        'images',
        { ...other, image_metadata: `{'a': '${secret}'}` },
        'images 2 image_metadata format',
      ],
      [
        'metadata with a number that would be rounded',
        'images',
        { ...other, image_metadata: '{"a": 9007199254740993}' },
        'images 2 image_metadata range',
      ],
      [
        'metadata with a NUL character',
        'images',
        { ...other, image_metadata: `{"a": "${secret}\\u0000"}` },
        'images 2 image_metadata characters',
      ],
      [
        'metadata that is too much',
        'images',
        { ...other, image_metadata: JSON.stringify({ a: 'x'.repeat(262_144) }) },
        'images 2 image_metadata bytes',
      ],
      ['a time that is none', 'images', { ...other, created_at: `yesterday ${secret}` }, 'images 2 created_at format'],
      [
        'a day that there is not',
        'images',
        { ...other, created_at: '2024-02-30 00:00:00' },
        'images 2 created_at format',
      ],
      [
        'a time before 1970',
        'images',
        { ...other, created_at: '1969-12-31 23:59:59.999999' },
        'images 2 created_at range',
      ],
      ['a time of change that is none', 'images', { ...other, updated_at: 17 }, 'images 2 updated_at format'],
      [
        'an analysis of no image',
        'image_analysis',
        { id: 1, image_id: 9, analysis_results: '1' },
        'image_analysis 1 image_id reference',
      ],
      ['an action that is too long', 'logs', { ...entry, action: 'x'.repeat(101) }, 'logs 1 action length'],
      ['a level that is not known', 'logs', { ...entry, level: secret }, 'logs 1 level choice'],
      [
        'a topic that is too long',
        'analytics',
        { id: 1, data: '1', research_topic: 'x'.repeat(101) },
        'analytics 1 research_topic length',
      ],
      ['an empty action', 'security', { id: 1, user_id: 1, action: '' }, 'security 1 action required'],
    ];
    for (const [what, table, row, expected] of cases) {
      it(`is listed, and keeps nothing else from it: ${what}`, async () => {
        from.insert(table, row);
        from.insert('users', { ...eve, id: 3, username: 'kim', email: 'kim@example.org' });
        expect(await listed()).to.deep.equal([expected]);
        expect(await to.store.users.findByUsername('kim')).not.to.equal(null);
        expect((await to.store.images.list()).items).to.have.lengthOf(1);
      });
    }

    it('is all that belongs to what could not be, and comes with it when that was corrected', async () => {
      from.insert('users', { ...eve, email: secret });
      from.insert('images', { ...other, user_id: 2 });
      from.insert('image_analysis', { id: 1, image_id: 2, analysis_results: '1' });
      from.insert('logs', { ...entry, user_id: 2 });
      expect(await listed()).to.deep.equal([
        'users 2 email format',
        'images 2 user_id reference',
        'image_analysis 1 image_id reference',
        'logs 1 user_id reference',
      ]);
      from.run("update users set email = 'eve@example.org' where id = 2");
      const { outcome, tables } = await adopt(from.path, to.url);
      expect(outcome).to.equal('complete');
      expect(tables.flatMap(({ name: table, taken }) => (taken > 0 ? [[table, taken]] : []))).to.deep.equal([
        ['users', 1],
        ['images', 1],
        ['image_analysis', 1],
        ['logs', 1],
      ]);
    });

    it('is a user whose e-mail somebody at the target has, who stays as they are', async () => {
      const there = await to.store.users.create({ ...newUser(), email: 'ada@example.org' });
      expect(await listed()).to.deep.equal(['users 1 users_email_unique duplicate', 'images 1 user_id reference']);
      expect(await to.store.users.get(there.id)).to.deep.equal(there);
    });

    it('is a second row that makes one user an admin', async () => {
      from.insert('admins', { id: 1, user_id: 1, admin_level: 'superadmin' });
      from.insert('admins', { id: 2, user_id: 1, admin_level: 'moderator' });
      expect(await listed()).to.deep.equal(['admins 2 admins_user_id_unique duplicate']);
      const { items } = await to.store.admins.list();
      expect(items.map(({ level }) => level)).to.deep.equal([100]);
    });

    it('is what no version of the prototype had, by its name', async () => {
      from.run(
        `alter table images add column camera TEXT; update images set camera = '${secret}'; create table tags (name TEXT)`,
      );
      const { outcome, leftOut } = await adopt(from.path, to.url);
      expect(outcome).to.equal('partial');
      expect(leftOut).to.deep.equal([
        { table: 'images', column: 'camera', holds: true },
        { table: 'tags', column: null, holds: false },
      ]);
    });

    it('is nothing where what no version had is empty', async () => {
      from.run('alter table images add column camera TEXT; create table tags (name TEXT)');
      const { outcome, leftOut } = await adopt(from.path, to.url);
      expect(outcome).to.equal('complete');
      expect(leftOut).to.have.lengthOf(2);
    });
  });
}
