import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adopt, check, type AdoptOptions } from '@janus/cli';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { names, useHouses } from './houses.js';
import { openPrototype, VERSIONS, type Prototype, type Values, type Version } from './prototype.js';

type Cell = Values[string];

const any: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary' }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
);

/** Mostly what the prototype writes, and now and then anything else. */
const mostly = (usual: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: any });

const word = fc.constantFrom('ada', 'Ada', 'eve', 'ＥＶＥ', 'kim', 'lea', 'max');
const time = fc.oneof(
  fc.constant(null),
  fc
    .date({ min: new Date(0), max: new Date('2100-12-31'), noInvalidDate: true })
    .map((at) => at.toISOString().replace('T', ' ').replace('Z', '456')),
  fc.constantFrom('2024-01-01 00:00:00', '2024-01-01T00:00:00+02:00', '2024-13-01 00:00:00', '1900-01-01 00:00:00'),
);
const old = fc.integer({ min: 1, max: 6 });
const json = fc.oneof(
  fc.json(),
  fc.constantFrom('{}', 'null', "{'a': 1}", 'NaN', '{"a": 12345678901234567890}', '{"prototype": 1}'),
);

/** Each column of any version. */
const COLUMNS: Readonly<Record<string, fc.Arbitrary<Cell>>> = {
  username: mostly(word),
  email: mostly(word.map((name) => `${name}@example.org`)),
  password_hash: mostly(fc.constantFrom('$2b$12$abc', '', null)),
  role: mostly(fc.constantFrom('admin', 'user')),
  user_id: mostly(old),
  image_id: mostly(old),
  admin_level: mostly(fc.constantFrom('superadmin', 'moderator', 1, 0, 'chief')),
  filename: mostly(word.map((name) => `${name}.jpg`)),
  width: mostly(fc.integer({ min: 0, max: 5000 })),
  height: mostly(fc.integer({ min: 1, max: 5000 })),
  bit_depth: mostly(fc.constantFrom(8, 16, null)),
  color_type: mostly(fc.constantFrom('2', 6, 'RGB', 'sepia', null)),
  compression_method: mostly(fc.constantFrom('0', 0, 'jpeg', null)),
  image_metadata: mostly(json),
  analysis_results: mostly(json),
  meta_data: mostly(json),
  log_metadata: mostly(json),
  data: mostly(json),
  research_topic: mostly(fc.oneof(word, fc.constant(null))),
  action: mostly(word),
  module: mostly(fc.oneof(word, fc.constant(null))),
  level: mostly(fc.constantFrom('INFO', 'warning', 'CRITICAL', 'AUDIT', 30, null)),
  timestamp: mostly(time),
  created_at: mostly(time),
  updated_at: mostly(time),
};

/** The columns of each table of a version, but for its id. */
function tablesOf(version: Version): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, readonly string[]>();
  for (const [, table = '', body = ''] of VERSIONS[version].matchAll(/CREATE TABLE (\w+) \((.*)\);/g))
    if (table !== 'alembic_version')
      tables.set(
        table,
        Object.keys(COLUMNS).filter((column) =>
          new RegExp(`\\b${column} (?:VARCHAR|INTEGER|JSON|TEXT|DATETIME)`).test(body),
        ),
      );
  return tables;
}

type Rows = readonly { readonly table: string; readonly id: number; readonly values: Values }[];

const rowsOf = (version: Version, from: number): fc.Arbitrary<Rows> =>
  fc
    .tuple(
      ...[...tablesOf(version)].map(([table, columns]) =>
        fc
          .array(fc.record(Object.fromEntries(columns.map((column) => [column, COLUMNS[column] ?? any]))), {
            maxLength: 5,
          })
          .map((rows) => rows.map((values, at) => ({ table, id: from + at, values }))),
      ),
    )
    .map((tables) => tables.flat());

const database = fc.constantFrom(...(Object.keys(VERSIONS) as Version[])).chain((version) =>
  fc.record({
    version: fc.constant(version),
    rows: rowsOf(version, 1),
    more: rowsOf(version, 10),
    owner: fc.boolean(),
  }),
);

/** Stores what the prototype's own rules let in, and says how many rows each table has. */
function store({ insert }: Prototype, rows: Rows): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, id, values } of rows) {
    try {
      insert(table, { id, ...values });
      counts[table] = (counts[table] ?? 0) + 1;
    } catch (error) {
      if (!String(error).includes('constraint failed')) throw error;
    }
  }
  return counts;
}

for (const name of names) {
  describe(`any database of the prototype's, taken over into ${name}`, function adopting() {
    this.timeout(300_000);
    const house = useHouses();

    it('is all taken over or listed, once; later what is new; and is not changed', async () => {
      const to = house(name);
      await fc.assert(
        fc.asyncProperty(database, async ({ version, rows, more, owner }) => {
          await to.empty();
          const folder = mkdtempSync(join(tmpdir(), 'janus-any-'));
          try {
            const from = openPrototype(folder, version);
            const options: AdoptOptions = owner ? { owner: 'archive@example.org' } : {};
            const first = store(from, rows);
            const run = async (there: Readonly<Record<string, number>>) => {
              const bytes = readFileSync(from.path);
              const listed: string[] = [];
              const result = await adopt(from.path, to.url, {
                ...options,
                onRefused: ({ table, id }) => listed.push(`${table} ${id}`),
              });
              for (const table of result.tables) {
                expect(table.rows, table.name).to.equal(there[table.name] ?? 0);
                expect(table.taken + table.before + table.refused, table.name).to.equal(table.rows);
              }
              expect(new Set(listed).size).to.equal(listed.length);
              expect(result.outcome).to.equal(listed.length > 0 ? 'partial' : 'complete');
              expect(readFileSync(from.path).equals(bytes)).to.equal(true);
              return { ...result, listed };
            };
            const one = await run(first);
            const contents = await to.contents();
            const two = await run(first);
            expect(await to.contents()).to.deep.equal(contents);
            expect(two.listed).to.deep.equal(one.listed);
            for (const [at, table] of two.tables.entries()) {
              expect(table.taken, table.name).to.equal(0);
              expect(table.before, table.name).to.equal(one.tables[at]?.taken);
            }
            const added = store(from, more);
            const all = { ...first };
            for (const [table, count] of Object.entries(added)) all[table] = (all[table] ?? 0) + count;
            const three = await run(all);
            for (const [at, table] of three.tables.entries())
              expect(table.before, table.name).to.equal(one.tables[at]?.taken);
            const after = await to.contents();
            for (const [table, some] of Object.entries(contents))
              expect(after[table], table).to.include.members([...some]);
            expect((await check(to.url)).outcome).to.equal('sound');
          } finally {
            rmSync(folder, { recursive: true });
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
