import { MissingReferenceError } from '@janus/core';
import { jsonPath, type Dialect } from './dialect.js';
import { jsonCondition, mysqlFamily } from './mysql-family.js';
import { missingReference } from './references.js';

const family = mysqlFamily('utf8mb4_0900_bin');

export const mysql: Dialect = {
  ...family,
  name: 'mysql',
  schemes: ['mysql'],
  localUrl: 'mysql://root@127.0.0.1:3306/janus',

  async failure(error, attempt) {
    const failure = await family.failure(error, attempt);
    if (!(failure instanceof MissingReferenceError)) return failure;
    // Of several references that lead nowhere it names the one whose name sorts first; the others, the first column's.
    const references = await attempt.ask(
      `select k.referenced_table_name as parent, k.column_name as child, k.referenced_column_name as \`key\`
       from information_schema.key_column_usage k join information_schema.columns c using (table_schema, table_name, column_name)
       where k.table_schema = database() and k.table_name = ? and k.referenced_table_name is not null order by c.ordinal_position`,
      [attempt.table],
    );
    return (await missingReference(attempt, references)) ?? failure;
  },

  jsonIs: (column, path, value) =>
    jsonCondition(column, path, `json_extract(${column}, ?) = cast(? as json)`, [
      jsonPath(path),
      JSON.stringify(value),
    ]),
};
