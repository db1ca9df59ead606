import type { Catalogue, Need } from './catalogue.js';

/** @param json the type that a JSON column is told to have */
export const mysqlCatalogue = (json: string, collation: string, version: Omit<Need, 'what' | 'sql'>): Catalogue => ({
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

  burdens: null,
  lines: null,
  bytes: null,

  kinds: {
    'binary(16)': ['id'],
    'datetime(3)': ['instant'],
    int: ['integer'],
    bigint: ['large integer'],
    double: ['double'],
    [json]: ['json'],
  },

  collation,

  needs: [
    { what: 'server version', sql: 'select version() as value', ...version },
    {
      what: 'time zone',
      sql: 'select @@session.time_zone as value',
      met: (value) => value === '+00:00',
      advice: 'let connections keep the time zone that they set: a pool on the way must not undo it',
    },
    {
      what: 'collation of connections',
      sql: 'select @@session.collation_connection as value',
      met: (value) => value === collation,
      advice: 'let connections keep the names that they set: a pool on the way must not undo them',
    },
    {
      what: 'storage engine of the tables',
      sql: `select coalesce(min(engine), 'InnoDB') as value from information_schema.tables
             where table_schema = database() and table_type = 'BASE TABLE' and engine <> 'InnoDB'`,
      met: (value) => value === 'InnoDB',
      advice:
        'alter table … engine = InnoDB, for each table of another engine: only that one has transactions and foreign keys',
    },
  ],
});
