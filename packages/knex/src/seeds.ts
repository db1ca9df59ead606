import { readdirSync } from 'node:fs';
import type { Knex } from 'knex';

const folder = new URL('../seeds/', import.meta.url);

/** Gives Knex the seeds, in the order of their names. */
export class SeedSource implements Knex.SeedSource<string> {
  getSeeds(): Promise<string[]> {
    const files = readdirSync(folder).filter((file) => /^\d+_.*\.(js|ts)$/.test(file) && !file.endsWith('.d.ts'));
    return Promise.resolve(files.toSorted());
  }

  async getSeed(file: string): Promise<Knex.Seed> {
    return (await import(new URL(file, folder).href)) as Knex.Seed;
  }
}
