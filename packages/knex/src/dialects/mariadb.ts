import { jsonPath, type Dialect } from './dialect.js';
import { jsonCondition, mysqlFamily } from './mysql-family.js';

export const mariadb: Dialect = {
  ...mysqlFamily('utf8mb4_nopad_bin'),
  name: 'mariadb',
  schemes: ['mariadb'],
  localUrl: 'mariadb://root@127.0.0.1:3306/janus',

  // JSON is text here, and what is extracted from it is the text that was stored: of a scalar, what JSON.stringify makes.
  // As bytes, for an extracted string that is compared with text loses its quotes first.
  jsonIs: (column, path, value) =>
    jsonCondition(column, path, `cast(json_extract(${column}, ?) as binary) = cast(? as binary)`, [
      jsonPath(path),
      JSON.stringify(value),
    ]),
};
