import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRunError, transfer } from '@janus/cli';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import type { Running } from '../../scripts/test/engine.js';
import { mariadb, mysql } from '../../scripts/test/mysql.js';
import { postgres } from '../../scripts/test/postgres.js';
import { isFull } from '../faults/extent.js';
import { names, openHouse, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

const KILLS = isFull ? 20 : 2;
const IMAGES = 1_200;

/** A database of its own on a server. */
async function madeOn(serverUrl: string): Promise<string> {
  const at = await Database.open(serverUrl.includes('/postgres') ? serverUrl : `${serverUrl}/mysql`);
  await at.knex.raw('create database moving');
  await at.close();
  const made = new URL(serverUrl);
  made.pathname = '/moving';
  return made.href;
}

/** Connects, and tells when the server has lost the connection. */
async function watch(database: Database): Promise<{ readonly end: Promise<void> }> {
  const ask = async () =>
    database.rows('alive', {}, () => database.knex.select(database.knex.raw('1 as one'))).then(async () => sleep(5));
  await ask();
  let begun = false;
  const end = database
    .run(async () => {
      // Where the connection was lost, it may be begun again on another.
      if (begun) return;
      begun = true;
      for (;;) await ask();
    })
    .catch(() => undefined);
  return { end };
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

for (const engine of [postgres, mysql, mariadb]) {
  // A server that was given by its URL alone is not killed.
  if (!names.includes('sqlite') || !engine.isInstalled?.()) continue;
  describe(`a transfer whose ${engine.name} is killed`, function killed() {
    this.timeout(isFull ? 1_800_000 : 180_000);
    const house = useHouses();
    let server: Running | null = null;
    let there: House;

    before(async () => {
      server = (await engine.start?.({ durable: true })) ?? null;
      if (!server?.crash) throw new Error('a server was found and does not start');
      there = await openHouse(engine.name, await madeOn(server.url));
    });
    after(async () => {
      await there?.database.close();
      await server?.stop();
    });

    it('ends identical when it is started again, as the target and as the source', async () => {
      const here = house('sqlite');
      await fillMany(here.store, IMAGES);
      const expected = await here.contents();
      const started = performance.now();
      expect((await transfer(here.url, there.url)).outcome).to.equal('identical');
      const whole = performance.now() - started;
      for (const [from, to] of [
        [here, there],
        [there, here],
      ] as const) {
        for (let kill = 0; kill < KILLS; kill += 1) {
          await to.empty();
          // Spread evenly, each somewhere in its part of the whole.
          const after = (whole * (kill + Math.random())) / KILLS;
          const watched = await watch(there.database);
          const ended = transfer(from.url, to.url).then(
            ({ outcome }) => outcome,
            (error: unknown) => error,
          );
          await sleep(after);
          await server?.crash?.();
          const outcome = await ended;
          if (outcome !== 'identical') expect(outcome).to.be.instanceOf(CannotRunError);
          await watched.end;
          await answers(there.url);
          expect((await transfer(from.url, to.url)).outcome, `killed after ${after} ms`).to.equal('identical');
        }
      }
      expect(await here.contents()).to.deep.equal(expected);
    });
  });
}
