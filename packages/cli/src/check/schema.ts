import type { Database } from '@janus/knex';
import { columnKinds, textLength, type Column, type Key, type Reference, type Table } from '@janus/knex/tables';
import type { Finding } from './finding.js';

const MIGRATE = 'put it back as the migrations make it, or make a new database and move everything there';

/**
 * In what the tables of a database are not as the migrations make them.
 * @param expected the tables of a database of any kind in which they just ran
 */
export function schemaFindings(
  expected: { readonly database: Database; readonly tables: readonly Table[] },
  found: { readonly database: Database; readonly tables: readonly Table[] },
): readonly Finding[] {
  return expected.tables.flatMap((table) => {
    const same = found.tables.find(({ name }) => name === table.name);
    if (!same) return [{ where: table.name, what: 'the table is missing', advice: MIGRATE }];
    return [
      ...columnFindings(expected.database, table, found.database, same),
      ...listed(table.name, table.keys.map(keyText), same.keys.map(keyText), same.keys.map(keyAdvice)),
      ...listed(table.name, table.references.map(referenceText), same.references.map(referenceText), []),
      ...same.triggers.map((name) => ({
        where: table.name,
        what: `it has a trigger, ${name}`,
        advice: 'drop it: Janus makes every value itself',
      })),
    ];
  });
}

function columnFindings(reference: Database, table: Table, database: Database, same: Table): readonly Finding[] {
  const missing = table.columns
    .filter(({ name }) => !same.columns.some((column) => column.name === name))
    .map(({ name }) => ({ where: `${table.name}.${name}`, what: 'the column is missing', advice: MIGRATE }));
  const others = same.columns.flatMap((column) => {
    const where = `${table.name}.${column.name}`;
    const wanted = table.columns.find(({ name }) => name === column.name);
    if (!wanted) return [{ where, what: 'no migration makes this column', advice: 'drop it' }];
    const what = columnFault(reference, wanted, database, column);
    return what === null ? [] : [{ where, what, advice: MIGRATE }];
  });
  return [...missing, ...others];
}

function columnFault(reference: Database, wanted: Column, database: Database, column: Column): string | null {
  const kinds = columnKinds(database, column.type);
  const { collation } = database.dialect.catalogue;
  if (!columnKinds(reference, wanted.type).some((kind) => kinds.includes(kind))) return `its type is ${column.type}`;
  if (textLength(wanted.type) !== textLength(column.type))
    return `it takes up to ${textLength(column.type)} characters, and not ${textLength(wanted.type)}`;
  if (wanted.nullable !== column.nullable) return `it ${column.nullable ? 'may' : 'must not'} be null`;
  if (column.fallback !== null) return 'it has a default';
  if (kinds.includes('text') && column.collation !== collation)
    return `its collation is ${column.collation ?? 'none'}, which does not compare by code point; ${collation} does`;
  return null;
}

const keyText = ({ kind, columns }: Key) => `${kind === 'index' ? 'index' : `${kind} key`} on ${columns.join(', ')}`;

const keyAdvice = ({ kind }: Key) => (kind === 'index' ? 'drop it, unless you know what needs it' : MIGRATE);

const referenceText = ({ columns, table, targets, onDelete }: Reference) =>
  `foreign key on ${columns.join(', ')} to ${table} (${targets.join(', ')}) on delete ${onDelete}`;

/** What one list has and the other has not. @param advices what to do about each that is too much */
function listed(
  where: string,
  wanted: readonly string[],
  found: readonly string[],
  advices: readonly string[],
): readonly Finding[] {
  return [
    ...wanted
      .filter((text) => !found.includes(text))
      .map((text) => ({ where, what: `there is no ${text}`, advice: MIGRATE })),
    ...found.flatMap((text, at) =>
      wanted.includes(text)
        ? []
        : [{ where, what: `no migration makes this ${text}`, advice: advices[at] ?? 'drop it' }],
    ),
  ];
}
