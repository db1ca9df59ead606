import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const id = 'id INTEGER NOT NULL';
const key = 'PRIMARY KEY (id)';
const user = 'FOREIGN KEY(user_id) REFERENCES users (id)';
const image = 'FOREIGN KEY(image_id) REFERENCES images (id)';
const pixels = 'bit_depth INTEGER, color_type VARCHAR(50), compression_method VARCHAR(50), image_metadata JSON';
const times = 'created_at DATETIME, updated_at DATETIME';
const account = 'username VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL, password_hash VARCHAR(255)';
const unique = 'UNIQUE (username), UNIQUE (email)';

/** The tables of three versions of the prototype, as SQLAlchemy makes them. */
export const VERSIONS = {
  /** Images are nobody's; logs have a timestamp and nothing else; there are no analyses yet. */
  first: `
    CREATE TABLE users (${id}, ${account} NOT NULL, role VARCHAR(50) NOT NULL, ${key}, ${unique});
    CREATE TABLE admins (${id}, user_id INTEGER NOT NULL, admin_level VARCHAR(50) NOT NULL, ${key}, ${user});
    CREATE TABLE images (${id}, filename VARCHAR(255) NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, ${pixels}, ${times}, ${key});
    CREATE TABLE logs (${id}, action VARCHAR(255) NOT NULL, user_id INTEGER NOT NULL, timestamp DATETIME, ${key}, ${user});
    CREATE TABLE analytics (${id}, data JSON NOT NULL, research_topic VARCHAR(255), created_at DATETIME, ${key});
    CREATE TABLE security (${id}, user_id INTEGER NOT NULL, action VARCHAR(255) NOT NULL, timestamp DATETIME, ${key}, ${user});
    CREATE UNIQUE INDEX ix_images_filename ON images (filename);
    CREATE INDEX ix_images_created_at ON images (created_at);`,
  /** Images have a user, and analyses; users have no role; logs say more. */
  owned: `
    CREATE TABLE users (${id}, ${account} NOT NULL, ${key}, ${unique});
    CREATE TABLE admins (${id}, user_id INTEGER NOT NULL, admin_level VARCHAR(50) NOT NULL, ${key}, ${user});
    CREATE TABLE images (${id}, filename VARCHAR(255) NOT NULL, user_id INTEGER, width INTEGER, height INTEGER, ${pixels}, ${times}, ${key}, ${user});
    CREATE TABLE image_analysis (${id}, image_id INTEGER NOT NULL, analysis_results JSON NOT NULL, ${times}, ${key}, ${image});
    CREATE TABLE logs (${id}, action VARCHAR(255) NOT NULL, user_id INTEGER, timestamp DATETIME, updated_at DATETIME, module VARCHAR(100), level VARCHAR(50), log_metadata JSON, ${key}, ${user});
    CREATE TABLE analytics (${id}, data JSON NOT NULL, research_topic VARCHAR(255), ${times}, ${key});
    CREATE TABLE security (${id}, user_id INTEGER NOT NULL, action VARCHAR(255) NOT NULL, timestamp DATETIME, updated_at DATETIME, ${key}, ${user});`,
  /** Every table has both times, and logs go by created_at; there are no analytics, and no security. */
  timed: `
    CREATE TABLE users (${account}, role VARCHAR(50), ${id}, ${times}, ${key}, ${unique});
    CREATE TABLE admins (user_id INTEGER NOT NULL, admin_level INTEGER NOT NULL, ${id}, ${times}, ${key}, ${user});
    CREATE TABLE images (filename VARCHAR(255) NOT NULL, user_id INTEGER NOT NULL, width INTEGER, height INTEGER, bit_depth INTEGER, color_type INTEGER, compression_method INTEGER, image_metadata TEXT, ${id}, ${times}, ${key}, CONSTRAINT one_of_each UNIQUE (user_id, filename), ${user});
    CREATE TABLE image_analysis (image_id INTEGER NOT NULL, analysis_results TEXT, ${id}, ${times}, ${key}, ${image});
    CREATE TABLE logs (action VARCHAR(255) NOT NULL, user_id INTEGER, module VARCHAR(100), level VARCHAR(50), meta_data TEXT, ${id}, ${times}, ${key}, ${user});
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));
    INSERT INTO alembic_version VALUES ('3f1c0a');`,
} as const;

export type Version = keyof typeof VERSIONS;
export type Values = Readonly<Record<string, null | string | number | bigint | Uint8Array>>;

/** A database of the prototype's, as its service would leave it. */
export interface Prototype {
  readonly path: string;
  readonly folder: string;
  readonly run: (sql: string) => void;
  readonly insert: (table: string, row: Values) => void;
}

/** Gives the tests of a `describe` databases of the prototype's; they are gone after each. */
export function usePrototypes(): (version: Version) => Prototype {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  return (version) => {
    const folder = mkdtempSync(join(tmpdir(), 'janus-prototype-'));
    folders.push(folder);
    return openPrototype(folder, version);
  };
}

export function openPrototype(folder: string, version: Version): Prototype {
  const path = join(folder, 'image_processing.db');
  /** Like SQLAlchemy's, it does not look whether what is referred to is there. */
  const on = (work: (database: Sqlite.Database) => void) => {
    const database = new Sqlite(path);
    try {
      database.pragma('foreign_keys = off');
      database.pragma('synchronous = off');
      work(database);
    } finally {
      database.close();
    }
  };
  on((database) => database.exec(VERSIONS[version]));
  return {
    path,
    folder,
    run: (sql) => on((database) => database.exec(sql)),
    insert: (table, row) =>
      on((database) => {
        const columns = Object.keys(row);
        database
          .prepare(`insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`)
          .run(Object.values(row));
      }),
  };
}

export const ada: Values = { id: 1, username: 'Ada', email: 'Ada@Example.org', password_hash: 'pbkdf2:sha256:1$x$y' };
export const picture: Values = {
  id: 1,
  filename: 'IMG_1.png',
  width: 640,
  height: 480,
  bit_depth: 8,
  color_type: '2',
  compression_method: '0',
  image_metadata: '{"iso": 100, "lens": "50 mm"}',
  created_at: '2024-03-01 12:30:45.678901',
  updated_at: '2024-03-02 12:30:45.000001',
};
