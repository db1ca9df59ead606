import { DuplicateError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Knex } from 'knex';
import type { Attempt } from './dialect.js';
import { missingReference } from './references.js';

// SQLite tells little of a broken rule: of a unique one its columns, and of several the last that was made; of a reference
// nothing. What the others tell is found out by asking.

const uniqueRule = (table: string, columns: readonly string[]) => [table, ...columns, 'unique'].join('_');

/** The first unique rule, in the order they were made in, that a row to be written breaks. @param detail `table.column, …` */
export async function duplicate({ table, rows, target, ask }: Attempt, detail: string): Promise<DuplicateError> {
  const told = detail.split(', ').map((column) => column.split('.').at(-1) ?? '');
  const found = await ask(
    `select l.name as rule, i.name as name from pragma_index_list(?) l, pragma_index_info(l.name) i
     where l."unique" order by l.seq desc, i.seqno`,
    [table],
  );
  const rules = [...new Set(found.map(({ rule }) => rule))].map((rule) =>
    found.filter((column) => column['rule'] === rule).map(({ name }) => String(name)),
  );
  for (const row of rows) {
    for (const columns of rules) {
      if (!columns.every((column) => column in row)) continue;
      // A row that is changed is no duplicate of itself.
      const itself = target?.clone().clearSelect().select('rowid').toSQL();
      const others = await ask(
        `select 1 from "${table}" where ${columns.map((column) => `"${column}" = ?`).join(' and ')}
         ${itself ? `and rowid not in (${itself.sql})` : ''}`,
        [...columns.map((column) => row[column] as Knex.Value), ...(itself?.bindings ?? [])],
      );
      if (others.length > 0) return new DuplicateError(uniqueRule(String(table), columns));
    }
  }
  return new DuplicateError(uniqueRule(String(table), told));
}

/** The reference that a statement broke: one of the rows to be written, or one to the rows to be changed or removed. */
export async function brokenReference(attempt: Attempt): Promise<MissingReferenceError | StillReferencedError> {
  // Listed last first.
  const references = await attempt.ask(
    'select "table" as parent, "from" as child, "to" as key from pragma_foreign_key_list(?) order by id desc',
    [attempt.table],
  );
  return (
    (await missingReference(attempt, references)) ??
    (await stillReferenced(attempt)) ??
    new MissingReferenceError(`${attempt.table}_foreign`)
  );
}

async function stillReferenced({ table, rows, target, ask }: Attempt): Promise<StillReferencedError | null> {
  if (!target) return null;
  const references = await ask(
    `select m.name as child_table, f."from" as child, f."to" as key from sqlite_master m, pragma_foreign_key_list(m.name) f
     where m.type = 'table' and f."table" = ? and f.${rows.length > 0 ? 'on_update' : 'on_delete'} in ('NO ACTION', 'RESTRICT')`,
    [table],
  );
  for (const { child_table: childTable, child, key } of references) {
    if (!rows.every((row) => String(key) in row)) continue;
    const { sql, bindings } = target.clone().clearSelect().select(String(key)).toSQL();
    const found = await ask(
      `select 1 from "${String(childTable)}" where "${String(child)}" in (${sql}) limit 1`,
      bindings,
    );
    if (found.length > 0) return new StillReferencedError(`${String(childTable)}_${String(child)}_foreign`);
  }
  return null;
}
