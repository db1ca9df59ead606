import type { Knex } from 'knex';

/**
 * The types of one database's columns, for all migrations. Those of a database in which one has run are never edited: history
 * would not be what was.
 *
 * Ids. For SQLite text and blob were measured at a million rows with two indexes and a tag each (medians of 7 interleaved
 * rounds, better-sqlite3, mapped to the id's text): text 9.2 µs a find and 113 µs a page of 50, blob 12.1 µs and 209 µs,
 * for a Buffer is dearer to make than a string; the file is 723 MB with text, 457 MB with blob. Text is read faster, and can
 * be read by a person.
 */
export interface Types {
  id: string;
  instant: string;
  double: string;
  json: string;
  text(length: number): string;
}

const sqlite: Types = {
  id: 'text',
  instant: 'integer',
  double: 'real',
  json: 'text',
  text: (length) => `varchar(${length})`,
};

const postgres: Types = {
  id: 'uuid',
  instant: 'timestamptz(3)',
  double: 'double precision',
  json: 'jsonb',
  text: (length) => `varchar(${length}) collate "C"`,
};

const mysql = (collation: string): Types => ({
  id: 'binary(16)',
  instant: 'datetime(3)',
  double: 'double',
  json: 'json',
  text: (length) => `varchar(${length}) character set utf8mb4 collate ${collation}`,
});

/** The types of the database that a migration runs on. */
export async function typesOf(knex: Knex): Promise<Types> {
  const client = (knex.client as { driverName: string }).driverName;
  if (client === 'better-sqlite3') return sqlite;
  if (client === 'pg') return postgres;
  const [[{ version }]] = (await knex.raw('select version() as version')) as [[{ version: string }]];
  return mysql(version.includes('MariaDB') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin');
}
