import type { Column, Reference, Table } from '@janus/knex/tables';

const BEGIN = '<!-- schema -->';
const END = '<!-- /schema -->';

/** An entity-relationship diagram in Mermaid's words. */
export function diagramOf(tables: readonly Table[]): string {
  const entities = tables.flatMap((table) => [
    `  ${table.name} {`,
    ...table.columns.map((column) => `    ${attribute(table, column)}`),
    '  }',
  ]);
  const relationships = tables.flatMap((table) => table.references.map((each) => `  ${relationship(table, each)}`));
  return ['erDiagram', ...entities, ...relationships, ''].join('\n');
}

/** A text with the diagram in place of what is between its marks. */
export function withDiagram(text: string, diagram: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`there is no place for the diagram: put ${BEGIN} and ${END} there`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n\`\`\`mermaid\n${diagram}\`\`\`\n\n${text.slice(end)}`;
}

function attribute({ keys, references }: Table, { name, type, nullable }: Column): string {
  const primary = keys.some(({ kind, columns }) => kind === 'primary' && columns.includes(name));
  const unique = keys.some(({ kind, columns }) => kind === 'unique' && columns.join() === name);
  const foreign = references.some(({ columns }) => columns.includes(name));
  const marks = [primary && 'PK', foreign && 'FK', unique && 'UK'].filter(Boolean).join(', ');
  return [type.toLowerCase(), name, marks, nullable && '"or null"'].filter(Boolean).join(' ');
}

function relationship({ name, columns, keys }: Table, reference: Reference): string {
  const optional = columns.some((column) => column.nullable && reference.columns.includes(column.name));
  const alone = keys.some(({ kind, columns: key }) => kind !== 'index' && key.join() === reference.columns.join());
  const ends = `${optional ? '|o' : '||'}--${alone ? 'o|' : 'o{'}`;
  return `${reference.table} ${ends} ${name} : "${reference.columns.join(', ')}: on delete ${reference.onDelete}"`;
}
