// What Janus takes with ten million images, beside a hundred thousand. `npm run bench:scale -- --help` says how.
import { messageOf } from '../scripts/test/engine.js';
import { rareAmong } from './data.js';
import { beginLoad, dress, endLoad, isLoading, strip } from './scale/bare.js';
import { imageQueries } from './scale/image-queries.js';
import { load, loadedImages, type Beside } from './scale/load.js';
import { measure, warmUp } from './scale/measure.js';
import { readOptions } from './scale/options.js';
import { otherQueries } from './scale/other-queries.js';
import { duration, whole } from './scale/progress.js';
import { report } from './scale/report.js';
import { Results } from './scale/results.js';
import { searchQueries } from './scale/search-queries.js';
import { openStore, type Store } from './scale/store.js';
import { openTarget, type Target } from './scale/target.js';
import { analyse, buffersOf, bytesOf, versionOf } from './scale/upkeep.js';

/** Between lines that say how far it is, in milliseconds. */
const PAUSE = 10_000;

const options = readOptions();
const results = new Results(options.json);

/** Loads as many images as are missing. */
async function fill(store: Store, target: Target, size: number): Promise<void> {
  const { dialect } = target;
  const { knex } = store.database;
  await store.database.migrate();
  const there = await loadedImages(store);
  if (there > size) throw new Error(`It holds ${whole(there)} images, more than ${whole(size)}.`);
  if (there === size && !(await isLoading(knex))) {
    console.log(`${dialect}  ${whole(size)} images are there already`);
    return;
  }
  const noted = results.loadOf(dialect, size);
  if (there === 0) {
    Object.assign(noted, { bare: options.bare, slices: [] });
    // What was measured of other databases says nothing of this one.
    results.of(dialect).timings = [];
  }
  await beginLoad(knex);
  if (options.bare && there < size) await strip(knex, dialect);
  await load(store, dialect, {
    count: size,
    // At least ten calls, so that there are a first and a last tenth.
    call: Math.min(options.call, Math.ceil(size / 10)),
    done(slice) {
      noted.slices.push(slice);
      results.save();
    },
    empty: async () => empty(target),
  });
  const started = performance.now();
  await dress(knex, dialect, (statement) => console.log(`${dialect}  ${statement.slice(0, 100)}`));
  await analyse(knex, dialect);
  await endLoad(knex);
  noted.finishing = (performance.now() - started) / 1000;
  noted.bytes = await bytesOf(knex, dialect);
  results.save();
  console.log(`${dialect}  ${whole(size)} images, finished in ${duration(noted.finishing)}`);
}

/** Another database like those that are loaded, without any images, which is dropped at its end. */
async function empty(target: Target): Promise<Beside> {
  const fresh = await target.fresh();
  const store = await openStore(fresh.url);
  const { knex } = store.database;
  await store.database.migrate();
  await beginLoad(knex);
  if (options.bare) await strip(knex, target.dialect);
  const end = async () => {
    await store.database.close();
    await fresh.drop();
  };
  return { store, end };
}

async function measureAll(stores: readonly Store[], dialect: string): Promise<void> {
  const { sizes } = options;
  const bySize = stores.map((store, index) => {
    const size = sizes[index] ?? 0;
    const subject = { store, size, rare: rareAmong(size) };
    const queries = [...imageQueries(subject), ...searchQueries(subject), ...otherQueries(subject)];
    return queries.filter(({ name }) => options.grep.test(name));
  });
  for (const store of stores) await warmUp(store);
  const names = bySize[0]?.map(({ name }) => name) ?? [];
  let said = performance.now();
  for (const [index, name] of names.entries()) {
    const state = `${dialect}  query ${index + 1} of ${names.length}: ${name}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${state}`);
    else if (performance.now() - said > PAUSE) {
      console.log(state);
      said = performance.now();
    }
    const queries = bySize.flatMap((all) => all[index] ?? []);
    results.addTiming(dialect, await measure(sizes, queries));
  }
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
}

async function benchmark(target: Target): Promise<void> {
  const { dialect, urlOf, end } = target;
  const stores: Store[] = [];
  // A server that was started is not left behind, nor a temporary file of many gigabytes.
  const interrupt = () => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    for (const size of options.sizes) {
      const store = await openStore(await urlOf(size));
      stores.push(store);
      await fill(store, target, size);
      Object.assign(results.of(dialect), {
        version: await versionOf(store.database.knex, dialect),
        buffers: await buffersOf(store.database.knex, dialect),
      });
    }
    if (options.queries) await measureAll(stores, dialect);
    console.log(report(dialect, results.of(dialect)));
    console.log(`memory of this process at the most: ${whole(process.resourceUsage().maxRSS / 1024)} MiB`);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    for (const { database } of stores) await database.close();
    await end();
  }
}

for (const engine of options.engines) {
  try {
    const target = await openTarget(engine, options.keep);
    if (target) await benchmark(target);
    else console.log(`${engine.name}  not measured: there is no server, and none to start. ${engine.advice}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`${engine.name}  ${error instanceof Error ? error.stack : messageOf(error)}`);
  }
}
