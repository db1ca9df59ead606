// One measurement of memory, in a process that does nothing else.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageRepository, NewImage } from '@janus/core';
import { Database, KnexImageRepository } from '@janus/knex';
import { imageOf } from '../data.js';
import { OWNERS } from '../dataset.js';
import type { Growth, Report, Task } from './measure-memory.js';
import { sampleResidentSet } from './resident-set.js';

const WARM_UP = 10_000;
const READERS = 16;

const { name, url, images: count } = JSON.parse(process.argv[2] ?? '') as Task;
const database = await Database.open(url);
const images = new KnexImageRepository(database);
try {
  tell(await run());
} finally {
  await database.close();
}
process.disconnect();

function tell(report: Report): void {
  process.send?.(report);
}

async function run(): Promise<Report> {
  if (name === 'create') {
    await images.createMany(generated(0, WARM_UP));
    return { growth: await growthOf(() => images.createMany(generated(WARM_UP, WARM_UP + count))) };
  }
  if (name === 'stream') {
    await read(images, WARM_UP);
    return { growth: await growthOf(() => read(images, count)) };
  }
  await Promise.all(Array.from({ length: READERS }, () => read(images, 700)));
  await sleep(200);
  return { connectionsTaken: connectionsTaken() };
}

async function growthOf(work: () => Promise<unknown>): Promise<Growth> {
  const sampler = await sampleResidentSet();
  const baseline = process.memoryUsage.rss();
  sampler.begin();
  const start = performance.now();
  await work();
  return { baseline, peak: Math.max(await sampler.end(), baseline), seconds: (performance.now() - start) / 1000 };
}

/** As they come from somewhere else: not all at once. */
async function* generated(from: number, to: number): AsyncGenerator<NewImage, void, undefined> {
  for (let index = from; index < to; index++) {
    yield imageOf(index, { owners: OWNERS });
    if (index % 10_000 === 0) {
      tell({ progress: `${index} images` });
      await sleep(1);
    }
  }
}

/** Reads some images, and takes a rest now and then. */
async function read(from: ImageRepository, most: number): Promise<void> {
  let seen = 0;
  for await (const image of from.stream()) {
    if (image.byteSize < 0) throw new Error('not an image');
    if (++seen === most) break;
    if (seen % 10_000 === 0) {
      tell({ progress: `${seen} images` });
      await sleep(30);
    }
  }
}

function connectionsTaken(): number {
  const { pool } = database.knex.client as { readonly pool: { numUsed(): number } };
  return pool.numUsed();
}
