import { atLeast, type Catalogue } from './catalogue.js';

const isTable = "t.type = 'table' and t.name not like 'sqlite~_%' escape '~'";

export const sqliteCatalogue: Catalogue = {
  tables: `select t.name as table_name, t.sql as definition from sqlite_master t where ${isTable}`,

  columns: `
    select t.name as table_name, c.name, c.type, not c."notnull" as nullable, null as collation,
           c.dflt_value as fallback, c.cid as position
      from sqlite_master t, pragma_table_info(t.name) c where ${isTable}`,

  keys: `
    select t.name as table_name, 'primary' as part, 'primary' as kind, null as name, c.name as column_name,
           c.pk as position
      from sqlite_master t, pragma_table_info(t.name) c where ${isTable} and c.pk > 0
    union all
    select t.name, i.name, iif(i."unique", 'unique', 'index'), i.name, c.name, c.seqno
      from sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
     where ${isTable} and i.origin <> 'pk'`,

  references: `
    select t.name as table_name, f.id as part, null as name, f."from" as column_name, f."table" as parent,
           f."to" as target, f.on_delete, f.on_update, f.seq as position
      from sqlite_master t, pragma_foreign_key_list(t.name) f where ${isTable}`,

  triggers: "select tbl_name as table_name, name from sqlite_master where type = 'trigger'",

  // A reference is part of its table's definition.
  burdens: null,

  line(columns) {
    const areText = columns.map((column) => `typeof(${column}) = 'text'`).join(' and ');
    return `case when ${areText} then ${columns.join(' || char(9) || ')} || char(10) end`;
  },

  kinds: {
    text: ['id', 'json'],
    integer: ['integer', 'instant'],
    bigint: ['large integer'],
    real: ['double'],
  },

  collation: null,

  needs: [
    {
      what: 'version',
      sql: 'select sqlite_version() as value',
      met: atLeast(3, 38),
      advice: 'install a later better-sqlite3, which brings SQLite',
    },
    {
      what: 'encoding',
      sql: 'select encoding as value from pragma_encoding',
      met: (value) => value === 'UTF-8',
      advice: 'make a new file, and move everything there: the encoding of a file cannot be changed',
    },
  ],
};
