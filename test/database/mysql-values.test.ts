import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Database } from '@janus/knex';
import type { Connection } from 'mysql2';
import { StatementFailure, type Answer, type Bound, type Row } from '../../packages/knex/dist/src/dialects/dialect.js';
import { runStatements } from '../../packages/knex/dist/src/dialects/mysql-run.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

interface Pool {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
}

const TYPES = {
  position: 'int primary key',
  tiny: 'tinyint',
  bit8: 'tinyint unsigned',
  small: 'smallint',
  word: 'smallint unsigned',
  middle: 'mediumint',
  plain: 'int',
  unsigned: 'int unsigned',
  big: 'bigint',
  huge: 'bigint unsigned',
  decimal: 'decimal(20, 4)',
  half: 'float',
  full: 'double',
  day: 'date',
  at: 'datetime(3)',
  fixed: 'binary(16)',
  bytes: 'longblob',
  content: 'longtext character set utf8mb4',
} as const;

if (/^(?:mysql|mariadb):/.test(url)) {
  describe('a value that is bound and read again', () => {
    let database: Database;
    let pool: Pool;
    let connection: Connection;

    before(async () => {
      database = await openDatabase();
      pool = database.knex.client as Pool;
      connection = await pool.acquireConnection();
      const columns = Object.entries(TYPES).map(([name, type]) => `\`${name}\` ${type}`);
      await run([{ sql: `create temporary table scratch (${columns.join(', ')})` }]);
    });
    after(async () => {
      await run([{ sql: 'drop temporary table scratch' }]);
      await pool.releaseConnection(connection);
      await database.close();
    });

    const run = async (statements: readonly (Pick<Bound, 'sql'> & Partial<Bound>)[]) =>
      runStatements(
        connection,
        statements.map((statement) => ({ name: 'scratch', bindings: [], ...statement })),
      );

    /** How many prepared statements were closed. */
    async function closed(): Promise<number> {
      const [answer] = await run([{ sql: "show session status like 'Com_stmt_close'" }]);
      return Number(answer?.rows[0]?.['Value']);
    }

    let position = 0;
    /** What is read of a value in a column, beside others that are null. */
    async function stored(column: keyof typeof TYPES, value: Bound['bindings'][number]): Promise<unknown> {
      position += 1;
      const [, answer] = await run([
        { sql: `insert into scratch (position, \`${column}\`) values (?, ?)`, bindings: [position, value] },
        { sql: 'select * from scratch where position = ?', bindings: [position] },
      ]);
      const { position: at, [column]: found, ...others } = (answer as Answer).rows[0] as Row;
      expect(at).to.equal(position);
      expect(new Set(Object.values(others))).to.deep.equal(new Set([null]));
      return found;
    }

    it('is the same number, up to what its column holds', async () => {
      const ends = {
        tiny: [-128, 127],
        bit8: [0, 255],
        small: [-32_768, 32_767],
        word: [0, 65_535],
        middle: [-8_388_608, 8_388_607],
        plain: [-2_147_483_648, 2_147_483_647],
        unsigned: [0, 4_294_967_295],
        big: [-9_007_199_254_740_991, -4_294_967_297, -4_294_967_296, -1, 4_294_967_296, 9_007_199_254_740_991],
        huge: [0, 4_294_967_296, 9_007_199_254_740_991],
        full: [-0, 0.1, 1e300, -1, 5e-324, 9_007_199_254_740_992, 1_234_567.890_123_456_7],
        half: [0.5, -2],
      } as const;
      for (const [column, values] of Object.entries(ends)) {
        for (const value of values) expect(await stored(column as keyof typeof ends, value)).to.equal(value);
      }
      expect(await stored('tiny', true)).to.equal(1);
    });

    it('is text where a double would lose digits', async () => {
      expect(await stored('big', '-9223372036854775808')).to.equal('-9223372036854775808');
      expect(await stored('huge', '18446744073709551615')).to.equal('18446744073709551615');
      expect(await stored('decimal', '1234567890123456.7891')).to.equal('1234567890123456.7891');
    });

    it('is the same text, of whatever length', async () => {
      for (const length of [0, 1, 12, 13, 83, 84, 250, 251, 65_535, 65_536, 3_000_000]) {
        for (const letter of ['a', 'é', '語', '\u{1F408}']) {
          const text = letter.repeat(Math.ceil(length / Buffer.byteLength(letter)));
          expect((await stored('content', text)) === text, `${letter} ${length}`).to.equal(true);
        }
      }
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
          expect(await stored('content', text)).to.equal(text);
        }),
        { numRuns: 50 },
      );
    });

    it('is its own where the row before had the same characters, or as many bytes', async () => {
      const texts = ['é', 'Ã©', 'ab', 'ab', 'ac', '', '', 'é', '\u0000', 'Ã'];
      const places = texts.map(() => '(?, ?)').join(', ');
      const first = position + 1;
      position += texts.length;
      const [, answer] = await run([
        {
          sql: `insert into scratch (position, content) values ${places}`,
          bindings: texts.flatMap((text, index) => [first + index, text]),
        },
        { sql: 'select content from scratch where position >= ? order by position', bindings: [first] },
      ]);
      expect(answer?.rows.map((row) => row['content'])).to.deep.equal(texts);
    });

    it('is the same bytes, of whatever length', async () => {
      for (const length of [0, 250, 251, 65_536, 200_000]) {
        const bytes = Buffer.alloc(length, 0xfb);
        expect(bytes.equals((await stored('bytes', bytes)) as Buffer), String(length)).to.equal(true);
      }
      expect(await stored('fixed', Buffer.alloc(16, 1))).to.deep.equal(Buffer.alloc(16, 1));
    });

    it('is the same instant, to the millisecond', async () => {
      for (const at of ['2024-02-29T23:59:59.999Z', '2024-01-01T00:00:00.000Z', '1000-01-01T00:00:00.001Z']) {
        expect(await stored('at', new Date(at))).to.deep.equal(new Date(at));
      }
      expect(await stored('day', new Date('2024-02-29T00:00:00Z'))).to.deep.equal(new Date('2024-02-29T00:00:00Z'));
    });

    it('is what it is now, where the columns of a statement have changed under it', async () => {
      const read = async () => (await run([{ sql: 'select * from changing order by 1' }]))[0]?.rows;
      await run([
        { sql: 'create temporary table changing (a int, b text)' },
        { sql: "insert into changing values (1, 'b')" },
      ]);
      expect(await read()).to.deep.equal([{ a: 1, b: 'b' }]);
      for (const [change, row] of [
        ['modify a bigint', { a: 1, b: 'b' }],
        ['add c int default 3', { a: 1, b: 'b', c: 3 }],
        ['drop column b', { a: 1, c: 3 }],
        ['modify a varchar(20)', { a: '1', c: 3 }],
        ['drop column c', { a: '1' }],
      ] as const) {
        await run([{ sql: `alter table changing ${change}` }]);
        expect(await read(), change).to.deep.equal([row]);
        expect(await read(), change).to.deep.equal([row]);
      }
      await run([{ sql: 'drop temporary table changing' }]);
    });

    it('is bound in one of 250 statements that a connection keeps; the others are closed', async () => {
      const before = await closed();
      for (let made = 0; made < 300; made += 1) {
        const [answer] = await run([{ sql: `select ${made} as made, ? as bound`, bindings: [`${made}`] }]);
        expect(answer?.rows).to.deep.equal([{ made, bound: `${made}` }]);
      }
      expect((await closed()) - before).to.be.within(50, 300);
    });

    it('fails as the statement that it is bound in, after which the connection goes on', async () => {
      const statements = [
        { sql: 'select 1 as one' },
        { sql: 'select * from scratch where position = ?', bindings: [undefined as never] },
        { sql: 'select 2 as two' },
      ];
      const failure = await run(statements).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(StatementFailure).and.to.have.property('index', 1);
      const broken = await run([{ sql: 'select 1 as one' }, { sql: 'select nothing from nowhere' }]).catch(
        (error: unknown) => error,
      );
      expect(broken).to.be.instanceOf(StatementFailure).and.to.have.property('index', 1);
      expect((await run([{ sql: 'select 3 as three' }]))[0]?.rows).to.deep.equal([{ three: 3 }]);
    });
  });
}
