import type { DialectName } from './dialect-name.js';

const WRITTEN = ['images', 'image_words', 'image_tags', 'logs'];

/** Tells a database how its tables are filled, which its planner goes by. */
export const ANALYSE: Readonly<Record<DialectName, string>> = {
  sqlite: 'analyze',
  postgres: 'vacuum analyze',
  mysql: `analyze table users, tags, ${WRITTEN.join(', ')}`,
  mariadb: `analyze table users, tags, ${WRITTEN.join(', ')}`,
};

/** Takes away what rows that were deleted leave behind. */
export const VACUUM: Readonly<Record<DialectName, string | null>> = {
  sqlite: null,
  postgres: `vacuum ${WRITTEN.join(', ')}`,
  mysql: null,
  mariadb: null,
};
