import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from './dialect-name.js';

const DRIVERS: Readonly<Record<DialectName, string>> = {
  sqlite: 'better-sqlite3',
  postgres: 'pg',
  mysql: 'mysql2',
  mariadb: 'mysql2',
};

/** The version of an installed package. */
export function versionOf(name: string): string {
  const file = join(import.meta.dirname, '../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

export const driverVersion = (dialect: DialectName): string => `${DRIVERS[dialect]} ${versionOf(DRIVERS[dialect])}`;
