import { atLeast, type Catalogue, type ColumnKind, type LineColumn } from './catalogue.js';

const isTable = "t.type = 'table' and t.name not like 'sqlite~_%' escape '~'";

/** What SQLite calls the type of a value. */
const STORED: Readonly<Record<ColumnKind, string>> = {
  id: 'text',
  text: 'text',
  json: 'text',
  instant: 'integer',
  integer: 'integer',
  'large integer': 'integer',
  double: 'real',
};

function isOfItsKind({ name, kind, nullable, bytes }: LineColumn): string {
  const stored = STORED[kind];
  const is = `typeof(${name}) = '${stored}'${stored === 'text' ? ` and octet_length(${name}) <= ${bytes}` : ''}`;
  if (!nullable) return is;
  return stored === 'text' ? `(${name} is null or ${is} and ${name} <> '\\N')` : `(${name} is null or ${is})`;
}

/** With 17 digits a double is told from all others; the two more are for what is lost where the last is rounded. */
function asText({ name, kind, nullable }: LineColumn): string {
  const text = kind === 'double' ? `printf('%!.19g', ${name})` : name;
  return nullable ? `iif(${name} is null, '\\N', ${text})` : text;
}

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

  lines: {
    of: (columns) =>
      `case when ${columns.map(isOfItsKind).join(' and ')} then concat(${columns.map(asText).join(', char(9), ')}, char(10)) end`,
    together: (line) => `cast(group_concat(${line}, '') as blob)`,
  },

  bytes: (column) => `cast(${column} as blob)`,

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
      met: atLeast(3, 44),
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
