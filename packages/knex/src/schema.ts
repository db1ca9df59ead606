// What a database says of its own tables, in one form whichever database it is.
import type { Database } from './database.js';
import type { Catalogue, ColumnKind } from './dialects/catalogue.js';
import type { Row } from './dialects/dialect.js';

export interface Column {
  readonly name: string;
  /** As the database writes it, without the display widths that MariaDB adds. */
  readonly type: string;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly fallback: string | null;
}

export interface Key {
  readonly kind: 'primary' | 'unique' | 'index';
  /** Null where the database keeps none. */
  readonly name: string | null;
  readonly columns: readonly string[];
}

export interface Reference {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly table: string;
  readonly targets: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly keys: readonly Key[];
  readonly references: readonly Reference[];
  /** The names of its triggers. */
  readonly triggers: readonly string[];
}

/** Every table of a database, in the order of their names. */
export async function readSchema(database: Database): Promise<readonly Table[]> {
  const { catalogue } = database.dialect;
  const read = async (part: 'tables' | 'columns' | 'keys' | 'references' | 'triggers') => {
    const rows = await database.rows(`schema.${part}`, {}, () =>
      database.knex.select('*').fromRaw(`(${catalogue[part]}) as found`),
    );
    return groupBy(rows, 'table_name');
  };
  const [tables, columns, keys, references, triggers] = [
    await read('tables'),
    await read('columns'),
    await read('keys'),
    await read('references'),
    await read('triggers'),
  ];
  return [...tables.keys()].toSorted().map((name) => {
    const definition = textOf(tables.get(name)?.[0]?.['definition']) ?? '';
    return {
      name,
      columns: inOrder(columns.get(name)).map(columnOf),
      keys: groups(keys.get(name)).map((rows) => keyOf(rows, definition)),
      references: groups(references.get(name)).map((rows) => referenceOf(rows, definition)),
      triggers: (triggers.get(name) ?? []).map((row) => String(row['name'])).toSorted(),
    };
  });
}

/** Of text the most characters that a column of this type takes; null for what is not text. */
export function textLength(type: string): number | null {
  const length = /^(?:varchar|character varying)\((\d+)\)$/i.exec(type)?.[1];
  return length === undefined ? null : Number(length);
}

/** Of a database as much as tells what its columns hold. */
export interface Kinds {
  readonly dialect: { readonly catalogue: Pick<Catalogue, 'kinds'> };
}

/** What a column of this type may hold; none for a type that no migration of Janus's uses. */
export const columnKinds = ({ dialect }: Kinds, type: string): readonly ColumnKind[] =>
  textLength(type) === null ? (dialect.catalogue.kinds[type.toLowerCase()] ?? []) : ['text'];

function groupBy(rows: readonly Row[], field: string): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(row[field]);
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return found;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);

const inOrder = (rows: readonly Row[] = []) => rows.toSorted((a, b) => Number(a['position']) - Number(b['position']));

const namesIn = (rows: readonly Row[], field: string) => inOrder(rows).map((row) => String(row[field]));

/** The rows of each key or reference, in an order that is the same on every database. */
function groups(rows: readonly Row[] = []): readonly (readonly Row[])[] {
  return [...groupBy(rows, 'part').values()].toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

const placeOf = (group: readonly Row[]) => [group[0]?.['kind'], ...namesIn(group, 'column_name')].join();

const columnOf = (row: Row): Column => ({
  name: String(row['name']),
  type: String(row['type']).replace(/^(\w*int)\(\d+\)$/, '$1'),
  nullable: Boolean(row['nullable']),
  collation: textOf(row['collation']),
  fallback: textOf(row['fallback']),
});

function keyOf(rows: readonly Row[], definition: string): Key {
  const kind = String(rows[0]?.['kind']) as Key['kind'];
  const columns = namesIn(rows, 'column_name');
  const name = textOf(rows[0]?.['name']);
  return {
    kind,
    columns,
    name: name ?? (kind === 'primary' ? constraintName(definition, 'primary key', columns) : null),
  };
}

function referenceOf(rows: readonly Row[], definition: string): Reference {
  const [row = {}] = rows;
  const columns = namesIn(rows, 'column_name');
  return {
    name: textOf(row['name']) ?? constraintName(definition, 'foreign key', columns),
    columns,
    table: String(row['parent']),
    targets: namesIn(rows, 'target'),
    onDelete: String(row['on_delete']).toLowerCase(),
    onUpdate: String(row['on_update']).toLowerCase(),
  };
}

/** The name that a table's definition gives a constraint on these columns: SQLite tells it nowhere else. */
function constraintName(definition: string, kind: string, columns: readonly string[]): string | null {
  const constraints = definition.matchAll(/constraint [`"](\w+)[`"] ((?:primary|foreign) key) ?\(([^)]*)\)/gi);
  const listed = columns.join();
  for (const [, name = null, found = '', list = ''] of constraints) {
    if (found.toLowerCase() === kind && list.replaceAll(/[`" ]/g, '') === listed) return name;
  }
  return null;
}
