import { setTimeout as sleep } from 'node:timers/promises';
import { transfer } from '@janus/cli';
import type { Image } from '@janus/core';
import { expect } from 'chai';
import { newImage, newUser } from '../contract/store.js';
import { pairs, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

const tested = [
  ['sqlite', 'postgres'],
  ['postgres', 'mariadb'],
  ['mysql', 'sqlite'],
  ['mariadb', 'mysql'],
].filter(([from, to]) => pairs.some((pair) => pair[0] === from && pair[1] === to));

/** Goes on with all that a service does, until it is told to stop. */
async function serve({ store }: House, stop: AbortSignal): Promise<number> {
  let calls = 0;
  let last: Image | undefined;
  while (!stop.aborted) {
    const user = await store.users.create(newUser());
    const image = await store.images.create(newImage(user, { tags: ['cat', `tag ${calls % 7}`], title: 'new here' }));
    await store.logs.append({ action: 'image.uploaded', userId: user.id, imageId: image.id });
    await store.analytics.record({ topic: 'views', imageId: image.id, data: calls });
    await store.images.recordAnalysis(image.id, 'objects', calls);
    if (last) {
      await store.images.update(last.id, { title: null }, last);
      await store.images.untag(last.id, ['cat']);
      if (calls % 3 === 0) await store.images.remove(last.id);
      if (calls % 9 === 0) await store.images.purge({ before: new Date() });
      if (calls % 5 === 0) await store.users.update(last.ownerId, { email: newUser().email });
    }
    last = image;
    calls += 1;
    // As often as a busy service: without a rest, SQLite would leave the transfer no turn.
    await sleep(10);
  }
  return calls;
}

describe('a source that is written to meanwhile', function meanwhile() {
  this.timeout(120_000);
  const house = useHouses();

  for (const [here = '', there = ''] of tested) {
    it(`is caught up with, and is identical when it rests: ${here} to ${there}`, async () => {
      const [from, to] = [house(here), house(there)];
      await fillMany(from.store, 500);
      const rest = new AbortController();
      const serving = serve(from, rest.signal);
      try {
        // In what it left behind, each run may find differences again; none may fail.
        for (let run = 0; run < 4; run += 1) {
          const { outcome } = await transfer(from.url, to.url);
          expect(outcome).to.be.oneOf(['identical', 'different']);
        }
      } finally {
        rest.abort();
      }
      expect(await serving).to.be.greaterThan(4);
      const { outcome } = await transfer(from.url, to.url);
      expect(outcome).to.equal('identical');
      expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('identical');
      expect((await to.store.images.list({ limit: 50 })).items).to.deep.equal(
        (await from.store.images.list({ limit: 50 })).items,
      );
    });
  }
});
