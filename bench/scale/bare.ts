import type { Knex } from 'knex';

// Tables without the indexes that a load does not need are filled several times as fast, and the indexes are built at the end.
// What a load takes with them is then not known; what queries take is.

/** What takes something off the tables, and puts it on again: a statement, or a part of one for a table. */
interface Removal {
  /** Begins a statement of all parts for its table; null where the parts are statements. */
  readonly head: string | null;
  readonly take: string;
  readonly put: string;
}

const FILLED = ['images', 'image_analyses', 'image_tags', 'image_words', 'logs', 'analytics'];
const LIST = FILLED.map((table) => `'${table}'`).join(', ');

// In one statement for a table, which is then read once for all of its indexes.
const mysql = `select head, take, put from (
    select concat('alter table ', c.table_name) as head, 1 as place,
      concat('drop foreign key ', c.constraint_name) as take,
      concat('add constraint ', c.constraint_name, ' foreign key (', k.column_name, ') references ',
        k.referenced_table_name, ' (', k.referenced_column_name, ') on delete ', c.delete_rule) as put
    from information_schema.referential_constraints c join information_schema.key_column_usage k
      on k.constraint_schema = c.constraint_schema and k.table_name = c.table_name and k.constraint_name = c.constraint_name
    where c.constraint_schema = database() and c.table_name in (${LIST})
    union all
    select concat('alter table ', table_name), 2, concat('drop index ', index_name),
      concat('add ', if(non_unique = 1, '', 'unique '), 'index ', index_name, ' (',
        group_concat(column_name order by seq_in_index), ')')
    from information_schema.statistics
    where table_schema = database() and table_name in (${LIST}) and index_name <> 'PRIMARY'
    group by table_name, index_name, non_unique
  ) as removals order by head, place`;

const REMOVALS: Readonly<Record<string, string>> = {
  sqlite: `select null as head, 'drop index "' || name || '"' as take, sql as put from sqlite_master
    where type = 'index' and sql is not null and tbl_name in (${LIST})`,
  // First what refers to others, and last put on again without being checked: it was true before.
  postgres: `select null as head, take, put from (
      select 1 as place, format('alter table %s drop constraint %I', conrelid::regclass, conname) as take,
        format('alter table %s add constraint %I %s not valid', conrelid::regclass, conname, pg_get_constraintdef(oid)) as put
      from pg_constraint where contype = 'f' and conrelid::regclass::text in (${LIST})
      union all
      select 2, format('alter table %s drop constraint %I', conrelid::regclass, conname),
        format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      from pg_constraint where contype = 'u' and conrelid::regclass::text in (${LIST})
      union all
      select 3, format('drop index %I', indexname), indexdef from pg_indexes
      where schemaname = current_schema() and tablename in (${LIST})
        and indexname not in (select conname from pg_constraint)
    ) as removals order by place`,
  mysql,
  mariadb: mysql,
};

/** Has references that are put on again not checked, where that is said by connection. */
const TRUST: Readonly<Record<string, string>> = {
  mysql: 'set foreign_key_checks = 0',
  mariadb: 'set foreign_key_checks = 0',
};
const DISTRUST: Readonly<Record<string, string>> = {
  mysql: 'set foreign_key_checks = 1',
  mariadb: 'set foreign_key_checks = 1',
};

/** Is there from a load's beginning to its end, and holds what was taken off: a load that was stopped goes on by it. */
const NOTES = 'bench_load';

export const isLoading = async (knex: Knex): Promise<boolean> => knex.schema.hasTable(NOTES);

export async function beginLoad(knex: Knex): Promise<void> {
  if (!(await isLoading(knex))) {
    await knex.schema.createTable(NOTES, (t) => {
      t.integer('place').notNullable();
      t.text('put').notNullable();
    });
  }
}

export const endLoad = async (knex: Knex): Promise<void> => knex.schema.dropTable(NOTES);

/** Takes off what a load does not need. */
export async function strip(knex: Knex, dialect: string): Promise<void> {
  const parts = (await knex
    .select('head', 'take', 'put')
    .from(knex.raw(`(${REMOVALS[dialect]}) as removals`))) as readonly Removal[];
  const noted = (await knex(NOTES).count({ notes: '*' })) as { notes: number | string }[];
  let place = Number(noted[0]?.notes ?? 0);
  for (const { take, put } of statements(parts)) {
    // Where such a statement commits by itself, a load that is stopped just here has to be begun anew.
    await knex.transaction(async (trx) => {
      await trx(NOTES).insert({ place: place++, put });
      await trx.raw(take);
    });
  }
}

/** Joins the parts for one table. */
function statements(parts: readonly Removal[]): readonly Omit<Removal, 'head'>[] {
  const alone = parts.filter(({ head }) => head === null);
  const heads = [...new Set(parts.map(({ head }) => head))].filter((head) => head !== null);
  return [
    ...alone,
    ...heads.map((head) => {
      const own = parts.filter((part) => part.head === head);
      const take = `${head} ${own.map((part) => part.take).join(', ')}`;
      // Before references the indexes that serve them, or others would be made.
      const put = `${head} ${own
        .map((part) => part.put)
        .toReversed()
        .join(', ')}`;
      return { take, put };
    }),
  ];
}

/** Puts on what was taken off. */
export async function dress(knex: Knex, dialect: string, say: (statement: string) => void): Promise<void> {
  const notes = (await knex(NOTES).select('place', 'put').orderBy('place', 'desc')) as readonly {
    readonly place: number;
    readonly put: string;
  }[];
  for (const { place, put } of notes) {
    say(put);
    await knex.transaction(async (trx) => {
      const [trust, distrust] = [TRUST[dialect], DISTRUST[dialect]];
      if (trust !== undefined) await trx.raw(trust);
      await trx.raw(put);
      if (distrust !== undefined) await trx.raw(distrust);
      await trx(NOTES).where({ place }).delete();
    });
  }
}
