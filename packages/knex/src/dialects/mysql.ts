import { InvalidError, MissingReferenceError } from '@janus/core';
import { addressOf } from './address.js';
import { jsonPath, type Dialect } from './dialect.js';
import { atLeast } from './catalogue.js';
import { mysqlCatalogue } from './mysql-catalogue.js';
import { jsonCondition, mysqlFamily } from './mysql-family.js';
import { missingReference } from './references.js';

const COLLATION = 'utf8mb4_0900_bin';

const family = mysqlFamily(COLLATION);

export const mysql: Dialect = {
  ...family,
  name: 'mysql',
  schemes: ['mysql'],
  localUrl: 'mysql://root@127.0.0.1:3306/janus',

  address: (url) => addressOf('mysql', url),

  begin(character) {
    if (character.isolation !== 'repeatable read') return family.begin(character);
    // Its own lets a write go over what another has changed since, and says nothing.
    throw new InvalidError('isolation', 'supported', 'read committed or serializable, here');
  },

  catalogue: mysqlCatalogue('json', COLLATION, {
    met: (value) => atLeast(8, 0, 17)(value) && !value.includes('MariaDB'),
    advice: 'upgrade the server to MySQL 8.0.17 or later; for MariaDB, begin the URL with mariadb:',
  }),

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
