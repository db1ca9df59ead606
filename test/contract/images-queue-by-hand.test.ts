import { expect } from 'chai';
import { IMAGE_STATUSES, LeaseLostError, newId, NotFoundError, type Claim, type Image, type User } from '@janus/core';
import { useClock } from './clock.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const MINUTE = 60_000;
const IDLE = { attempts: 0, worker: null, dueAt: null, failure: null };

describe('An image whose status is set by hand', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const due = async () => store.images.claim({ limit: 10, leaseFor: MINUTE, worker: 'a' });

  async function claimed(): Promise<Claim> {
    const { id } = await store.images.create(newImage(ada));
    const claim = (await due()).find(({ image }) => image.id === id);
    if (!claim) throw new Error('it was not due');
    return claim;
  }

  for (const status of IMAGE_STATUSES) {
    it(`to ${status} is taken from the worker that has claimed it`, async () => {
      const claim = await claimed();
      const set = await store.images.update(claim.image.id, { status }, claim.image);
      expect(await refusal(store.images.complete(claim))).to.be.instanceOf(LeaseLostError);
      expect(await store.images.get(set.id)).to.deep.equal(set);
      expect(await store.images.processing(set.id)).to.deep.equal({
        ...IDLE,
        dueAt: status === 'pending' ? clock.now() : null,
      });
    });
  }

  for (const before of IMAGE_STATUSES) {
    it(`from ${before} to pending is due at once, with all its attempts`, async () => {
      const image = await store.images.create(newImage(ada, { status: before }));
      clock.pass(5 * MINUTE);
      await store.images.update(image.id, { status: 'pending' }, image);
      const [claim, ...others] = await due();
      expect(claim).to.include({ attempt: 1 }).and.have.nested.property('image.id', image.id);
      expect(others).to.deep.equal([]);
    });
  }

  it('to pending after it failed for good has all its attempts, and no reason any more', async () => {
    const claim = await claimed();
    const failed = await store.images.fail(claim, { reason: 'no picture', retry: false });
    await store.images.update(failed.id, { status: 'pending' }, failed);
    expect(await store.images.processing(failed.id)).to.deep.equal({ ...IDLE, dueAt: clock.now() });
    expect(await due()).to.have.length(1);
  });

  for (const status of ['ready', 'failed', 'processing'] as const) {
    it(`from pending to ${status} is in the queue no more`, async () => {
      const image = await store.images.create(newImage(ada));
      await store.images.update(image.id, { status }, image);
      clock.pass(86_400_000);
      expect(await due()).to.deep.equal([]);
      expect(await store.images.processing(image.id)).to.deep.equal(IDLE);
    });
  }

  it('while it waits for its next attempt does not wait any longer', async () => {
    const given = await store.images.fail(await claimed(), { reason: 'later' });
    expect(await due()).to.deep.equal([]);
    await store.images.update(given.id, { status: 'pending' }, given);
    expect((await due()).map(({ attempt }) => attempt)).to.deep.equal([1]);
  });

  it('is another thing than one whose other fields are: that stays claimed', async () => {
    const claim = await claimed();
    const { version } = await store.images.update(claim.image.id, { title: 'theirs' }, claim.image);
    const { worker, attempts } = await store.images.processing(claim.image.id);
    expect({ worker, attempts }).to.deep.equal({ worker: 'a', attempts: 1 });
    expect(await store.images.complete(claim)).to.include({ title: 'theirs', version: version + 1 });
  });
});

describe('An image in the trash', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const due = async () => store.images.claim({ limit: 10, leaseFor: MINUTE, worker: 'a' });

  it('is not handed out; pending, it is as soon as it is taken out', async () => {
    const { id } = await store.images.create(newImage(ada));
    await store.images.remove(id);
    clock.pass(MINUTE);
    expect(await due()).to.deep.equal([]);
    await store.images.restore(id);
    expect((await due()).map(({ image }) => image.id)).to.deep.equal([id]);
  });

  it('is handed out as soon as an upload of the same file takes it out', async () => {
    for (const bulk of [true, false]) {
      const upload = newImage(ada);
      const { id } = await store.images.create(upload);
      await store.images.remove(id);
      if (bulk) await store.images.createMany([upload], { onDuplicate: 'restore' });
      else await store.images.create(upload, { onDuplicate: 'restore' });
      expect((await due()).map(({ image }) => image.id)).to.deep.equal([id]);
    }
  });

  for (const status of ['ready', 'failed', 'processing'] as const) {
    it(`is as it was when it is taken out and was ${status}`, async () => {
      const image = await store.images.create(newImage(ada, { status }));
      await store.images.remove(image.id);
      expect(await store.images.restore(image.id)).to.include({ status, version: 3 });
      expect(await due()).to.deep.equal([]);
    });
  }

  it('that failed has its reason still when it is taken out', async () => {
    await store.images.create(newImage(ada));
    const [claim] = await due();
    if (!claim) throw new Error('it was not due');
    await store.images.fail(claim, { reason: 'no picture', retry: false });
    await store.images.remove(claim.image.id);
    await store.images.restore(claim.image.id);
    expect(await store.images.processing(claim.image.id)).to.deep.equal({
      ...IDLE,
      attempts: 1,
      failure: 'no picture',
    });
  });

  it('that waited for its next attempt has had as many as before', async () => {
    await store.images.create(newImage(ada));
    const [claim] = await due();
    if (!claim) throw new Error('it was not due');
    await store.images.fail(claim, { reason: 'later' });
    await store.images.remove(claim.image.id);
    await store.images.restore(claim.image.id);
    expect((await due()).map(({ attempt }) => attempt)).to.deep.equal([2]);
  });
});

describe('What the queue knows of an image', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('is since when it is due', async () => {
    const createdAt = new Date(clock.now().getTime() - MINUTE);
    const image: Image = await store.images.create(newImage(ada, { createdAt }));
    expect(await store.images.processing(image.id)).to.deep.equal({ ...IDLE, dueAt: createdAt });
  });

  it('is nothing when it never was in it', async () => {
    for (const status of ['ready', 'failed', 'processing'] as const) {
      const { id } = await store.images.create(newImage(ada, { status }));
      expect(await store.images.processing(id)).to.deep.equal(IDLE);
    }
  });

  it('is asked of an image that is there', async () => {
    const error = await refusal(store.images.processing(newId<'image'>()));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });
});
