// Where each database describes its tables. The parts have the same columns everywhere.

export interface Catalogue {
  /** table_name, definition: the statement that made the table, where the database keeps that. */
  readonly tables: string;
  /** table_name, name, type, nullable, collation, fallback, position */
  readonly columns: string;
  /** A row for each column of each key: table_name, part, kind, name, column_name, position */
  readonly keys: string;
  /** A row for each column: table_name, part, name, column_name, parent, target, on_delete, on_update, position */
  readonly references: string;
  /** table_name, name */
  readonly triggers: string;
}

const sqliteTable = "t.type = 'table' and t.name not like 'sqlite~_%' escape '~'";

const sqlite: Catalogue = {
  tables: `select t.name as table_name, t.sql as definition from sqlite_master t where ${sqliteTable}`,

  columns: `
    select t.name as table_name, c.name, c.type, not c."notnull" as nullable, null as collation,
           c.dflt_value as fallback, c.cid as position
      from sqlite_master t, pragma_table_info(t.name) c where ${sqliteTable}`,

  keys: `
    select t.name as table_name, 'primary' as part, 'primary' as kind, null as name, c.name as column_name,
           c.pk as position
      from sqlite_master t, pragma_table_info(t.name) c where ${sqliteTable} and c.pk > 0
    union all
    select t.name, i.name, iif(i."unique", 'unique', 'index'), i.name, c.name, c.seqno
      from sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
     where ${sqliteTable} and i.origin <> 'pk'`,

  references: `
    select t.name as table_name, f.id as part, null as name, f."from" as column_name, f."table" as parent,
           f."to" as target, f.on_delete, f.on_update, f.seq as position
      from sqlite_master t, pragma_foreign_key_list(t.name) f where ${sqliteTable}`,

  triggers: "select tbl_name as table_name, name from sqlite_master where type = 'trigger'",
};

const postgresTable = "c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace";
const postgresAction = (code: string) =>
  `case ${code} when 'a' then 'no action' when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end`;

const postgres: Catalogue = {
  tables: `select c.relname as table_name, null as definition from pg_class c where ${postgresTable}`,

  columns: `
    select c.relname as table_name, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
           not a.attnotnull as nullable, l.collname as collation, pg_get_expr(d.adbin, d.adrelid) as fallback,
           a.attnum as position
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_collation l on l.oid = a.attcollation and l.collname <> 'default'
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where ${postgresTable}`,

  keys: `
    select c.relname as table_name, i.indexrelid as part,
           case when i.indisprimary then 'primary' when i.indisunique then 'unique' else 'index' end as kind,
           x.relname as name, a.attname as column_name, k.position
      from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
      cross join unnest(i.indkey) with ordinality as k(attnum, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
     where ${postgresTable}`,

  references: `
    select c.relname as table_name, f.oid as part, f.conname as name, a.attname as column_name, p.relname as parent,
           b.attname as target, ${postgresAction('f.confdeltype')} as on_delete,
           ${postgresAction('f.confupdtype')} as on_update, k.position
      from pg_class c join pg_constraint f on f.conrelid = c.oid and f.contype = 'f'
      join pg_class p on p.oid = f.confrelid
      cross join unnest(f.conkey, f.confkey) with ordinality as k(attnum, target, position)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
      join pg_attribute b on b.attrelid = p.oid and b.attnum = k.target
     where ${postgresTable}`,

  triggers: `
    select c.relname as table_name, t.tgname as name from pg_class c
      join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal where ${postgresTable}`,
};

const mysql: Catalogue = {
  tables: `
    select table_name as table_name, null as definition from information_schema.tables
     where table_schema = database() and table_type = 'BASE TABLE'`,

  // MariaDB writes the absence of a default as the word NULL.
  columns: `
    select table_name as table_name, column_name as name, column_type as type, is_nullable = 'YES' as nullable,
           collation_name as collation, nullif(column_default, 'NULL') as fallback, ordinal_position as position
      from information_schema.columns where table_schema = database()`,

  // The primary key is called PRIMARY, whatever name it was given.
  keys: `
    select table_name as table_name, index_name as part, nullif(index_name, 'PRIMARY') as name,
           case when index_name = 'PRIMARY' then 'primary' when non_unique = 0 then 'unique' else 'index' end as kind,
           column_name as column_name, seq_in_index as position
      from information_schema.statistics where table_schema = database()`,

  references: `
    select k.table_name as table_name, k.constraint_name as part, k.constraint_name as name,
           k.column_name as column_name, k.referenced_table_name as parent, k.referenced_column_name as target,
           r.delete_rule as on_delete, r.update_rule as on_update, k.ordinal_position as position
      from information_schema.key_column_usage k
      join information_schema.referential_constraints r
        on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
       and r.table_name = k.table_name
     where k.table_schema = database()`,

  triggers: `
    select event_object_table as table_name, trigger_name as name from information_schema.triggers
     where trigger_schema = database()`,
};

export const catalogues: Readonly<Record<string, Catalogue>> = { sqlite, postgres, mysql, mariadb: mysql };
