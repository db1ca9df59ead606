import {
  Database,
  KnexAdminRepository,
  KnexAnalyticsRepository,
  KnexImageRepository,
  KnexLogRepository,
  KnexTagRepository,
  KnexUserRepository,
} from '@janus/knex';
import { readSchema, TABLES } from '@janus/knex/tables';
import type { Store } from '../contract/store.js';

/** One of the databases of this run. */
export interface House {
  readonly name: string;
  readonly url: string;
  readonly database: Database;
  readonly store: Store;
  readonly empty: () => Promise<void>;
  /** Every row of every table, as its driver gives it, without regard to their order. */
  readonly contents: () => Promise<Readonly<Record<string, readonly unknown[]>>>;
}

const given = ['SQLITE', 'POSTGRES', 'MYSQL', 'MARIADB'].flatMap((name) => {
  const url = process.env[`JANUS_TEST_${name}_URL`];
  return url ? [{ name: name.toLowerCase(), url }] : [];
});

/** The names of the databases that this run was given. */
export const names: readonly string[] = given.map(({ name }) => name);

/** Each with each other, both ways. */
export const pairs: readonly (readonly [string, string])[] = names.flatMap((from) =>
  names.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** Gives the tests of a `describe` all databases, each migrated and empty before each of them. */
export function useHouses(): (name: string) => House {
  const houses: House[] = [];
  before(async function open() {
    this.timeout(60_000);
    for (const { name, url } of given) houses.push(await openHouse(name, url));
  });
  beforeEach(async function sweep() {
    this.timeout(60_000);
    for (const house of houses) await house.empty();
  });
  after(async () => {
    for (const { database } of houses) await database.close();
  });
  return (name) => {
    const found = houses.find((house) => house.name === name);
    if (!found) throw new Error(`this run was given no ${name}`);
    return found;
  };
}

/** Opens a database, and migrates it. */
export async function openHouse(name: string, url: string): Promise<House> {
  const database = await Database.open(url);
  await database.migrate();
  return {
    name,
    url,
    database,
    store: {
      users: new KnexUserRepository(database),
      admins: new KnexAdminRepository(database),
      images: new KnexImageRepository(database),
      tags: new KnexTagRepository(database),
      logs: new KnexLogRepository(database),
      analytics: new KnexAnalyticsRepository(database),
      unitOfWork: database,
    },
    async empty() {
      for (const table of TABLES.toReversed()) await database.knex(table).delete();
    },
    async contents() {
      const found: Record<string, readonly unknown[]> = {};
      for (const { name: table } of await readSchema(database)) {
        if (!TABLES.includes(table)) continue;
        const rows: unknown[] = await database.knex.select('*').from(table);
        found[table] = rows.map((row) => JSON.stringify(row)).toSorted();
      }
      return found;
    },
  };
}
