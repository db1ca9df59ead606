import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Engine } from './engine.js';

/** Where Linux keeps files in memory: most of the time of these tests would go into writing each commit to a disk. */
const MEMORY = '/dev/shm';

export const sqlite: Engine = {
  name: 'sqlite',
  variable: 'JANUS_TEST_SQLITE_URL',
  advice: 'Install the dependencies again: npm ci',
  async open() {
    const memory = new Sqlite(':memory:');
    const version = String(memory.prepare('select sqlite_version()').pluck().get());
    memory.close();
    const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'janus-sqlite-'));
    return {
      version,
      source: 'file',
      async fresh() {
        // A folder each, so that the files SQLite keeps beside a database go with it.
        const own = await mkdtemp(join(folder, 'database-'));
        return {
          url: `sqlite:${join(own, 'janus.db')}`,
          drop: () => rm(own, { recursive: true, force: true }),
        };
      },
      stop: () => rm(folder, { recursive: true, force: true }),
    };
  },
};
