import { Database } from '@janus/knex';
import { expect } from 'chai';
import { columnKinds, readSchema, textLength, type Table } from '@janus/knex/tables';

interface Described {
  readonly name: string;
  readonly database: Database;
  readonly tables: readonly Table[];
}

const urls = ['SQLITE', 'POSTGRES', 'MYSQL', 'MARIADB'].flatMap((name) => process.env[`JANUS_TEST_${name}_URL`] ?? []);

/** Janus's own tables; those in which Knex notes what has run are as Knex makes them. */
const ours = (tables: readonly Table[]) => tables.filter(({ name }) => !name.startsWith('janus_'));

describe('the schema', () => {
  const described: Described[] = [];

  before(async function migrateAll() {
    for (const url of urls) {
      const database = await Database.open(url);
      await database.migrate();
      described.push({ name: database.dialect.name, database, tables: ours(await readSchema(database)) });
    }
  });
  after(async () => {
    for (const { database } of described) await database.close();
  });

  /** Compares what something says of each table with what it says of the same table in the first database. */
  function expectSame(say: (table: Table) => unknown): void {
    const [first, ...others] = described.map((one) => ({
      name: one.name,
      said: Object.fromEntries(one.tables.map((table) => [table.name, say(table)])),
    }));
    expect(Object.keys(first?.said ?? {})).to.have.lengthOf.above(0);
    for (const other of others) expect(other.said, `${other.name} beside ${first?.name}`).to.deep.equal(first?.said);
  }

  it('has the same tables on every database', () => {
    for (const { tables } of described) {
      expect(tables.map(({ name }) => name)).to.deep.equal([
        'admins',
        'analytics',
        'image_analyses',
        'image_tags',
        'image_words',
        'images',
        'logs',
        'tags',
        'users',
      ]);
    }
  });

  it('has the same columns in the same order', () => {
    expectSame(({ columns }) => columns.map(({ name }) => name));
  });

  it('has the same columns that may be absent', () => {
    expectSame(({ columns }) => columns.filter(({ nullable }) => nullable).map(({ name }) => name));
  });

  it('has a default for no column: every value is made in core', () => {
    const columns = described.flatMap(({ tables }) => tables.flatMap((table) => table.columns));
    expect(columns.filter(({ fallback }) => fallback !== null)).to.deep.equal([]);
  });

  it('has one type for a column, whatever each database calls it', () => {
    for (const [index, { name, columns }] of (described[0]?.tables ?? []).entries()) {
      for (const [position, column] of columns.entries()) {
        const meanings = described.map((one) => {
          const same = one.tables[index]?.columns[position];
          return same
            ? [...columnKinds(one.database, same.type)].map((kind) => `${kind} ${textLength(same.type)}`)
            : [];
        });
        const [first = [], ...others] = meanings;
        const shared = first.filter((meaning) => others.every((other) => other.includes(meaning)));
        expect(shared, `${name}.${column.name}: ${JSON.stringify(meanings)}`).to.have.lengthOf.above(0);
      }
    }
  });

  it('has text that compares by code point', () => {
    for (const { name, database, tables } of described) {
      const texts = tables.flatMap(({ columns }) => columns).filter(({ type }) => /char/.test(type));
      expect(new Set(texts.map(({ collation }) => collation)), name).to.deep.equal(
        new Set([database.dialect.catalogue.collation]),
      );
    }
  });

  it('has the same primary keys', () => {
    expectSame(({ keys }) => keys.filter(({ kind }) => kind === 'primary').map(({ columns }) => columns));
  });

  it('has the same unique keys', () => {
    expectSame(({ keys }) => keys.filter(({ kind }) => kind === 'unique').map(({ columns }) => columns));
  });

  it('has the same indexes, with their columns in the same order', () => {
    expectSame(({ keys }) => keys.filter(({ kind }) => kind === 'index').map(({ columns }) => columns));
  });

  it('has the same references, which do the same when what they refer to is removed', () => {
    expectSame(({ references }) =>
      references.map(({ columns, table, targets, onDelete }) => ({ columns, table, targets, onDelete })),
    );
  });

  it('calls each key and reference the same wherever the database keeps its name', () => {
    const names = new Map<string, Set<string>>();
    for (const { tables } of described) {
      for (const { name: table, keys, references } of tables) {
        for (const { kind, columns, name } of [
          ...keys,
          ...references.map((each) => ({ kind: 'reference', ...each })),
        ]) {
          const about = `${kind} of ${table} on ${columns.join()}`;
          if (name !== null) names.set(about, (names.get(about) ?? new Set()).add(name));
        }
      }
    }
    expect(names).to.have.lengthOf.above(0);
    for (const [about, called] of names) expect([...called], about).to.have.lengthOf(1);
  });

  it('has no triggers', () => {
    expect(described.flatMap(({ tables }) => tables.flatMap(({ triggers }) => triggers))).to.deep.equal([]);
  });
});
