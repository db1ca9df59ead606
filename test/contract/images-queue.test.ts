import { expect } from 'chai';
import { IMAGE_STATUSES, InvalidError, type ClaimOptions, type Image, type NewImage, type User } from '@janus/core';
import { useClock } from './clock.js';
import { newImage, newUser, refusal, useStore } from './store.js';

const MINUTE = 60_000;

const ids = (found: readonly { readonly image: Image }[]) => found.map(({ image }) => image.id);

describe('The queue of images to be processed', () => {
  const store = useStore();
  const clock = useClock();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const create = async (fields: Partial<NewImage> = {}) => store.images.create(newImage(ada, fields));
  const claim = async (options: Partial<ClaimOptions> = {}) =>
    store.images.claim({ limit: 10, leaseFor: MINUTE, worker: 'a', ...options });

  it('hands out every new image, also one that nobody put into it', async () => {
    const one = await create();
    await store.images.createMany([newImage(ada), newImage(ada)]);
    await store.images.create(newImage(ada), { onDuplicate: 'restore' });
    expect(await claim()).to.have.length(4);
    expect((await store.images.get(one.id)).status).to.equal('processing');
  });

  it('hands out an image whole, as it is from then on', async () => {
    const image = await create({ title: 'Tom', tags: ['Cat', 'night'], metadata: { a: [1] }, bitDepth: 8 });
    clock.pass(5);
    const [claimed] = await claim({ worker: 'the second' });
    const now = clock.now();
    expect(claimed?.image).to.deep.equal({ ...image, status: 'processing', version: 2, updatedAt: now });
    expect(await store.images.get(image.id)).to.deep.equal(claimed?.image);
    const leaseUntil = new Date(now.getTime() + MINUTE);
    expect(claimed).to.include({ worker: 'the second', attempt: 1 });
    expect(claimed?.leaseUntil).to.deep.equal(leaseUntil);
    expect(await store.images.processing(image.id)).to.deep.equal({
      attempts: 1,
      worker: 'the second',
      dueAt: leaseUntil,
      failure: null,
    });
  });

  it('hands out the oldest first, and no more than are asked for', async () => {
    const ages = [3, 1, 4, 0, 2];
    const images = await Promise.all(
      ages.map((age) => create({ createdAt: new Date(clock.now().getTime() - age * 1_000) })),
    );
    const byAge = images.toSorted((a, b) => Number(a.createdAt) - Number(b.createdAt)).map(({ id }) => id);
    expect(ids(await claim({ limit: 2 }))).to.deep.equal(byAge.slice(0, 2));
    expect(ids(await claim({ limit: 2 }))).to.deep.equal(byAge.slice(2, 4));
    expect(ids(await claim({ limit: 2 }))).to.deep.equal(byAge.slice(4));
  });

  it('hands out at once what was created by a clock that is ahead', async () => {
    const { id } = await create({ createdAt: new Date(clock.now().getTime() + 9 * MINUTE) });
    expect(ids(await claim())).to.deep.equal([id]);
  });

  it('hands out nothing when nothing is pending', async () => {
    expect(await claim()).to.deep.equal([]);
    for (const status of IMAGE_STATUSES) if (status !== 'pending') await create({ status });
    expect(await claim()).to.deep.equal([]);
  });

  it('hands out an image to one worker', async () => {
    await create();
    expect(await claim({ worker: 'a' })).to.have.length(1);
    for (const worker of ['a', 'b']) expect(await claim({ worker })).to.deep.equal([]);
  });

  it('hands out an image again when its lease has lapsed, and not before', async () => {
    const { id } = await create();
    const [first] = await claim({ worker: 'a' });
    clock.pass(MINUTE - 1);
    expect(await claim({ worker: 'b' })).to.deep.equal([]);
    clock.pass(1);
    const [second] = await claim({ worker: 'b' });
    expect(second).to.include({ worker: 'b', attempt: 2 });
    expect(second?.lease).not.to.equal(first?.lease);
    expect(await store.images.get(id)).to.deep.equal(second?.image);
  });

  it('hands out an image whose lease has lapsed before one that was due later', async () => {
    const [old, young] = [await create(), await create()];
    await claim({ limit: 1 });
    await claim({ limit: 1, leaseFor: MINUTE / 2 });
    clock.pass(2 * MINUTE);
    const newest = await create();
    expect(ids(await claim())).to.deep.equal([young.id, old.id, newest.id]);
  });

  it('is as it was when the unit of work is taken back in which it handed something out', async () => {
    const image = await create();
    const gone = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        expect(await claim()).to.have.length(1);
        throw gone;
      }),
    );
    expect(error).to.equal(gone);
    expect(await store.images.get(image.id)).to.deep.equal(image);
    const [claimed] = await claim();
    expect(claimed).to.include({ attempt: 1 }).and.have.nested.property('image.id', image.id);
  });

  it('is asked within its bounds', async () => {
    const broken: readonly (readonly [Partial<Record<keyof ClaimOptions, unknown>>, field: string, rule: string])[] = [
      [{ limit: 0 }, 'limit', 'range'],
      [{ limit: 1_001 }, 'limit', 'range'],
      [{ limit: undefined }, 'limit', 'required'],
      [{ leaseFor: 999 }, 'leaseFor', 'range'],
      [{ leaseFor: 86_400_001 }, 'leaseFor', 'range'],
      [{ worker: '' }, 'worker', 'length'],
      [{ worker: 'w'.repeat(101) }, 'worker', 'length'],
      [{ worker: '\0' }, 'worker', 'characters'],
    ];
    const { id } = await create();
    for (const [options, field, rule] of broken) {
      const error = await refusal(claim(options as Partial<ClaimOptions>));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field, rule });
    }
    expect(ids(await claim({ limit: 1_000, leaseFor: 86_400_000, worker: '😀'.repeat(100) }))).to.deep.equal([id]);
  });
});
