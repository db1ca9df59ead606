import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { totalmem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine } from '../../scripts/test/engine.js';
import { mariadb, mysql } from '../../scripts/test/mysql.js';
import { postgres } from '../../scripts/test/postgres.js';
import { sqlite } from '../../scripts/test/sqlite.js';

export const engines: readonly Engine[] = [sqlite, postgres, mysql, mariadb];

/** Databases of different sizes in one place, and what becomes of them afterwards. */
export interface Target {
  readonly dialect: string;
  /** The URL of the database for so many images, which is made if it is not there. */
  readonly urlOf: (size: number) => Promise<string>;
  readonly end: () => Promise<void>;
}

/**
 * A place for databases: a folder for SQLite, else a server, which is given or started. Null where this machine has no such server.
 * @param kept the folder in which they stay, and are found again; without one, they end with the target. What is on a server that
 * is given stays there.
 */
export async function openTarget(engine: Engine, kept?: string): Promise<Target | null> {
  const dialect = engine.name;
  if (engine === sqlite) {
    // On a disk: the tests' files are in memory, which a large one does not fit into.
    const folder = kept === undefined ? await mkdtemp(join(tmpdir(), 'janus-scale-')) : resolve(kept);
    await mkdir(folder, { recursive: true });
    return {
      dialect,
      urlOf: async (size) => `sqlite:${join(folder, `${size}.db`)}`,
      end: async () => (kept === undefined ? rm(folder, { recursive: true, force: true }) : undefined),
    };
  }
  const folder = kept === undefined ? undefined : join(resolve(kept), dialect);
  const server = await engine.open({ folder, memory: totalmem() });
  if (!server?.named) return null;
  const { named } = server;
  return { dialect, urlOf: async (size) => named(`janus_scale_${size}`), end: () => server.stop() };
}
