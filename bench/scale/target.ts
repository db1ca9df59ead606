import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { totalmem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine, FreshDatabase } from '../../scripts/test/engine.js';
import { mariadb, mysql } from '../../scripts/test/mysql.js';
import { postgres } from '../../scripts/test/postgres.js';
import { sqlite } from '../../scripts/test/sqlite.js';

export const engines: readonly Engine[] = [sqlite, postgres, mysql, mariadb];

/** Databases of different sizes in one place, and what becomes of them afterwards. */
export interface Target {
  readonly dialect: string;
  /** The URL of the database for so many images, which is made if it is not there. */
  readonly urlOf: (size: number) => Promise<string>;
  /** A new database, beside those; it goes with the target, if it is not dropped before. */
  readonly fresh: () => Promise<FreshDatabase>;
  readonly end: () => Promise<void>;
}

/**
 * A place for databases: a folder for SQLite, else a server, which is given or started. Null where this machine has no such server.
 * @param kept the folder in which they stay, and are found again; without one, they end with the target. What is on a server that
 * is given stays there.
 */
export async function openTarget(engine: Engine, kept?: string): Promise<Target | null> {
  const dialect = engine.name;
  const made: FreshDatabase[] = [];
  const noted = (database: FreshDatabase) => {
    made.push(database);
    return database;
  };
  // One that was dropped before is so once more.
  const dropAll = async () => Promise.allSettled(made.map(async (database) => database.drop()));
  if (engine === sqlite) {
    // On a disk: the tests' files are in memory, which a large one does not fit into.
    const folder = kept === undefined ? await mkdtemp(join(tmpdir(), 'janus-scale-')) : resolve(kept);
    await mkdir(folder, { recursive: true });
    return {
      dialect,
      urlOf: async (size) => `sqlite:${join(folder, `${size}.db`)}`,
      async fresh() {
        const own = await mkdtemp(join(folder, 'fresh-'));
        const drop = async () => rm(own, { recursive: true, force: true });
        return noted({ url: `sqlite:${join(own, 'janus.db')}`, drop });
      },
      async end() {
        await dropAll();
        if (kept === undefined) await rm(folder, { recursive: true, force: true });
      },
    };
  }
  const folder = kept === undefined ? undefined : join(resolve(kept), dialect);
  const server = await engine.open({ folder, memory: totalmem() });
  if (!server?.named) return null;
  const { named } = server;
  return {
    dialect,
    urlOf: async (size) => named(`janus_scale_${size}`),
    fresh: async () => noted(await server.fresh()),
    async end() {
      await dropAll();
      await server.stop();
    },
  };
}
