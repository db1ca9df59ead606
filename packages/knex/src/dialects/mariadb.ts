import { addressOf } from './address.js';
import { jsonPath, type Dialect } from './dialect.js';
import { atLeast } from './catalogue.js';
import { mysqlCatalogue } from './mysql-catalogue.js';
import { jsonCondition, mysqlFamily } from './mysql-family.js';

const COLLATION = 'utf8mb4_nopad_bin';
const family = mysqlFamily(COLLATION);

export const mariadb: Dialect = {
  ...family,
  name: 'mariadb',
  schemes: ['mariadb'],
  localUrl: 'mariadb://root@127.0.0.1:3306/janus',

  address: (url) => addressOf('mariadb', url),

  async prepare(connection) {
    await family.prepare(connection);
    // Where it has that (the comment is a statement from this version on), what was changed since it was read is a conflict.
    await family.query(connection, '/*M!101108 set session innodb_snapshot_isolation = on */');
  },

  // It has no type of its own for JSON.
  catalogue: mysqlCatalogue('longtext', COLLATION, {
    met: (value) => atLeast(10, 6)(value) && value.includes('MariaDB'),
    advice: 'upgrade the server to MariaDB 10.6 or later; for MySQL, begin the URL with mysql:',
  }),

  // JSON is text here, and what is extracted from it is the text that was stored: of a scalar, what JSON.stringify makes.
  // As bytes, for an extracted string that is compared with text loses its quotes first.
  jsonIs: (column, path, value) =>
    jsonCondition(column, path, `cast(json_extract(${column}, ?) as binary) = cast(? as binary)`, [
      jsonPath(path),
      JSON.stringify(value),
    ]),
};
