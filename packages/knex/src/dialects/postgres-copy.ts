import type { Knex } from 'knex';
import { inserting, type Bound, type Copies, type Insertion } from './dialect.js';
import { asText } from './postgres-flight.js';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const LINES_AT_ONCE = 100;

/** A value in the text format of COPY. */
function field(value: Knex.Value | undefined): string {
  if (typeof value !== 'string') return asText(value) ?? '\\N';
  return /[\\\t\n\r]/.test(value)
    ? value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : value;
}

function linesOf(rows: Insertion['rows']): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < rows.length; start += LINES_AT_ONCE) {
    const some = rows.slice(start, start + LINES_AT_ONCE).map((row) => `${row.map(field).join('\t')}\n`);
    lines.push(Buffer.from(some.join('')));
  }
  return lines;
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
  lines: linesOf(rows),
});
