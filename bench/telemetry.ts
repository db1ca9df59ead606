// What it costs to look whether anybody watches: `images.find` on SQLite, as it is and with all of that taken out, by turns in one
// process. Prints how much longer it takes as it is.
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Janus from '@janus/knex';

const CALLS = 2_000;
const TURNS = 300;

/** `telemetry.js` of those who never look. */
const BLIND = `export class Telemetry {
  get isTold() { return false; }
  look() { return false; }
  call(repository, method, work) { return work(); }
  unit(work) { return work(); }
  trip(statements, send) { return send(); }
  waiting() { return undefined; }
  waited() {}
  retried() {}
  conflicted() {}
  close() {}
}`;

const knex = join(import.meta.dirname, '../packages/knex');

/** A copy of the package by itself, so that the two share nothing that is compiled while they run. */
async function load(folder: string, telemetry?: string): Promise<typeof Janus> {
  cpSync(join(knex, 'dist'), join(folder, 'dist'), { recursive: true });
  symlinkSync(join(knex, 'migrations'), join(folder, 'migrations'));
  if (telemetry !== undefined) writeFileSync(join(folder, 'dist/src/telemetry.js'), telemetry);
  return (await import(pathToFileURL(join(folder, 'dist/src/index.js')).href)) as typeof Janus;
}

async function prepare({ Database, KnexImageRepository, KnexUserRepository }: typeof Janus) {
  const database = await Database.open('sqlite::memory:');
  await database.migrate();
  const owner = await new KnexUserRepository(database).create({ email: 'ada@example.org', username: 'ada' });
  const images = new KnexImageRepository(database);
  const file = { filename: 'a.jpg', mimeType: 'image/jpeg', byteSize: 1, width: 1, height: 1, sha256: 'a'.repeat(64) };
  const { id } = await images.create({ ownerId: owner.id, ...file });
  /** Microseconds of the processor a call: what else the machine does counts less in them. */
  const measure = async () => {
    const begun = process.cpuUsage();
    for (let call = 0; call < CALLS; call += 1) await images.find(id);
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / CALLS;
  };
  return { measure, close: () => database.close() };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const folders = [mkdtempSync(join(knex, 'looking-')), mkdtempSync(join(knex, 'blind-'))] as const;
try {
  const looking = await prepare(await load(folders[0]));
  const blind = await prepare(await load(folders[1], BLIND));
  const took = { looking: [] as number[], blind: [] as number[], ratio: [] as number[] };
  for (let turn = -20; turn < TURNS; turn += 1) {
    // Whoever is second has the warmer machine.
    const first = turn % 2 === 0 ? await looking.measure() : undefined;
    const without = await blind.measure();
    const as = first ?? (await looking.measure());
    if (turn < 0) continue;
    took.looking.push(as);
    took.blind.push(without);
    took.ratio.push(as / without);
  }
  await looking.close();
  await blind.close();
  const percent = ((median(took.ratio) - 1) * 100).toFixed(1);
  console.log(
    `images.find: ${median(took.looking).toFixed(2)} µs, without looking ${median(took.blind).toFixed(2)} µs: ${percent} %`,
  );
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
