/** What each database calls the types that a column of Janus's can have. */
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  id: { sqlite: 'text', postgres: 'uuid', mysql: 'binary(16)', mariadb: 'binary(16)' },
  instant: {
    sqlite: 'integer',
    postgres: 'timestamp(3) with time zone',
    mysql: 'datetime(3)',
    mariadb: 'datetime(3)',
  },
  integer: { sqlite: 'integer', postgres: 'integer', mysql: 'int', mariadb: 'int' },
  'large integer': { sqlite: 'bigint', postgres: 'bigint', mysql: 'bigint', mariadb: 'bigint' },
  double: { sqlite: 'real', postgres: 'double precision', mysql: 'double', mariadb: 'double' },
  json: { sqlite: 'text', postgres: 'jsonb', mysql: 'json', mariadb: 'longtext' },
};

/** What a column of a type may be. One alone, but in SQLite, which has few types. */
export function meaningsOf(database: string, type: string): readonly string[] {
  const native = type.toLowerCase();
  const length = /^(?:varchar|character varying)(\(\d+\))$/.exec(native)?.[1];
  if (length !== undefined) return [`text${length}`];
  return Object.keys(types).filter((meaning) => types[meaning]?.[database] === native);
}

/** The collation of every text column: that of code points. SQLite's columns have it when they name none. */
export const collations: Readonly<Record<string, string | null>> = {
  sqlite: null,
  postgres: 'C',
  mysql: 'utf8mb4_0900_bin',
  mariadb: 'utf8mb4_nopad_bin',
};
