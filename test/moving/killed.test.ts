import { isFull as full } from '../faults/extent.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { transfer } from '@janus/cli';
import { isDeepStrictEqual } from 'node:util';
import { readSchema } from '@janus/knex/tables';
import { expect } from 'chai';
import { janus } from './command.js';
import { pairs, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

const KILLS = full ? 50 : 2;
const IMAGES = 1_200;

const tested = [
  ['sqlite', 'postgres'],
  ['postgres', 'mysql'],
  ['mysql', 'mariadb'],
  ['mariadb', 'sqlite'],
].filter(([from, to]) => pairs.some((pair) => pair[0] === from && pair[1] === to));

const rowsOf = async ({ contents }: House) =>
  Object.values(await contents()).reduce((sum, rows) => sum + rows.length, 0);

describe('a transfer that is killed', function killed() {
  this.timeout(full ? 600_000 : 60_000);
  const house = useHouses();

  for (const [here = '', there = ''] of tested) {
    it(`ends identical when it is started again, and copies nothing twice, from ${here} to ${there}`, async () => {
      const [from, to] = [house(here), house(there)];
      await fillMany(from.store, IMAGES);
      const all = await rowsOf(from);
      const args = ['transfer', '--from', from.url, '--to', to.url];
      const started = performance.now();
      expect((await janus(args)).code).to.equal(0);
      const whole = performance.now() - started;
      const schema = await readSchema(to.database);

      let [killings, partial] = [0, 0];
      for (let kill = 0; kill < KILLS; kill += 1) {
        await to.empty();
        // Spread evenly, each somewhere in its part of the whole.
        const after = (whole * (kill + Math.random())) / KILLS;
        const { code } = await janus(args, (child) => void sleep(after).then(() => child.kill('SIGKILL')));
        if (code === null) killings += 1;
        const copied = await rowsOf(to);
        const isBare = !isDeepStrictEqual(await readSchema(to.database), schema);
        if (isBare || (copied > 0 && copied < all)) partial += 1;

        const { outcome, tables } = await transfer(from.url, to.url);
        expect(outcome, `killed after ${after} ms`).to.equal('identical');
        expect(await readSchema(to.database)).to.deep.equal(schema);
        const inserted = tables.reduce((sum, table) => sum + table.inserted, 0);
        const others = tables.reduce((sum, table) => sum + table.updated + table.deleted, 0);
        // A server may keep what it was sent before the client was killed when that was counted already.
        expect(copied + inserted, `killed after ${after} ms`).to.be.at.most(all);
        expect(others).to.equal(0);
      }
      if (!full) return;
      expect(killings, 'runs that were killed').to.be.greaterThan(KILLS / 2);
      // What PostgreSQL is given while the source is compared is there at once, or not at all.
      expect(partial, 'of these, what was half there').to.be.greaterThan(0);
    });
  }
});
