import { setTimeout as sleep } from 'node:timers/promises';
import { Database, KnexLogRepository, KnexUserRepository } from '@janus/knex';
import { expect } from 'chai';
import type { Running } from '../../scripts/test/engine.js';
import { newUser } from '../contract/store.js';
import { expectIntegrity, expectWhatWasTold, type Told } from './acknowledged.js';
import { isFull } from './extent.js';
import { canStart, engine, startServer } from './private-server.js';
import { WritingProcess } from './writing-process.js';

const KILLS = isFull ? 20 : 2;
const WRITERS = 3;

const countOf = (told: readonly Told[], wanted: Told['outcome']) =>
  told.filter(({ outcome }) => outcome === wanted).length;

/** A database of its own on the server. */
async function empty(serverUrl: string): Promise<string> {
  const at = await Database.open(serverUrl.includes('/postgres') ? serverUrl : `${serverUrl}/mysql`);
  await at.knex.raw('create database faults');
  await at.close();
  const made = new URL(serverUrl);
  made.pathname = '/faults';
  return made.href;
}

/** Resolves when the server answers somebody who was not there before. */
async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      await (await Database.open(url)).close();
      return;
    } catch {
      await sleep(10);
    }
  }
}

if (engine && canStart) {
  const { name } = engine;
  describe('a server that is killed under load, and started again', function faults() {
    this.timeout(isFull ? 1_800_000 : 180_000);
    let server: Running | null = null;
    let database: Database;
    let writers: WritingProcess[] = [];
    const told: Told[] = [];
    /** How long after the server answers again the application does, in milliseconds. */
    const returns: number[] = [];

    before(async () => {
      server = await startServer();
      if (!server?.crash) throw new Error('a server was found and does not start');
      const url = await empty(server.url);
      database = await Database.open(url);
      await database.migrate();
      const logs = new KnexLogRepository(database);
      const owner = await new KnexUserRepository(database).create(newUser());
      writers = Array.from({ length: WRITERS }, (_, index) => new WritingProcess(url, owner.id, index * 1_000_000));
      for (let kill = 0; kill < KILLS; kill += 1) {
        await Promise.all(writers.map(async (writer) => writer.tells('kept')));
        await sleep(Math.random() * 300);
        await server.crash();
        await answers(url);
        const since = performance.now();
        await logs.recent(1);
        await Promise.all(writers.map(async (writer) => writer.tells('kept')));
        returns.push(performance.now() - since);
      }
      for (const writer of writers) {
        await writer.kill();
        told.push(...writer.told);
      }
      await sleep(300);
      if (isFull) report();
    });
    after(async () => {
      for (const writer of writers) await writer.kill();
      await database?.close();
      await server?.stop();
    });

    function report(): void {
      const slowest = Math.max(...returns).toFixed(0);
      console.log(
        `${name}: ${KILLS} kills, ${countOf(told, 'kept')} kept, ${countOf(told, 'unknown')} unknown, back in ${slowest} ms`,
      );
    }

    it('has every unit that was acknowledged whole, none half there, and none that was said to have failed', async () => {
      await expectWhatWasTold(database, told);
    });

    it('finds no fault with itself', async () => {
      await expectIntegrity(database);
    });

    it('serves the application again within a second of its return, without a restart of that', () => {
      expect(returns).to.have.length(KILLS);
      expect(Math.max(...returns)).to.be.below(1_000);
    });
  });
}
