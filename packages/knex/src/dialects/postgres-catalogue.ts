import { atLeast, type Catalogue } from './catalogue.js';

const isTable = "c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace";
const action = (code: string) =>
  `case ${code} when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end`;

export const postgresCatalogue: Catalogue = {
  tables: `select c.relname as table_name, null as definition from pg_class c where ${isTable}`,

  columns: `
    select c.relname as table_name, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
           not a.attnotnull as nullable, l.collname as collation, pg_get_expr(d.adbin, d.adrelid) as fallback,
           a.attnum as position
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_collation l on l.oid = a.attcollation and l.collname <> 'default'
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where ${isTable}`,

  keys: `
    select c.relname as table_name, i.indexrelid as part,
           case when i.indisprimary then 'primary' when i.indisunique then 'unique' else 'index' end as kind,
           x.relname as name, a.attname as column_name, k.position
      from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
      cross join unnest(i.indkey) with ordinality as k(attnum, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
     where ${isTable}`,

  references: `
    select c.relname as table_name, f.oid as part, f.conname as name, a.attname as column_name, p.relname as parent,
           b.attname as target, ${action('f.confdeltype')} as on_delete,
           ${action('f.confupdtype')} as on_update, k.position
      from pg_class c join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'
      join pg_class p on p.oid = f.confrelid
      cross join unnest(f.conkey, f.confkey) with ordinality as k(attnum, target, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
      join pg_attribute b on b.attrelid = p.oid and b.attnum = k.target
     where ${isTable}`,

  triggers: `
    select c.relname as table_name, t.tgname as name from pg_class c
      join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal where ${isTable}`,

  burdens: `
    select c.relname as table_name, 0 as place,
           format('alter table %I drop constraint %I', c.relname, f.conname) as take_off,
           format('delete from %I as child where %I is not null and not exists (select from %I as parent where parent.%I = child.%I)',
                  c.relname, a.attname, p.relname, b.attname, a.attname) as clear,
           format('do $$ begin if not exists (select from pg_constraint where conrelid = %L::regclass and conname = %L) then ' ||
                  'alter table %I add constraint %I %s; end if; end $$',
                  quote_ident(c.relname), f.conname, c.relname, f.conname, pg_get_constraintdef(f.oid)) as put_on
      from pg_class c join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' and cardinality(f.conkey) = 1
      join pg_class p on p.oid = f.confrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
      join pg_attribute b on b.attrelid = p.oid and b.attnum = f.confkey[1]
     where ${isTable}
    union all
    select c.relname, 1, format('drop index %I', x.relname), null,
           regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE INDEX ', 'CREATE INDEX IF NOT EXISTS ')
      from pg_class c join pg_index i on i.indrelid = c.oid and not i.indisunique
      join pg_class x on x.oid = i.indexrelid where ${isTable}`,

  lines: null,
  bytes: null,

  kinds: {
    uuid: ['id'],
    'timestamp(3) with time zone': ['instant'],
    integer: ['integer'],
    bigint: ['large integer'],
    'double precision': ['double'],
    jsonb: ['json'],
  },

  collation: 'C',

  needs: [
    {
      what: 'server version',
      sql: "select current_setting('server_version') as value",
      met: atLeast(14),
      advice: 'upgrade the server to PostgreSQL 14 or later',
    },
    {
      what: 'encoding',
      sql: "select current_setting('server_encoding') as value",
      met: (value) => value === 'UTF8',
      advice: "make a database with encoding 'UTF8' template template0, and move everything there",
    },
    {
      what: 'time zone',
      sql: "select current_setting('TimeZone') as value",
      met: (value) => value === 'UTC',
      advice: 'let connections keep the time zone that they set: a pool on the way must not undo it',
    },
  ],
};
