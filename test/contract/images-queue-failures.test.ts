import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError, PROCESSING_ATTEMPTS, type Claim, type Image, type User } from '@janus/core';
import { useClock } from './clock.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const MINUTE = 60_000;

describe('An image whose processing fails', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;
  let image: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada));
  });

  const due = async () => store.images.claim({ limit: 10, leaseFor: MINUTE, worker: 'a' });

  async function claimed(): Promise<Claim> {
    const [claim] = await due();
    if (!claim) throw new Error('nothing was due');
    return claim;
  }

  /** Lets time pass until an image that was given back is due again, and returns how long that took. */
  async function untilDue(): Promise<number> {
    const { dueAt } = await store.images.processing(image.id);
    if (!dueAt) throw new Error('it is not in the queue');
    const delay = dueAt.getTime() - clock.now().getTime();
    clock.pass(delay - 1);
    expect(await due()).to.deep.equal([]);
    clock.pass(1);
    return delay;
  }

  it('is pending again, with the reason, and nobody has it', async () => {
    const claim = await claimed();
    clock.pass(1_000);
    const given = await store.images.fail(claim, { reason: 'no memory' });
    const now = clock.now();
    expect(given).to.deep.equal({ ...claim.image, status: 'pending', version: 3, updatedAt: now });
    expect(await store.images.get(image.id)).to.deep.equal(given);
    const { dueAt, ...rest } = await store.images.processing(image.id);
    expect(rest).to.deep.equal({ attempts: 1, worker: null, failure: 'no memory' });
    expect(dueAt).to.be.greaterThan(now);
  });

  it('is handed out again after a while, each time a longer one, and failed after the fifth attempt', async () => {
    for (const minutes of [1, 4, 16, 64]) {
      await store.images.fail(await claimed(), { reason: `after ${minutes}` });
      expect(await untilDue()).to.be.within((minutes * MINUTE) / 2, minutes * MINUTE);
    }
    const last = await claimed();
    expect(last.attempt).to.equal(PROCESSING_ATTEMPTS).and.to.equal(5);
    expect((await store.images.fail(last, { reason: 'the last' })).status).to.equal('failed');
    expect((await store.images.get(image.id)).status).to.equal('failed');
    const end = { attempts: 5, worker: null, dueAt: null, failure: 'the last' };
    expect(await store.images.processing(image.id)).to.deep.equal(end);
    clock.pass(86_400_000);
    expect(await due()).to.deep.equal([]);
  });

  it('does not come back at one moment with the others that failed with it', async () => {
    await store.images.createMany(Array.from({ length: 9 }, () => newImage(ada)));
    const delays = new Set<number>();
    for (const claim of await due()) {
      const { id } = await store.images.fail(claim, { reason: 'all at once' });
      delays.add(Number((await store.images.processing(id)).dueAt));
    }
    expect(delays.size).to.be.greaterThan(1);
  });

  it('is failed at once when there is to be no other attempt', async () => {
    const failed = await store.images.fail(await claimed(), { reason: 'no picture', retry: false });
    expect(failed.status).to.equal('failed');
    const end = { attempts: 1, worker: null, dueAt: null, failure: 'no picture' };
    expect(await store.images.processing(image.id)).to.deep.equal(end);
    clock.pass(86_400_000);
    expect(await due()).to.deep.equal([]);
  });

  it('is failed when the lease of its last attempt lapses: its workers may have died of it', async () => {
    for (let attempt = 1; attempt <= PROCESSING_ATTEMPTS; attempt += 1) {
      expect(await claimed()).to.include({ attempt });
      clock.pass(MINUTE);
    }
    const next = await store.images.create(newImage(ada));
    const claims = await due();
    expect(claims.map((claim) => claim.image.id)).to.deep.equal([next.id]);
    expect((await store.images.get(image.id)).status).to.equal('failed');
    const { failure, ...end } = await store.images.processing(image.id);
    expect(end).to.deep.equal({ attempts: 5, worker: null, dueAt: null });
    expect(failure).to.match(/lease .* lapsed/);
  });

  it('does not keep others from being handed out, however many are failed on the way', async () => {
    await store.images.createMany(Array.from({ length: 9 }, () => newImage(ada)));
    for (let attempt = 1; attempt <= PROCESSING_ATTEMPTS; attempt += 1) {
      expect(await due()).to.have.length(10);
      clock.pass(MINUTE);
    }
    const next = await store.images.create(newImage(ada));
    const [claim] = await store.images.claim({ limit: 3, leaseFor: MINUTE, worker: 'a' });
    expect(claim?.image.id).to.equal(next.id);
    expect(await store.images.count({ status: 'failed' })).to.equal(10);
  });

  it('may be completed by whoever had its last attempt, where nobody has asked since', async () => {
    for (let attempt = 1; attempt < PROCESSING_ATTEMPTS; attempt += 1) {
      await claimed();
      clock.pass(MINUTE);
    }
    const last = await claimed();
    clock.pass(9 * MINUTE);
    expect((await store.images.complete(last)).status).to.equal('ready');
  });

  it('has forgotten the reason once it is completed', async () => {
    await store.images.fail(await claimed(), { reason: 'first' });
    await untilDue();
    await store.images.complete(await claimed());
    expect((await store.images.processing(image.id)).failure).to.equal(null);
  });

  it('keeps of any reason what can be stored, at most its first thousand characters', async () => {
    const unit = fc.oneof(fc.constantFrom('\0', '\ud800', '\udc00', '', 'x', '😀'), fc.string({ unit: 'binary' }));
    const reasons = fc.array(unit, { maxLength: 50 }).map((parts) => parts.join(''));
    const long = fc.constantFrom(
      'x'.repeat(5_000),
      '😀'.repeat(1_500),
      `x${'😀'.repeat(1_500)}`,
      '\ud83d'.repeat(2_001),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(reasons, long), async (reason) => {
        const { id } = await store.images.create(newImage(ada));
        const claim = (await due()).find((one) => one.image.id === id);
        if (!claim) throw new Error('it was not due');
        await store.images.fail(claim, { reason, retry: false });
        const kept = Array.from(reason.toWellFormed().replaceAll('\0', '\ufffd')).slice(0, 1_000).join('');
        expect((await store.images.processing(id)).failure).to.equal(kept);
      }),
      { numRuns: 30 },
    );
  });

  it('needs a reason', async () => {
    const claim = await claimed();
    for (const [failure, rule] of [
      [{}, 'required'],
      [{ reason: 5 }, 'type'],
    ] as const) {
      const error = await refusal(store.images.fail(claim, failure as unknown as { reason: string }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'failure.reason', rule });
    }
    expect(await store.images.get(image.id)).to.deep.equal(claim.image);
  });
});
