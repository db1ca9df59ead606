import { expect } from 'chai';
import type { Claim, User } from '@janus/core';
import { newImage, newUser, useStore } from '../contract/store.js';

describe('while a unit of work has claimed images and has not ended', () => {
  const store = useStore();
  let ada: User;
  let end: () => void;
  let held: readonly Claim[];
  let unit: Promise<void>;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    await store.images.createMany(Array.from({ length: 20 }, () => newImage(ada)));
    const ended = new Promise<void>((resolve) => (end = resolve));
    await new Promise<void>((begun) => {
      unit = store.unitOfWork.run(async () => {
        held = await claim(5);
        begun();
        await ended;
      });
    });
  });
  afterEach(async () => {
    end();
    await unit;
  });

  const claim = async (limit: number) => store.images.claim({ limit, leaseFor: 60_000, worker: 'a' });

  // Where writers take turns there is nothing to be passed over.
  if (process.env['JANUS_TEST_URL']?.startsWith('sqlite:')) return;

  // Whatever waited for the unit of work here would wait for ever.

  it('others claim the next ones', async () => {
    const others = await claim(100);
    expect(others).to.have.length(15);
    const all = new Set([...held, ...others].map(({ image }) => image.id));
    expect(all.size).to.equal(20);
    expect(await claim(100)).to.deep.equal([]);
  });

  it('others create images, older and younger ones, and claim them', async () => {
    await claim(100);
    await store.images.create(newImage(ada, { createdAt: new Date('2020-01-01T00:00:00.000Z'), tags: ['x'] }));
    await store.images.createMany([newImage(ada), newImage(ada)]);
    expect(await claim(100)).to.have.length(3);
  });

  it('others complete, change and remove images that were not claimed by it', async () => {
    const [one, two, three] = await claim(3);
    if (!one || !two || !three) throw new Error('too few were due');
    await store.images.complete(one);
    await store.images.fail(two, { reason: 'later' });
    await store.images.remove(three.image.id);
    expect(await store.images.count({ status: 'ready' })).to.equal(1);
  });

  it('nobody sees that they are claimed', async () => {
    expect(await store.images.count({ status: 'processing' })).to.equal(0);
    expect(await store.images.count({ status: 'pending' })).to.equal(20);
  });
});
