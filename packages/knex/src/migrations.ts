import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import type { Dialect, Row } from './dialects/dialect.js';
import { STEPS } from './dialects/mysql-journal.js';
import { DIGESTS } from './migration-notes.js';

/** The tables that the migrations make, each after those that it refers to. */
export const TABLES: readonly string[] = [
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

/** What a migration's file exports. */
interface MigrationFile {
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

// Seen from src and from dist/src alike, what runs is beside this folder, and what was written at the package's root.
const compiled = new URL('../migrations/', import.meta.url);
const written = import.meta.url.includes('/dist/') ? new URL('../../migrations/', import.meta.url) : compiled;

/** The names of all migrations in their order: each its file's, without ending, the same from source and from the built package. */
export const names = (): string[] =>
  readdirSync(written)
    .filter((file) => /^\d+_.*\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ''))
    .toSorted();

/** A digest of a migration as it was written, so that another compiler does not make another migration of it. */
export const digestOf = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(new URL(`${name}.ts`, written), 'utf8').replaceAll('\r\n', '\n'))
    .digest('hex');

export async function load(name: string): Promise<MigrationFile> {
  const ending = compiled === written ? 'ts' : 'js';
  return (await import(new URL(`${name}.${ending}`, compiled).href)) as MigrationFile;
}

type Query = (sql: string) => Promise<readonly Row[]>;

/**
 * Refuses a database that Janus must not touch, before anything in it is changed.
 * @param query runs a statement on a connection to it
 * @throws UnavailableError when tables of these names are another application's, or a migration was edited after it ran
 */
export async function guard(dialect: Dialect, query: Query): Promise<void> {
  const look = async () => new Set((await query(dialect.tableNames)).map((row) => String(row['name'])));
  let tables = await look();
  // Looked at again, for what is Janus's may have come or gone between two looks.
  if ((await strange(tables, query)).length > 0) {
    tables = await look();
    const taken = await strange(tables, query);
    if (taken.length > 0) {
      throw new UnavailableError(
        'another application',
        `it holds tables that Janus did not make (${taken.join(', ')}), and nothing was changed; name an empty database, or move these tables away`,
      );
    }
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

/** Tables of these names where no migration has run, nor begun. */
async function strange(tables: ReadonlySet<string>, query: Query): Promise<readonly string[]> {
  const taken = TABLES.filter((table) => tables.has(table));
  if (taken.length === 0) return [];
  for (const notes of [DIGESTS, STEPS]) {
    if (tables.has(notes) && (await query(`select 1 as noted from ${notes} limit 1`)).length > 0) return [];
  }
  return taken;
}
