import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Image, LogEntry } from '@janus/core';
import { newImage, newUser, useStore } from '../contract/store.js';
import { isFull } from './extent.js';
import { WorkerProcesses } from './workers-processes.js';

const { images: IMAGES, workers: WORKERS } = isFull ? { images: 10_000, workers: 8 } : { images: 600, workers: 4 };
const KILLS = 2;
const LEASE = 5_000;

describe('Images that several processes work on, of which two are killed', () => {
  const store = useStore();
  let workers: WorkerProcesses;
  let images: Image[];
  let entries: LogEntry[];

  before(async function process() {
    this.timeout(isFull ? 900_000 : 120_000);
    const owner = await store.users.create(newUser());
    await store.images.createMany(Array.from({ length: IMAGES }, () => newImage(owner)));
    const started = performance.now();
    workers = new WorkerProcesses(WORKERS, LEASE);
    // Each somewhere in the middle of the work.
    const moments = Array.from({ length: KILLS }, () => IMAGES * (0.05 + 0.8 * Math.random())).toSorted(
      (a, b) => a - b,
    );
    while (workers.alive > 0) {
      if (workers.completed.length >= (moments[0] ?? Infinity)) {
        moments.shift();
        workers.killOne();
      }
      await sleep(5);
    }
    images = [];
    for await (const image of store.images.stream()) images.push(image);
    entries = [];
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page = await store.logs.list({ where: { action: 'image.processed' }, limit: 500, after });
      entries.push(...page.items);
      after = page.next;
    }
    if (isFull) report(started);
  });
  after(() => workers.stop());

  function report(started: number): void {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    const twice = entries.length - new Set(entries.map(({ imageId }) => imageId)).size;
    const lost = images.filter(({ status }) => status !== 'ready').length;
    const said = `${IMAGES} images, ${WORKERS} workers, ${workers.killed} killed`;
    console.log(`${said}: ${twice} completed twice, ${lost} lost, ${seconds} s`);
  }

  it('are worked on to the end by those that are left', () => {
    expect(workers.killed).to.equal(KILLS);
    expect(workers.ends).to.deep.equal(Array.from({ length: WORKERS - KILLS }, () => 0));
  });

  it('are all there, and ready', () => {
    expect(images).to.have.length(IMAGES);
    expect(images.filter(({ status }) => status !== 'ready')).to.deep.equal([]);
  });

  it('are each completed exactly once', () => {
    const times = new Map<string | null, number>();
    for (const { imageId } of entries) times.set(imageId, (times.get(imageId) ?? 0) + 1);
    expect([...times].filter(([, count]) => count !== 1)).to.deep.equal([]);
    expect(times.size).to.equal(IMAGES);
  });

  it('are left by the worker that wrote into the log that it completed them', () => {
    const worker = new Map(entries.map((entry) => [entry.imageId, entry.module]));
    const others = images.filter(({ id, metadata }) => metadata['worker'] !== worker.get(id));
    expect(others).to.deep.equal([]);
  });

  it('are not less than those of which a worker said that it has completed them, and none is said twice', () => {
    expect(new Set(workers.completed).size).to.equal(workers.completed.length);
    const noted = new Set(entries.map(({ imageId }) => String(imageId)));
    expect(workers.completed.filter((image) => !noted.has(image))).to.deep.equal([]);
  });
});
