import type { Knex } from 'knex';
import { inserting, type Bound, type Copies, type Insertion } from './dialect.js';
import { asText } from './postgres-flight.js';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value in the text format of COPY. */
function field(value: Knex.Value | undefined): string {
  const text = asText(value);
  if (text === null) return '\\N';
  return typeof value === 'string' && /[\\\t\n\r]/.test(text)
    ? text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : text;
}

const fromClient = (table: string, columns: readonly string[]) => `COPY ${table} (${columns.join(', ')}) FROM STDIN`;

export const copies: Copies = {
  into: (table, columns, lines) => ({ name: inserting(table), sql: fromClient(table, columns), bindings: [], lines }),
  from: (name, { sql, bindings }, reads) => ({ name, sql: `COPY (${sql}) TO STDOUT`, bindings, reads }),
};

/** The statement that inserts rows by COPY. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2 */
export const copyOf = ({ table, columns, rows }: Insertion): Bound => ({
  name: inserting(table),
  sql: fromClient(table, columns),
  bindings: [],
  lines: rows.map((row) => `${row.map(field).join('\t')}\n`),
});
