import { jsonPath, type Dialect } from './dialect.js';
import { jsonCondition, mysqlFamily } from './mysql-family.js';

export const mysql: Dialect = {
  ...mysqlFamily('utf8mb4_0900_bin'),
  name: 'mysql',
  schemes: ['mysql'],
  localUrl: 'mysql://root@127.0.0.1:3306/janus',

  jsonIs: (column, path, value) =>
    jsonCondition(column, path, `json_extract(${column}, ?) = cast(? as json)`, [
      jsonPath(path),
      JSON.stringify(value),
    ]),
};
