import { createRequire } from 'node:module';
import { UnavailableError } from '@janus/core';
import createKnex, { type Knex } from 'knex';
import type { Dialect, Manner } from './dialects/dialect.js';
import { dialects } from './dialects/index.js';
import { withoutLock } from './knex-lock.js';
import { KnexMigrations } from './knex-migrations.js';
import { settle } from './migrating.js';
import { guard } from './migrations.js';
import { SeedSource } from './seeds.js';

/** What a Knex made by Janus says of itself. */
export interface UserParams {
  readonly janusUrl: string;
}

/**
 * Knex's settings for the database of a URL: the one place where a connection is described.
 * @param prepare makes a new connection ready
 */
function configFor(
  dialect: Dialect,
  url: string,
  manner?: Manner,
  prepare = async (connection: unknown) => dialect.prepare(connection, manner),
  migrations = new KnexMigrations(dialect),
): Knex.Config & { userParams: UserParams } {
  const { pool, client, ...connect } = dialect.connect(url, manner);
  return {
    ...connect,
    client: withoutLock(client),
    pool: {
      ...pool,
      afterCreate: (connection: unknown, done: (error: unknown, connection: unknown) => void) => {
        prepare(connection).then(
          () => done(null, connection),
          (error: unknown) => done(error, connection),
        );
      },
    },
    // Knex would put every bound value into the message of an error.
    compileSqlOnError: false,
    // It would also print what it throws, into the output of an application that may well handle it.
    log: { warn: () => undefined },
    migrations: migrations.config,
    seeds: { seedSource: new SeedSource() } as Knex.SeederConfig,
    userParams: { janusUrl: url },
  };
}

/**
 * A Knex for the database of a URL.
 * @throws UnavailableError when the driver is not installed
 */
export function knexFor(dialect: Dialect, url: string, manner?: Manner): Knex {
  const { driver } = dialect;
  try {
    createRequire(import.meta.url).resolve(driver);
  } catch {
    throw new UnavailableError('no driver', `its driver is not installed: npm install ${driver}`);
  }
  return createKnex(configFor(dialect, url, manner));
}

/**
 * As `configFor`, for Knex's command line: its first connection refuses a database that Janus must not touch and, before Knex
 * looks which migrations are applied, finishes one that was killed.
 */
function guarded(dialect: Dialect, url: string): Knex.Config {
  const migrations = new KnexMigrations(dialect);
  const check = async (connection: unknown) => {
    await guard(dialect, (sql) => dialect.query(connection, sql));
    if (!migrations.asked) return;
    const knex = knexFor(dialect, url);
    try {
      await settle(knex, dialect);
    } finally {
      await knex.destroy();
    }
  };
  let checked: Promise<void> | undefined;
  const prepare = async (connection: unknown) => {
    await dialect.prepare(connection);
    await (checked ??= check(connection));
  };
  return { ...configFor(dialect, url, undefined, prepare, migrations), log: {} };
}

/** The URL of a dialect's database: `DATABASE_URL` if it is of that dialect, else `JANUS_<DIALECT>_URL`, else the local one. */
function urlOf(dialect: Dialect, environment: NodeJS.ProcessEnv): string {
  const general = environment['DATABASE_URL'];
  if (general && dialect.schemes.some((scheme) => general.toLowerCase().startsWith(`${scheme}:`))) return general;
  return environment[`JANUS_${dialect.name.toUpperCase()}_URL`] || dialect.localUrl;
}

/** A knexfile: an environment for each dialect, named after it, and SQLite's for those who name none. */
export function knexfile(environment: NodeJS.ProcessEnv = process.env): Record<string, Knex.Config> {
  const configs = Object.fromEntries(
    dialects.map((dialect) => [dialect.name, guarded(dialect, urlOf(dialect, environment))]),
  );
  // Knex takes NODE_ENV, or else `development`, for the name of the environment when none is given.
  const unnamed = environment['NODE_ENV'] || 'development';
  const [first] = Object.values(configs);
  return { ...(first && { [unnamed]: first }), ...configs };
}
