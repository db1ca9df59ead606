import { InvalidError } from '@janus/core';
import type { Dialect } from './dialect.js';
import { mariadb } from './mariadb.js';
import { mysql } from './mysql.js';
import { postgres } from './postgres.js';
import { sqlite } from './sqlite.js';

/** The first is the one for those who name none. */
export const dialects: readonly Dialect[] = [sqlite, postgres, mysql, mariadb];

/** @throws InvalidError when no dialect has this scheme */
export function dialectOf(url: string): Dialect {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const found = dialects.find(({ schemes }) => schemes.includes(scheme));
  if (found) return found;
  const known = dialects.flatMap(({ schemes }) => schemes.map((name) => `${name}:`)).join(', ');
  throw new InvalidError('url', 'scheme', `a database URL that begins with one of ${known}`);
}
