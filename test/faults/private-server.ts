import { mariadb, mysql } from '../../scripts/test/mysql.js';
import { postgres } from '../../scripts/test/postgres.js';

const url = process.env['JANUS_TEST_URL'] ?? '';

/** The engine of the database that is tested; null for SQLite, which has no server. */
export const engine = [postgres, mysql, mariadb].find(({ name }) => url.startsWith(name)) ?? null;

/** Whether one can be started here. A server that was given by its URL alone is neither killed nor set up anew. */
export const canStart = engine?.isInstalled?.() ?? false;
if (engine && !canStart) console.log(`No program of ${engine.name} is on this machine: its server is not killed here.`);

/** A server of that kind for this test alone, which keeps what it acknowledged when it is killed; null if there is none. */
export const startServer = async () => (await engine?.start?.({ durable: true })) ?? null;
