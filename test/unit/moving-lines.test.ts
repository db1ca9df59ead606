import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { Gathered, RawText } from '../../packages/cli/dist/transfer/raw-text.js';
import { movedColumn } from '../../packages/cli/dist/transfer/column.js';
import { rawLines } from '../../packages/cli/dist/transfer/raw-line.js';
import { canonicalRows } from '../../packages/cli/dist/transfer/row.js';
import { sqliteCatalogue } from '../../packages/knex/dist/src/dialects/sqlite-catalogue.js';
import { check, json as jsonRule } from '@janus/core/adapter';
import type { ColumnKind, Row } from '@janus/knex/tables';

type Stored = string | number | bigint | Buffer | null;

const LONGEST = 40;
const MUCH = 300_000;

const columns = (
  [
    ['id', 'id'],
    ['owner', 'id'],
    ['name', 'text'],
    ['document', 'json'],
    ['width', 'integer'],
    ['size', 'large integer'],
    ['at', 'instant'],
    ['latitude', 'double'],
  ] as const satisfies readonly (readonly [string, ColumnKind])[]
).map(([name, kind], place) =>
  movedColumn(
    [kind],
    { name, type: kind, nullable: place > 0, collation: null, fallback: null },
    kind === 'text' ? LONGEST : null,
  ),
);
const names = columns.map(({ name }) => name);
const key = columns.slice(0, 1);
const ID = '0194c10a-51ae-7b88-98ed-8b79434b7360';

const sound: Readonly<Record<string, Stored>> = {
  id: ID,
  owner: null,
  name: 'IMG_0042.jpg',
  document: '{}',
  width: 4000n,
  size: 2_345_678n,
  at: 1_738_405_466_542n,
  latitude: 0.5,
};

const isPlainKey = (name: string) => !/^(?:\d+$|__)/.test(name) && JSON.stringify(name) === `"${name}"`;

const keysOf = (document: unknown): readonly string[] =>
  typeof document === 'object' && document !== null
    ? Object.entries(document).flatMap(([name, value]) => [
        ...(Array.isArray(document) ? [] : [name]),
        ...keysOf(value),
      ])
    : [];

describe('lines that SQLite makes of its rows', () => {
  const database = new BetterSqlite3(':memory:');
  // Without types, so that anything may be where it does not belong.
  database.exec(`create table pictures (${names.map((name) => `"${name}" blob`).join(', ')})`);
  const insert = database.prepare(`insert into pictures values (${names.map(() => '?').join(', ')})`);
  const { lines } = sqliteCatalogue;
  const known = columns.flatMap(({ kind, ...column }) => (kind ? [{ ...column, kind, bytes: MUCH }] : []));
  const made = database.prepare<[], { lines: Buffer | null }>(
    `select ${lines?.together('line')} as lines from (select ${lines?.of(known)} as line from pictures order by rowid)`,
  );
  const read = database.prepare<[], Row>('select * from pictures order by rowid');

  after(() => database.close());

  /** The lines that SQLite makes of rows, or null if these have to be looked at; and those of the rows read one by one. */
  function both(rows: readonly Readonly<Record<string, Stored>>[]) {
    database.exec('delete from pictures');
    for (const row of rows) insert.run(names.map((name) => row[name] ?? null));
    const gathered = new Gathered();
    const raw = made.get()?.lines ?? Buffer.alloc(0);
    const isKept = rawLines(columns)?.(new RawText(raw, rows.length * columns.length, gathered), rows.length);
    const canonical = canonicalRows(columns, key);
    const texts = read.all().map((row) => canonical(row));
    return {
      made: isKept ? gathered.take().toString() : null,
      read: texts.map(({ text }) => text).join(''),
      unfit: texts.flatMap(({ unfit }) => unfit).length,
    };
  }

  const text = fc.string({ unit: 'binary', maxLength: LONGEST + 5 });
  const compact = fc.json({ maxDepth: 4 }).map((document) => JSON.stringify(JSON.parse(document)));
  const asCoreWritesIt = fc
    .jsonValue({ maxDepth: 4 })
    .map((document) => JSON.stringify(check(jsonRule, document)))
    .filter((document) => document.isWellFormed() && !document.includes('\\u0000'));
  const number = fc.oneof(
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.maxSafeInteger().map(BigInt),
    fc.nat(4_200_000_000_000).map(BigInt),
    fc.integer().map(BigInt),
    fc.double(),
  );
  const strange: fc.Arbitrary<Stored> = fc.oneof(
    text,
    compact,
    fc.json(),
    asCoreWritesIt,
    number,
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(
      null,
      ID,
      ID.toUpperCase(),
      '\\N',
      '\\',
      'a\tb',
      'a\nb',
      `a\n${ID}`,
      '1e5',
      '-0',
      '[1.0]',
      '{"a":1,"a":2}',
    ),
    fc.constantFrom(
      '{"b":1,"a":2}',
      '{"10":1,"b":2}',
      '{"__proto__":1}',
      '[0.0000001]',
      '[1e21]',
      '["\\u0000"]',
      '["\\/"]',
      '[-0]',
    ),
  );
  const strangeRow = fc.record(Object.fromEntries(names.map((name) => [name, strange])));

  it('are those of the rows read one by one, or are not used, whatever is stored', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), strange), { maxLength: 4 }), (changes) => {
        const rows = changes.map(([name, value]) => ({ ...sound, [name]: value }));
        const found = both(rows);
        if (found.made !== null) expect(found.made).to.equal(found.read);
        // What is not used is looked at: nothing that a database would refuse goes by.
        if (found.unfit > 0) expect(found.made).to.equal(null);
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.array(strangeRow, { maxLength: 3 }), (rows) => {
        const found = both(rows);
        if (found.made !== null) expect(found.made).to.equal(found.read);
      }),
      { numRuns: 500 },
    );
  });

  it('are used for every double, exactly', () => {
    const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.oneof(anyDouble, fc.double({ min: -180, max: 180, noNaN: true })), (latitude) => {
        const found = both([{ ...sound, latitude }]);
        expect(found.made).to.equal(found.read);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are used for the JSON that core writes', () => {
    fc.assert(
      fc.property(asCoreWritesIt, (document) => {
        const found = both([{ ...sound, document }]);
        // But for keys that JavaScript puts elsewhere or that are escaped, escapes that are seldom, and numbers with an exponent.
        const isPlain = keysOf(JSON.parse(document)).every(isPlainKey) && !/\\u|\de[+-]?\d/.test(document);
        if (isPlain) expect(found.made).to.equal(found.read);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are used for text in any script, with backslashes, and up to its length', () => {
    for (const name of ['', '\\', 'C:\\N', '\\\\N', 'Zürichsee 東京 🌷', '🌷'.repeat(LONGEST), '\u{1}\u{7f}\ufffd']) {
      const found = both([{ ...sound, name }]);
      expect(found.made, name).to.equal(found.read);
    }
    for (const name of ['\\N', '\t', '\n', '\0', '🌷'.repeat(LONGEST + 1)])
      expect(both([{ ...sound, name }]).made, name).to.equal(null);
  });
});
