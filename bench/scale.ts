// What Janus takes with ten million images, beside a hundred thousand. `npm run bench:scale -- --help` says how.
import { setImmediate as immediately } from 'node:timers/promises';
import { messageOf } from '../scripts/test/engine.js';
import { rareAmong } from './data.js';
import { dress, strip } from './scale/bare.js';
import { imageQueries } from './scale/image-queries.js';
import { load, loadedImages } from './scale/load.js';
import { measure, unmeasured, warmUp } from './scale/measure.js';
import { readOptions } from './scale/options.js';
import { otherQueries } from './scale/other-queries.js';
import { duration, whole } from './scale/progress.js';
import type { Query } from './scale/query.js';
import { report } from './scale/report.js';
import { Results, type Timing } from './scale/results.js';
import { searchQueries } from './scale/search-queries.js';
import { openStore, type Store } from './scale/store.js';
import { freshTarget, type Target } from './scale/target.js';
import { analyse, bytesOf, versionOf } from './scale/upkeep.js';

/** For one run of a query, in milliseconds. */
const PATIENCE = 20_000;

const options = readOptions();
const results = new Results(options.json);

async function loadUpTo(store: Store, dialect: string, size: number): Promise<void> {
  const { call } = options;
  const { knex } = store.database;
  const said = (statement: string) => console.log(`${dialect}  ${statement.slice(0, 100)}`);
  await dress(knex, said);
  if (options.bare) await strip(knex, dialect);
  await load(store, dialect, {
    count: size,
    // At least ten calls, so that there are a first and a last tenth.
    call: Math.min(call, Math.ceil(size / 10)),
    done(slice) {
      results.of(dialect).slices.push(slice);
      results.save();
    },
  });
  await dress(knex, said);
  if (!options.analyses) return;
  const started = performance.now();
  await analyse(store.database.knex, dialect);
  console.log(`${dialect}  ${whole(size)} images, analysed in ${duration((performance.now() - started) / 1000)}`);
}

/** A query that took very long with fewer images is not run with more. */
function tooSlow(dialect: string, size: number, { name, kind }: Query): Timing | undefined {
  const smaller = results.of(dialect).measurements.filter((one) => one.size < size);
  const timings = smaller.flatMap((one) => one.timings.filter((timing) => timing.name === name));
  const longest = Math.max(...timings.map(({ median }) => median ?? 0));
  return longest > PATIENCE ? unmeasured(name, kind, `not run: it took ${duration(longest / 1000)} before`) : undefined;
}

async function measureAt(store: Store, dialect: string, size: number): Promise<void> {
  const subject = { store, size, rare: rareAmong(size) };
  const queries = [...imageQueries(subject), ...searchQueries(subject), ...otherQueries(subject)];
  const timings: Timing[] = [];
  await warmUp(store);
  for (const query of queries.filter(({ name }) => options.grep.test(name))) {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${dialect}  ${whole(size)} images: ${query.name}`);
    timings.push(tooSlow(dialect, size, query) ?? (await measure(query)));
    // Lets an interruption be heard.
    await immediately();
  }
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
  const bytes = await bytesOf(store.database.knex, dialect);
  results.addMeasurement(dialect, { size, date: new Date().toISOString(), bytes, timings });
}

async function benchmark({ dialect, url, end }: Target): Promise<void> {
  // A database of many gigabytes is not left behind.
  const interrupt = () => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const store = await openStore(url);
  try {
    await store.database.migrate();
    const there = await loadedImages(store);
    if (there === 0) results.forget(dialect);
    results.of(dialect).version = await versionOf(store.database.knex, dialect);
    for (const size of options.sizes) {
      if (!options.loads && there !== size) throw new Error(`It holds ${whole(there)} images, not ${whole(size)}.`);
      if (there > size) {
        console.log(`${dialect}  holds ${whole(there)} images already, more than ${whole(size)}`);
        continue;
      }
      if (options.loads) await loadUpTo(store, dialect, size);
      if (options.queries) await measureAt(store, dialect, size);
    }
    console.log(report(dialect, results.of(dialect)));
    console.log(`memory of this process at the most: ${whole(process.resourceUsage().maxRSS / 1024)} MiB`);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await store.database.close();
    await end();
  }
}

for (const engine of options.engines) {
  const kept = options.keep === undefined ? null : { dialect: engine.name, url: options.keep, end: async () => {} };
  try {
    const target = kept ?? (await freshTarget(engine));
    if (target) await benchmark(target);
    else console.log(`${engine.name}  not measured: there is no server, and none to start. ${engine.advice}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`${engine.name}  ${error instanceof Error ? error.stack : messageOf(error)}`);
  }
}
