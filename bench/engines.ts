import type { Engine } from '../scripts/test/engine.js';
import { mariadb, mysql } from '../scripts/test/mysql.js';
import { postgres } from '../scripts/test/postgres.js';
import { sqlite } from '../scripts/test/sqlite.js';
import type { DialectName } from './dialect-name.js';

const engines: Readonly<Record<DialectName, Engine>> = { sqlite, postgres, mysql, mariadb };

/** The databases that the tests open: a file, a server that was given, or a private one that is started. */
export const engineOf = (dialect: DialectName): Engine => engines[dialect];
