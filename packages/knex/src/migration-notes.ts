import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Migration } from './dialects/dialect.js';
import { STEPS } from './dialects/mysql-journal.js';
import { TURN } from './migration-turn.js';

/** Where Knex notes which migrations have run, and we what they were: Janus's own tables, beside an application's. */
export const MIGRATIONS = 'janus_migrations';
export const DIGESTS = 'janus_migration_digests';
const LOCK = 'janus_migrations_lock';

const TRIES = 10;

type Table = readonly [
  name: string,
  columns: (t: Knex.CreateTableBuilder) => void,
  row?: Readonly<Record<string, unknown>>,
];

const TABLES: readonly Table[] = [
  // These two are what Knex would make.
  [
    MIGRATIONS,
    (t) => {
      t.increments();
      t.string('name');
      t.integer('batch');
      t.timestamp('migration_time');
    },
  ],
  [
    LOCK,
    (t) => {
      t.increments('index').primary();
      t.integer('is_locked');
    },
    { index: 1, is_locked: 0 },
  ],
  [
    DIGESTS,
    (t) => {
      t.string('name', 255).primary();
      t.string('digest', 64).notNullable();
    },
  ],
  [
    TURN,
    (t) => {
      t.integer('id').primary();
      t.string('holder', 255).notNullable();
      t.integer('beat').notNullable();
    },
    { id: 1, holder: '', beat: 0 },
  ],
];

/** Makes the tables in which migrations are noted, where they are not there yet. Several processes may do so at once. */
export async function makeNotes(knex: Knex): Promise<void> {
  for (const [name, columns, row] of TABLES) {
    for (let tries = 1; ; tries += 1) {
      try {
        if (!(await knex.schema.hasTable(name))) await knex.schema.createTable(name, columns);
        if (row && !(await knex(name).first())) await knex(name).insert(row);
        break;
      } catch (error) {
        // Another process was faster, and will have been when this one looks again.
        if (tries === TRIES) throw error;
        await sleep(Math.random() * 100);
      }
    }
  }
}

/** The names of the migrations that are applied, in their order. */
export async function applied(knex: Knex): Promise<readonly string[]> {
  return knex(DIGESTS).orderBy('name').pluck('name');
}

/** The migrations that were begun, and left when their process was killed or a statement failed. */
export async function unfinished(knex: Knex): Promise<readonly Pick<Migration, 'name' | 'direction'>[]> {
  if (!(await knex.schema.hasTable(STEPS))) return [];
  return knex(STEPS).distinct({ name: 'migration', direction: 'direction' });
}

interface Noted {
  readonly id: number;
  readonly name: string;
}

/** What of Knex's notes is not so: rows of migrations that are not applied, or are noted twice, and names that are missing. */
async function wrongNotes(knex: Knex): Promise<{ rows: readonly number[]; missing: readonly string[] }> {
  const missing = new Set(await applied(knex));
  const rows: readonly Noted[] = await knex(MIGRATIONS).orderBy('id').select('id', 'name');
  return { rows: rows.filter(({ name }) => !missing.delete(name)).map(({ id }) => id), missing: [...missing] };
}

/** Whether Knex's notes say which migrations are applied. */
export async function areRight(knex: Knex): Promise<boolean> {
  const { rows, missing } = await wrongNotes(knex);
  return rows.length + missing.length === 0;
}

/** The number of the next run. */
export async function nextBatch(knex: Knex): Promise<number> {
  const last = await knex(MIGRATIONS).max<{ batch: number | null }[]>({ batch: 'batch' });
  return (last[0]?.batch ?? 0) + 1;
}

/** Makes Knex's notes say which migrations are applied. @param batch the run that those not noted yet belong to */
export async function noteForKnex(knex: Knex, batch: number): Promise<void> {
  const { rows, missing } = await wrongNotes(knex);
  if (rows.length > 0) await knex(MIGRATIONS).whereIn('id', rows).delete();
  for (const name of missing) await knex(MIGRATIONS).insert({ name, batch, migration_time: new Date() });
}
