// Measures one database in a process of its own, so that nothing another one left behind counts.
import { inspect } from 'node:util';
import { Database } from '@janus/knex';
import type { Server } from '../../scripts/test/engine.js';
import { engineOf } from '../engines.js';
import { loadDataset } from '../load-dataset.js';
import { figuresOf, type DialectResults, type Measurement } from '../results.js';
import { JanusSide } from '../sides/janus-side.js';
import { knexSide, openDriver, openKnex, settingsOf, type NamedSide } from '../sides/open-sides.js';
import type { Side } from '../sides/side.js';
import { workloadsOn } from '../workloads/workloads.js';
import { driverVersion } from '../versions.js';
import { measure } from './measure.js';
import { profile } from './profile.js';
import { assertSameAnswers } from './same-answers.js';
import { INTERRUPTED, type Message, type Settings } from './settings.js';

const MANY = 16;
const settings: Settings = JSON.parse(process.argv[2] ?? '') as Settings;
const { dialect } = settings;
const engine = engineOf(dialect);
let interrupted = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));
process.on('disconnect', () => (interrupted = true));

function tell(message: Message): void {
  if (process.connected) process.send?.(message);
}

function progress(state: string): void {
  if (interrupted) throw new Error(INTERRUPTED);
  tell({ progress: state });
}

try {
  progress('starting');
  const server = await engine.open();
  if (!server)
    tell({ unavailable: `${engine.variable} is not set, and no server to start was found.\n${engine.advice}` });
  else await withServer(server);
} catch (error) {
  tell({ failure: error instanceof Error ? inspect(error) : String(error) });
}
if (process.connected) process.disconnect();

async function withServer(server: Server): Promise<void> {
  try {
    const fresh = await server.fresh();
    try {
      tell({ results: await measureOn(server, fresh.url) });
    } finally {
      await fresh.drop();
    }
  } finally {
    await server.stop();
  }
}

async function measureOn(server: Server, url: string): Promise<DialectResults> {
  const loading = await Database.open(url);
  // Each side begins with connections that have read nothing: SQLite's COMMIT looks through all that its own has in memory, at times.
  const database = await Database.open(url);
  const connectionSettings = await settingsOf(dialect, database);
  const knex = openKnex(dialect, url, connectionSettings);
  const drivers = new Map<number, Side>();
  try {
    await loading.migrate();
    const dataset = await loadDataset(dialect, loading, knex, settings.images, progress);
    for (const atOnce of dialect === 'sqlite' ? [1] : [1, MANY]) {
      drivers.set(atOnce, await openDriver(dialect, url, connectionSettings, atOnce));
    }
    const others: readonly NamedSide[] = [
      { name: 'janus', side: new JanusSide(database) },
      ...(settings.knex ? [{ name: 'knex', side: knexSide(dialect, knex) } as const] : []),
    ];

    const measurements: Measurement[] = [];
    const skipped: { workload: string; why: string }[] = [];
    const wanted = workloadsOn(dataset).filter(({ title }) => settings.only.some((part) => title.includes(part)));
    for (const workload of wanted) {
      if (workload.missing !== undefined) {
        skipped.push({ workload: workload.title, why: workload.missing });
        continue;
      }
      for (const [atOnce, driver] of drivers) {
        if (atOnce > 1 && !workload.atOnce) continue;
        const title = atOnce === 1 ? workload.title : `${workload.title}, ${atOnce} at once`;
        const between = (state: string) => progress(`${title}: ${state}`);
        const sides: readonly NamedSide[] = [{ name: 'driver', side: driver }, ...others];
        between('comparing the answers');
        await assertSameAnswers(workload, sides);
        const { rounds: count, slice } = settings;
        const measuring = { sides, atOnce, rounds: count, slice, between, tidy: () => dataset.tidy() };
        const { calls, rounds } = await measure(workload, measuring);
        measurements.push({
          workload: workload.title,
          atOnce,
          calls,
          target: workload.targets[dialect] ?? null,
          sides: Object.fromEntries(sides.map(({ name }) => [name, figuresOf(rounds, name)])),
          rounds,
        });
        if (settings.profile !== null) {
          await profile(`${settings.profile}/${dialect}, ${title.replaceAll(':', ',')}`, workload, measuring, calls);
        }
      }
    }
    const { version, source } = server;
    return { dialect, version, server: source, driver: driverVersion(dialect), measurements, skipped };
  } finally {
    await Promise.allSettled([...drivers.values()].map(async (driver) => driver.close()));
    await knex.destroy();
    await database.close();
    await loading.close();
  }
}
