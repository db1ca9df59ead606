import { MissingReferenceError } from '@janus/core';
import type { Knex } from 'knex';
import type { Attempt, Row } from './dialect.js';

/**
 * The first reference of the rows to be written that leads nowhere, for databases that do not say which it was, or name the
 * last of several.
 * @param references of the table, in the order of their columns: each with its column (`child`), and the table and column
 * that it refers to (`parent`, `key`)
 */
export async function missingReference(
  { table, rows, ask }: Attempt,
  references: readonly Row[],
): Promise<MissingReferenceError | null> {
  const known = new Set<string>();
  for (const row of rows) {
    for (const { parent, child, key } of references) {
      const value = row[String(child)];
      const name = `${String(child)} ${String(value)}`;
      if (value === null || value === undefined || known.has(name)) continue;
      const found = await ask(`select 1 as found from \`${String(parent)}\` where \`${String(key)}\` = ?`, [
        value as Knex.Value,
      ]);
      if (found.length === 0) return new MissingReferenceError(`${table}_${String(child)}_foreign`);
      known.add(name);
    }
  }
  return null;
}
