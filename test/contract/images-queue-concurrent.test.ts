import { expect } from 'chai';
import { LeaseLostError, type Claim, type ImageId, type User } from '@janus/core';
import { newImage, newUser, useStore } from './store.js';

const WORKERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const LEASE = 60_000;

const ids = (claims: readonly Claim[]) => claims.map(({ image }) => image.id);

describe('Workers at the same time', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const claim = async (worker: string, limit: number) => store.images.claim({ limit, leaseFor: LEASE, worker });
  const fill = async (count: number) => store.images.createMany(Array.from({ length: count }, () => newImage(ada)));

  /** Claims and completes images until nothing is pending. */
  async function work(worker: string, limit: number): Promise<ImageId[]> {
    const done: ImageId[] = [];
    do {
      for (const one of await claim(worker, limit)) done.push((await store.images.complete(one)).id);
    } while ((await store.images.count({ status: 'pending' }, { atMost: 1 })) > 0);
    return done;
  }

  it('each get other images when all ask at once', async () => {
    await fill(100);
    const claims = (await Promise.all(WORKERS.map(async (worker) => claim(worker, 10)))).flat();
    expect(new Set(ids(claims)).size).to.equal(claims.length);
    for (const { image, worker } of claims) {
      expect((await store.images.processing(image.id)).worker).to.equal(worker);
    }
  });

  it('each get an image when there is one for each', async () => {
    await fill(WORKERS.length);
    const claims: Claim[] = [];
    // Who passes over what another is just taking may find nothing, and asks again.
    await Promise.all(
      WORKERS.map(async (worker) => {
        for (let mine: readonly Claim[] = []; mine.length === 0; claims.push(...mine)) mine = await claim(worker, 1);
      }),
    );
    expect(new Set(ids(claims)).size).to.equal(WORKERS.length);
    expect(await claim('late', 1)).to.deep.equal([]);
  });

  it('complete each image once, however many they take at a time', async () => {
    await fill(300);
    const done = (await Promise.all(WORKERS.map(async (worker, index) => work(worker, 1 + 3 * index)))).flat();
    expect(new Set(done).size).to.equal(300);
    expect(done).to.have.length(300);
    expect(await store.images.count({ status: 'ready' })).to.equal(300);
  });

  it('do not keep others from uploading, tagging, changing and removing images', async () => {
    await fill(100);
    const uploads = Array.from({ length: 40 }, async (_, index) => {
      const image = await store.images.create(newImage(ada, { tags: ['cat', `cat ${index % 3}`] }));
      await store.images.tag(image.id, ['dog']);
      if (index % 4 === 0) await store.images.remove(image.id);
    });
    const bulk = [1, 2, 3].map(async () => fill(20));
    const done = (await Promise.all([...WORKERS.map(async (worker) => work(worker, 5)), ...uploads, ...bulk])).flatMap(
      (ended) => (Array.isArray(ended) ? ended : []),
    );
    // What was removed before anybody had claimed it stays pending in the trash; what was created last may be left.
    done.push(...(await work('last', 50)));
    expect(new Set(done).size).to.equal(done.length);
    expect(await store.images.count({ status: 'ready', trash: 'included' })).to.equal(done.length);
    expect(await store.images.count({})).to.equal(190);
    expect(await store.images.count({ status: 'ready' })).to.equal(190);
  });

  it('never both win, when one completes what another tries to give back, extend or take over', async () => {
    await fill(24);
    const claims = await claim('a', 24);
    const ends = await Promise.allSettled(
      claims.flatMap((one) => [
        store.images.complete(one),
        store.images.fail(one, { reason: 'changed its mind', retry: false }),
        store.images.extend(one, { leaseFor: LEASE }).then(() => null),
      ]),
    );
    const won = ends.flatMap((end) => (end.status === 'fulfilled' && end.value ? [end.value] : []));
    expect(won).to.have.length(24);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).to.be.instanceOf(LeaseLostError);
    for (const image of won) expect(await store.images.get(image.id)).to.deep.equal(image);
  });
});
