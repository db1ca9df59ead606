import { expect } from 'chai';
import * as fc from 'fast-check';
import { LeaseLostError, PROCESSING_ATTEMPTS, type Claim, type Image, type ImageId, type User } from '@janus/core';
import { useClock } from './clock.js';
import { EXTENSION, handOut, queued, steps, type Queued, type Step } from './queue-model.js';
import { newImage, newUser, useStore } from './store.js';

const MINUTE = 60_000;

type ImageStep = Extract<Step, { readonly image: number }>;

describe('The queue of images, whatever happens in whichever order,', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;
  let model: Queued[];
  let claims: Claim[];

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const now = () => clock.now().getTime();
  const read = async (image: Queued) => store.images.get(image.id as ImageId, { trash: 'included' });

  /** The model's image of a claim, if it is still held. */
  const holder = (claim: Claim) => model.find(({ id, lease }) => id === claim.image.id && lease === claim.lease);

  /** Does something with a claim, which is refused if the model says that it is not held. */
  async function withClaim<Result>(
    claim: Claim,
    work: () => Promise<Result>,
    then: (image: Queued, result: Result) => Promise<void> | void,
  ): Promise<void> {
    const held = holder(claim);
    try {
      const result = await work();
      if (!held) throw new Error('a claim was accepted that is not held');
      await then(held, result);
    } catch (error) {
      if (held || !(error instanceof LeaseLostError)) throw error;
    }
  }

  async function end(claim: Claim, step: 'complete' | 'extend' | 'fail' | 'give up'): Promise<void> {
    switch (step) {
      case 'complete':
        return withClaim(
          claim,
          () => store.images.complete(claim),
          (image) => void Object.assign(image, { status: 'ready', due: null, attempts: 0, lease: null }),
        );
      case 'extend':
        return withClaim(
          claim,
          () => store.images.extend(claim, { leaseFor: EXTENSION }),
          (image) => void (image.due = now() + EXTENSION),
        );
      default:
        return withClaim(
          claim,
          () => store.images.fail(claim, { reason: step, retry: step === 'fail' }),
          async (image) => {
            const over = step === 'give up' || image.attempts === PROCESSING_ATTEMPTS;
            const { dueAt } = await store.images.processing(image.id as ImageId);
            const longest = MINUTE * 4 ** (image.attempts - 1);
            if (!over) expect(Number(dueAt) - now()).to.be.within(longest / 2, longest);
            // Which of those instants it is, chance decides.
            const due = over ? null : Number(dueAt);
            Object.assign(image, { status: over ? 'failed' : 'pending', due, lease: null });
          },
        );
    }
  }

  async function change(image: Queued, step: ImageStep): Promise<void> {
    const id = image.id as ImageId;
    if (step.do === 'restore') {
      await store.images.restore(id);
      if (image.trashed !== null && image.status === 'pending') image.due = image.trashed;
      image.trashed = null;
    } else if (image.trashed !== null) {
      // Nothing else can be done with it.
    } else if (step.do === 'remove') {
      await store.images.remove(id);
      if (image.lease !== null) Object.assign(image, { status: 'pending', attempts: image.attempts - 1 });
      Object.assign(image, { trashed: now(), due: null, lease: null });
    } else if (step.do === 'title') {
      await store.images.update(id, { title: 'another' }, await read(image));
    } else if (step.do === 'set') {
      await store.images.update(id, { status: step.status }, await read(image));
      const due = step.status === 'pending' ? now() : null;
      Object.assign(image, { status: step.status, due, attempts: 0, lease: null });
    }
  }

  async function claimSome({ limit, leaseFor }: Extract<Step, { readonly do: 'claim' }>): Promise<void> {
    const expected = handOut(model, now(), limit);
    const found = await store.images.claim({ limit, leaseFor, worker: 'a' });
    expect(found.map(({ image }) => image.id)).to.deep.equal(expected.map(({ id }) => id));
    for (const [index, image] of expected.entries()) {
      const claim = found[index] as Claim;
      image.attempts += 1;
      Object.assign(image, { status: 'processing', due: now() + leaseFor, lease: claim.lease });
      expect(claim).to.include({ attempt: image.attempts, worker: 'a' });
      expect(claim.leaseUntil.getTime()).to.equal(image.due);
      expect(claim.image).to.deep.equal(await read(image));
    }
    claims.push(...found);
  }

  async function happen(step: Step): Promise<void> {
    if (step.do === 'wait') return clock.pass(step.for);
    if (step.do === 'claim') return claimSome(step);
    if (step.do === 'create') {
      const createdAt = new Date(now() - step.age);
      const { id }: Image = await store.images.create(newImage(ada, { createdAt }));
      model.push(queued(id, createdAt.getTime()));
      return;
    }
    if ('claim' in step) {
      const claim = claims[step.claim % Math.max(claims.length, 1)];
      return claim && end(claim, step.do);
    }
    const image = model[step.image % Math.max(model.length, 1)];
    return image && change(image, step);
  }

  it('hands out and takes back as a list of images would', async () => {
    await fc.assert(
      fc
        .asyncProperty(steps, async (list) => {
          for (const step of list) await happen(step);
          for (const image of model) {
            expect((await read(image)).status).to.equal(image.status);
            if (image.trashed !== null) continue;
            const { dueAt, attempts, worker } = await store.images.processing(image.id as ImageId);
            expect({ due: dueAt && dueAt.getTime(), attempts, claimed: worker !== null }).to.deep.equal({
              due: image.due,
              attempts: image.attempts,
              claimed: image.lease !== null,
            });
          }
        })
        .beforeEach(async () => {
          // What is left of the last run is out of the way.
          for await (const image of store.images.stream({ status: 'pending', trash: 'included' })) await away(image);
          for await (const image of store.images.stream({ status: 'processing', trash: 'included' })) await away(image);
          model = [];
          claims = [];
        }),
      { numRuns: 40, endOnFailure: true },
    );
  }).timeout(60_000);

  async function away(image: Image): Promise<void> {
    if (image.deletedAt) await store.images.restore(image.id);
    await store.images.update(image.id, { status: 'ready' }, await store.images.get(image.id));
  }
});
