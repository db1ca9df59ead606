import type { Knex } from 'knex';

// Tables without the indexes that a load does not need are filled several times as fast, and the indexes are built at the end.
// What a load takes with them is then not known; what queries take is.

/** Statements that take something off the tables, and put it on again. */
interface Removal {
  readonly take: string;
  readonly put: string;
}

const FILLED = ['images', 'image_analyses', 'image_tags', 'image_words', 'logs', 'analytics'];
const LIST = FILLED.map((table) => `'${table}'`).join(', ');

const REMOVALS: Readonly<Record<string, string>> = {
  sqlite: `select 'drop index "' || name || '"' as take, sql as put from sqlite_master
    where type = 'index' and sql is not null and tbl_name in (${LIST})`,
  // First what refers to others, and last put on again without being checked: it was true before.
  postgres: `select take, put from (
      select 1 as place, format('alter table %s drop constraint %I', conrelid::regclass, conname) as take,
        format('alter table %s add constraint %I %s not valid', conrelid::regclass, conname, pg_get_constraintdef(oid)) as put
      from pg_constraint where contype = 'f' and conrelid::regclass::text in (${LIST})
      union all
      select 2, format('alter table %s drop constraint %I', conrelid::regclass, conname),
        format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint where contype = 'u' and conrelid::regclass::text in (${LIST})
        or contype = 'p' and conrelid::regclass::text = 'image_words'
      union all
      select 3, format('drop index %I', indexname), indexdef from pg_indexes
      where schemaname = current_schema() and tablename in (${LIST})
        and indexname not in (select conname from pg_constraint)
    ) as removals order by place`,
};

/** What was taken off is noted in the database itself, so that a load which was interrupted can put it on again. */
const NOTES = 'bench_taken_off';

export const canBeBare = (dialect: string): boolean => dialect in REMOVALS;

/** Takes off what a load does not need. */
export async function strip(knex: Knex, dialect: string): Promise<void> {
  const removals = (await knex
    .select('take', 'put')
    .from(knex.raw(`(${REMOVALS[dialect]}) as removals`))) as readonly Removal[];
  await knex.schema.createTable(NOTES, (t) => t.text('put').notNullable());
  for (const { take, put } of removals) {
    await knex(NOTES).insert({ put });
    await knex.raw(take);
  }
}

/** Puts on what was taken off. */
export async function dress(knex: Knex, say: (statement: string) => void): Promise<void> {
  if (!(await knex.schema.hasTable(NOTES))) return;
  const notes = (await knex(NOTES).select('put')) as readonly Pick<Removal, 'put'>[];
  for (const { put } of notes.toReversed()) {
    say(put);
    await knex.raw(put);
    await knex(NOTES).where({ put }).delete();
  }
  await knex.schema.dropTable(NOTES);
}
