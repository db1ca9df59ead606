import {
  columnKinds,
  readSchema,
  TABLES,
  textLength,
  type Key as Unique,
  type Kinds,
  type Reference,
  type Row,
  type Table,
} from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { movedColumn, type MovedColumn } from './column.js';
import { rawLines } from './raw-line.js';
import { canonicalRows, type CanonicalRow } from './row.js';
import type { Side } from './side.js';

/** A column that refers to another table. */
export interface MovedReference {
  readonly rule: string;
  readonly column: MovedColumn;
  readonly parent: string;
  /** The column of the parent that it has the value of. */
  readonly parentKey: string;
}

/** A table that is moved, as both sides have it. */
export interface MovedTable {
  readonly name: string;
  readonly columns: readonly MovedColumn[];
  readonly names: readonly string[];
  /** The columns of its primary key. */
  readonly key: readonly MovedColumn[];
  /** Its unique keys, the primary left out. */
  readonly uniques: readonly (readonly MovedColumn[])[];
  readonly references: readonly MovedReference[];
  /** Whether a row of it cannot be deleted while others refer to it. */
  readonly kept: boolean;
  canonical(row: Row): CanonicalRow;
  /** Makes lines of those of a database that makes some itself; null where too little is known of a column. */
  readonly rewrite: ReturnType<typeof rawLines>;
  /** The place of a column among the columns. */
  at(column: MovedColumn): number;
}

/** The tables of Janus's that a database has, and what its columns hold. */
export interface Described {
  readonly database: Kinds;
  readonly tables: readonly Table[];
}

/** A side's database, and the tables of Janus's that it has. */
export const described = async (side: Side) => ({
  database: side.database,
  tables: (await side.do(readSchema)).filter(({ name }) => TABLES.includes(name)),
});

/** The tables of Janus's that both sides have, each after those that it refers to. @throws CannotRunError where they differ */
export function movedTables(source: Described, target: Described): readonly MovedTable[] {
  const { tables } = target;
  const restricting = tables.flatMap(({ references }) =>
    references.filter(({ onDelete }) => ['restrict', 'no action'].includes(onDelete)).map(({ table }) => table),
  );
  return inOrder(tables).map((table) => {
    const same = source.tables.find(({ name }) => name === table.name);
    if (!same) throw differs(table.name, 'the source has no such table');
    const columns = columnsOf(source.database, same, target.database, table);
    const column = (name: string) => {
      const found = columns.find((one) => one.name === name);
      if (!found) throw differs(table.name, `it has no column ${name}`);
      return found;
    };
    const keys = (kind: Unique['kind']) =>
      table.keys.filter((key) => key.kind === kind).map((key) => key.columns.map(column));
    const [key] = keys('primary');
    if (!key || key.length > 2) throw differs(table.name, 'its primary key is not of one column or two');
    return {
      name: table.name,
      columns,
      names: columns.map(({ name }) => name),
      key,
      uniques: keys('unique'),
      references: table.references.map((reference) => ({
        rule: ruleOf(table, reference),
        column: column(reference.columns[0] ?? ''),
        parent: reference.table,
        parentKey: reference.targets[0] ?? '',
      })),
      kept: restricting.includes(table.name),
      canonical: canonicalRows(columns, key),
      // A key is read from its line.
      rewrite: key.every(({ kind }) => kind === 'id' || kind === 'text') ? rawLines(columns) : null,
      at: (one) => columns.indexOf(one),
    };
  });
}

const ruleOf = ({ name }: Table, reference: Reference) =>
  reference.name ?? [name, ...reference.columns, 'foreign'].join('_');

const differs = (table: string, how: string) =>
  new CannotRunError(
    `the table ${table} is not as the migrations make it (${how}); \`janus check\` says what is to be done`,
  );

function inOrder(tables: readonly Table[]): readonly Table[] {
  const ordered: Table[] = [];
  const add = (table: Table) => {
    if (ordered.includes(table)) return;
    for (const { table: parent } of table.references) {
      const found = tables.find(({ name }) => name === parent);
      if (found && found !== table) add(found);
    }
    ordered.push(table);
  };
  for (const table of tables) add(table);
  return ordered;
}

/** Every column of both sides: one that only one of them has, or of a type that is not known, is never passed over. */
function columnsOf(from: Kinds, source: Table, to: Kinds, target: Table): readonly MovedColumn[] {
  const [here, there] = [source, target].map((table) => table.columns.map(({ name }) => name));
  const lone = [...new Set([...(here ?? []), ...(there ?? [])])].filter(
    (name) => !here?.includes(name) || !there?.includes(name),
  );
  if (lone.length > 0) throw differs(target.name, `one side only has ${lone.join(', ')}`);
  return target.columns.map((column) => {
    const type = source.columns.find(({ name }) => name === column.name)?.type ?? '';
    const kinds = columnKinds(from, type).filter((kind) => columnKinds(to, column.type).includes(kind));
    if (kinds.length === 0)
      throw differs(target.name, `${column.name} is ${type} at the source, ${column.type} at the target`);
    return movedColumn(kinds, column, textLength(column.type));
  });
}
