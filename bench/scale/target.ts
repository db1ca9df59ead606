import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Engine } from '../../scripts/test/engine.js';
import { mariadb, mysql } from '../../scripts/test/mysql.js';
import { postgres } from '../../scripts/test/postgres.js';
import { sqlite } from '../../scripts/test/sqlite.js';

export const engines: readonly Engine[] = [sqlite, postgres, mysql, mariadb];

/** A database to measure, and what becomes of it afterwards. */
export interface Target {
  readonly dialect: string;
  readonly url: string;
  readonly end: () => Promise<void>;
}

/** The URL of what `--keep` names: a URL, an SQLite file, or a folder for one. */
export function keptUrl(keep: string): string {
  if (/^[a-z]{3,}:/i.test(keep)) return keep;
  return `sqlite:${resolve(keep.endsWith('.db') ? keep : join(keep, 'scale.db'))}`;
}

/** The dialect of a URL; undefined for none that is known. */
export function dialectOfUrl(url: string): string | undefined {
  const scheme = url.slice(0, url.indexOf(':')).toLowerCase();
  const names: Readonly<Record<string, string>> = { file: 'sqlite', postgresql: 'postgres' };
  return engines.find(({ name }) => name === (names[scheme] ?? scheme))?.name;
}

/** A database of its own, empty, which ends with the target; null where this machine has no such server. */
export async function freshTarget(engine: Engine): Promise<Target | null> {
  if (engine === sqlite) {
    // On a disk: the tests' files are in memory, which a large one does not fit into.
    const folder = await mkdtemp(join(tmpdir(), 'janus-scale-'));
    const url = `sqlite:${join(folder, 'scale.db')}`;
    return { dialect: engine.name, url, end: () => rm(folder, { recursive: true, force: true }) };
  }
  const server = await engine.open();
  if (!server) return null;
  try {
    const fresh = await server.fresh();
    const end = async () => {
      await fresh.drop();
      await server.stop();
    };
    return { dialect: engine.name, url: fresh.url, end };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
