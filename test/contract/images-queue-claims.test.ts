import { expect } from 'chai';
import {
  InvalidError,
  LeaseLostError,
  newId,
  NotFoundError,
  type Claim,
  type Image,
  type ProcessingChanges,
  type User,
} from '@janus/core';
import { useClock } from './clock.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const MINUTE = 60_000;

describe('A claimed image', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;
  let image: Image;
  let claim: Claim;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    await store.images.create(newImage(ada, { title: 'Tom on the roof', tags: ['x'] }));
    claim = await claimed('a');
    ({ image } = claim);
    clock.pass(1_000);
  });

  async function claimed(worker: string): Promise<Claim> {
    const [one] = await store.images.claim({ limit: 1, leaseFor: MINUTE, worker });
    if (!one) throw new Error('nothing was due');
    return one;
  }

  /** The image, if it is in the queue no more, and was changed in nothing but this. */
  async function expectNow(given: Image, fields: Partial<Image>): Promise<void> {
    const now = { ...image, ...fields, version: image.version + 1, updatedAt: clock.now() };
    expect(given).to.deep.equal(now);
    expect(await store.images.get(image.id)).to.deep.equal(now);
    const idle = { attempts: 0, worker: null, dueAt: null, failure: null };
    expect(await store.images.processing(image.id)).to.deep.equal(idle);
    clock.pass(86_400_000);
    expect(await store.images.claim({ limit: 1, leaseFor: MINUTE, worker: 'b' })).to.deep.equal([]);
  }

  /** Tries all that can be done with a claim, and sees that nothing happens. */
  async function expectLost(lost: Claim): Promise<void> {
    const read = async () => store.images.find(image.id, { trash: 'included' });
    const before = await read();
    for (const attempt of [
      () => store.images.complete(lost),
      () => store.images.complete(lost, { changes: { title: 'found', width: 1 } }),
      () => store.images.fail(lost, { reason: 'broken' }),
      () => store.images.fail(lost, { reason: 'broken', retry: false }),
      () => store.images.extend(lost, { leaseFor: MINUTE }),
    ]) {
      expect(await refusal(attempt())).to.be.instanceOf(LeaseLostError);
    }
    expect(await read()).to.deep.equal(before);
    expect((await store.images.list({ where: { text: 'found' } })).items).to.deep.equal([]);
  }

  it('is ready when it is completed, and in the queue no more', async () => {
    await expectNow(await store.images.complete(claim), { status: 'ready' });
  });

  it('is completed with what was found out about it', async () => {
    const changes: ProcessingChanges = {
      title: 'a cat, sleeping',
      width: 12,
      height: 34,
      perceptualHash: '0123456789abcdef',
      captured: { at: new Date('2024-02-29T12:00:00.001Z'), offset: null },
      location: { latitude: 1.5, longitude: -2.5 },
      metadata: { found: true },
      bitDepth: undefined,
    };
    const { bitDepth: _, ...given } = changes;
    await expectNow(await store.images.complete(claim, { changes }), { ...given, status: 'ready' });
    const titled = async (text: string) => (await store.images.list({ where: { text } })).items.map(({ id }) => id);
    expect(await titled('sleeping')).to.deep.equal([image.id]);
    expect(await titled('roof')).to.deep.equal([]);
  });

  it('is completed with what others changed meanwhile', async () => {
    const { version } = await store.images.update(image.id, { title: 'theirs' }, image);
    await store.images.tag(image.id, ['y']);
    const done = await store.images.complete(claim, { changes: { width: 7 } });
    expect(done).to.include({ title: 'theirs', width: 7, version: version + 1 });
    expect(done.tags).to.deep.equal(['x', 'y']);
  });

  it('is completed once', async () => {
    await store.images.complete(claim);
    await expectLost(claim);
  });

  it('is completed by one of twenty that race with one claim', async () => {
    const ends = await Promise.allSettled(Array.from({ length: 20 }, () => store.images.complete(claim)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).to.be.instanceOf(LeaseLostError);
    expect(await store.images.get(image.id)).to.include({ status: 'ready', version: image.version + 1 });
  });

  it('is completed after its lease has lapsed, where nobody else has claimed it', async () => {
    clock.pass(2 * MINUTE);
    await expectNow(await store.images.complete(claim), { status: 'ready' });
  });

  it('is lost when its lease has lapsed and another has claimed it, who completes it', async () => {
    clock.pass(MINUTE);
    const other = await claimed('b');
    await expectLost(claim);
    await store.images.complete(other);
    await expectLost(claim);
    expect((await store.images.get(image.id)).status).to.equal('ready');
  });

  it('is lost to a worker that has claimed it again, under the claim that it had before', async () => {
    clock.pass(MINUTE);
    const again = await claimed('a');
    await expectLost(claim);
    expect((await store.images.complete(again)).status).to.equal('ready');
  });

  it('stays claimed for as long as its lease is extended', async () => {
    for (let round = 0; round < 3; round += 1) {
      clock.pass(MINUTE - 1_000);
      const leaseUntil = new Date(clock.now().getTime() + 2 * MINUTE);
      claim = await store.images.extend(claim, { leaseFor: 2 * MINUTE });
      expect(claim.leaseUntil).to.deep.equal(leaseUntil);
      expect((await store.images.processing(image.id)).dueAt).to.deep.equal(leaseUntil);
      clock.pass(2 * MINUTE - 1);
      expect(await store.images.claim({ limit: 1, leaseFor: MINUTE, worker: 'b' })).to.deep.equal([]);
    }
    expect(await store.images.get(image.id)).to.deep.equal(image);
    expect((await store.images.complete(claim)).version).to.equal(image.version + 1);
  });

  it('is completed together with what is written in the same unit of work, or nothing of it is kept', async () => {
    const work = async (worker: string, held: Claim) =>
      store.unitOfWork.run(async () => {
        await store.images.recordAnalysis(image.id, 'faces', worker);
        await store.logs.append({ action: 'image.processed', imageId: image.id, metadata: { worker } });
        return store.images.complete(held, { changes: { title: worker } });
      });
    clock.pass(MINUTE);
    const other = await claimed('b');
    expect(await refusal(work('a', claim))).to.be.instanceOf(LeaseLostError);
    expect(await store.images.analyses(image.id)).to.deep.equal([]);
    expect(await store.logs.recent()).to.deep.equal([]);
    await work('b', other);
    expect((await store.images.analyses(image.id)).map(({ result }) => result)).to.deep.equal(['b']);
    expect((await store.logs.recent()).map(({ metadata }) => metadata)).to.deep.equal([{ worker: 'b' }]);
  });

  it('is still claimed when the unit of work is taken back in which it was completed', async () => {
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await store.images.complete(claim, { changes: { title: 'not kept' } });
        throw new Error('taken back');
      }),
    );
    expect(error.message).to.equal('taken back');
    expect(await store.images.get(image.id)).to.deep.equal(image);
    expect((await store.images.complete(claim)).status).to.equal('ready');
  });

  it('is lost when it is put into the trash, where it is pending', async () => {
    await store.images.remove(image.id);
    await expectLost(claim);
    expect(await store.images.get(image.id, { trash: 'included' })).to.include({ status: 'pending', version: 3 });
    expect(await refusal(store.images.processing(image.id))).to.be.instanceOf(NotFoundError);
    await store.images.restore(image.id);
    await expectLost(claim);
  });

  it('is not handed out in the trash, and is when it was taken out again, as if it had not been claimed', async () => {
    await store.images.remove(image.id);
    clock.pass(MINUTE);
    expect(await store.images.claim({ limit: 1, leaseFor: MINUTE, worker: 'b' })).to.deep.equal([]);
    await store.images.restore(image.id);
    expect(await claimed('b')).to.include({ attempt: 1 });
  });

  it('is lost when it was purged', async () => {
    await store.images.remove(image.id);
    clock.pass(1);
    expect(await store.images.purge({ before: clock.now() })).to.equal(1);
    await expectLost(claim);
  });

  it('has a claim that holds for it alone', async () => {
    const other = await store.images.create(newImage(ada));
    await expectLost({ ...claim, image: other });
    await expectLost({ ...claim, lease: newId<'lease'>() });
    const [second] = await store.images.claim({ limit: 1, leaseFor: MINUTE, worker: 'a' });
    if (!second) throw new Error('nothing was due');
    await expectLost({ ...second, image });
  });

  it('is completed with nothing that breaks a rule, and its status is no such thing', async () => {
    const broken: readonly (readonly [unknown, field: string, rule: string])[] = [
      [{ width: 0 }, 'changes.width', 'range'],
      [{ status: 'failed' }, 'changes', 'unknown'],
      [{ sha256: '0'.repeat(64) }, 'changes', 'unknown'],
    ];
    for (const [changes, field, rule] of broken) {
      const error = await refusal(store.images.complete(claim, { changes: changes as ProcessingChanges }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field, rule });
    }
    const short = await refusal(store.images.extend(claim, { leaseFor: 999 }));
    expect(short).to.be.instanceOf(InvalidError).and.include({ field: 'leaseFor', rule: 'range' });
    const forged = await refusal(store.images.complete({ ...claim, lease: 'mine' as Claim['lease'] }));
    expect(forged).to.be.instanceOf(InvalidError).and.include({ field: 'claim.lease', rule: 'format' });
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });
});
