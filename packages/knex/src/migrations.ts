import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import type { Dialect, Row } from './dialects/dialect.js';

/** Where Knex notes which migrations have run, and we what they were: Janus's own tables, beside an application's. */
export const MIGRATIONS = 'janus_migrations';
const DIGESTS = 'janus_migration_digests';

/** What a migration's file exports. */
interface Migration {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** A migration as Knex's `migrate:status` wants it listed. */
interface Listed {
  readonly file: string;
}

// Seen from src and from dist/src alike, what runs is beside this folder, and what was written at the package's root.
const compiled = new URL('../migrations/', import.meta.url);
const written = import.meta.url.includes('/dist/') ? new URL('../../migrations/', import.meta.url) : compiled;

/** A migration's name is its file's, without ending: the same from source and from the built package. */
const names = (): string[] =>
  readdirSync(written)
    .filter((file) => /^\d+_.*\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ''))
    .toSorted();

/** A digest of a migration as it was written, so that another compiler does not make another migration of it. */
const digestOf = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(new URL(`${name}.ts`, written), 'utf8').replaceAll('\r\n', '\n'))
    .digest('hex');

/** Gives Knex the migrations, each run whole as its dialect can, and noted with its digest in the same transaction. */
export class MigrationSource implements Knex.MigrationSource<Listed> {
  constructor(private readonly dialect: Dialect) {}

  getMigrations(): Promise<Listed[]> {
    return Promise.resolve(names().map((file) => ({ file })));
  }

  getMigrationName({ file }: Listed): string {
    return file;
  }

  async getMigration({ file: name }: Listed): Promise<Knex.Migration & { config: { transaction: boolean } }> {
    const ending = compiled === written ? 'ts' : 'js';
    const migration = (await import(new URL(`${name}.${ending}`, compiled).href)) as Migration;
    return {
      // The dialect makes the transaction: only it knows how one keeps every row.
      config: { transaction: false },
      up: (knex) =>
        this.dialect.migrate(knex, async (on) => {
          if (!(await on.schema.hasTable(DIGESTS))) {
            await on.schema.createTable(DIGESTS, (t) => {
              t.string('name', 255).primary();
              t.string('digest', 64).notNullable();
            });
          }
          // Its digest is there, yet Knex calls for it: it was killed between the two. It is done.
          if ((await on<Row>(DIGESTS).where({ name })).length > 0) return;
          await migration.up(on);
          await on(DIGESTS).insert({ name, digest: digestOf(name) });
        }),
      down: (knex) =>
        this.dialect.migrate(knex, async (on) => {
          await migration.down(on);
          await on(DIGESTS).where({ name }).delete();
          if ((await on<Row>(DIGESTS)).length === 0) await on.schema.dropTable(DIGESTS);
        }),
    };
  }
}

/**
 * Refuses a database that Janus must not touch, before anything in it is changed.
 * @param query runs a statement on a connection to it
 * @throws UnavailableError when tables of these names are another application's, or a migration was edited after it ran
 */
export async function guard(dialect: Dialect, query: (sql: string) => Promise<readonly Row[]>): Promise<void> {
  const tables = new Set((await query(dialect.tableNames)).map((row) => String(row['name'])));
  const ours = [
    'users',
    'admins',
    'images',
    'image_analyses',
    'tags',
    'image_tags',
    'image_words',
    'logs',
    'analytics',
  ];
  const taken = ours.filter((table) => tables.has(table));
  // It is made before the first of them and goes after the last; Knex's own stays when every migration is taken back.
  if (taken.length > 0 && !tables.has(DIGESTS)) {
    throw new UnavailableError(
      'another application',
      `it holds tables that Janus did not make (${taken.join(', ')}), and nothing was changed; name an empty database, or move these tables away`,
    );
  }
  if (!tables.has(DIGESTS)) return;
  const known = new Set(names());
  for (const { name, digest } of await query(`select name, digest from ${DIGESTS}`)) {
    if (known.has(String(name)) && digestOf(String(name)) !== digest) {
      throw new UnavailableError(
        'edited migration',
        `the migration ${String(name)} was edited after it ran here; put it back as it was, and write a new migration for the change`,
      );
    }
  }
}
