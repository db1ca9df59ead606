import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ConflictError, InvalidError, TimeoutError, UnavailableError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('a unit of work that is asked to be of a kind', () => {
  const store = useStore();
  let ada: User;
  let image: Image;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada));
  });

  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action).toReversed();
  /** Calls outside of the unit of work that this is called in. */
  const beside = AsyncLocalStorage.snapshot() as <Result>(work: () => Promise<Result>) => Promise<Result>;
  const rename = (title: string) => store.images.update(image.id, { title }, image);

  for (const isolation of ['read committed', 'serializable'] as const) {
    it(`keeps what it did: ${isolation}`, async () => {
      await store.unitOfWork.run(() => log('done'), { isolation });
      expect(await actions()).to.deep.equal(['done']);
    });
  }

  it('loses no count of twenty that read and then write, when it is serializable', async () => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        store.unitOfWork.run(
          async () => {
            const { version } = await store.images.get(image.id);
            await store.images.update(image.id, { metadata: { count: version } }, { version });
          },
          { isolation: 'serializable' },
        ),
      ),
    );
    expect((await store.images.get(image.id)).version).to.equal(21);
  });

  it('reads as of one instant, when its reads are to be repeatable, or says that it cannot', async () => {
    try {
      const seen = await store.unitOfWork.run(
        async () => {
          const before = (await store.images.get(image.id)).title;
          await beside(() => rename('changed'));
          return [before, (await store.images.get(image.id)).title];
        },
        { isolation: 'repeatable read', readOnly: true },
      );
      expect(seen).to.deep.equal([null, null]);
    } catch (error) {
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'isolation', rule: 'supported' });
    }
  });

  it('refuses to write when it only reads, and reads on', async () => {
    const title = await store.unitOfWork.run(
      async () => {
        const error = await refusal(log('no'));
        expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'read only' });
        return (await store.images.get(image.id)).title;
      },
      { readOnly: true },
    );
    expect(title).to.equal(null);
    expect(await actions()).to.deep.equal([]);
  });

  it('refuses to reserve what it would write, when it only reads, also where there is nothing', async () => {
    await store.images.claim({ limit: 10, leaseFor: 60_000, worker: 'w' });
    const calls: readonly (() => Promise<unknown>)[] = [
      () => store.images.claim({ limit: 1, leaseFor: 1_000, worker: 'w' }),
      () => store.tags.merge('unknown', 'neither'),
    ];
    for (const call of calls) {
      const error = await refusal(store.unitOfWork.run(call, { readOnly: true }));
      expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'read only' });
    }
  });

  it('has a deadline as far away as it likes', async () => {
    await store.unitOfWork.run(
      async () => {
        await sleep(20);
        await log('in time');
      },
      { deadline: new Date(Date.now() + 40 * 86_400_000) },
    );
    expect(await actions()).to.deep.equal(['in time']);
  });

  it('lets others write while it only reads', async () => {
    await store.unitOfWork.run(
      async () => {
        await store.images.get(image.id);
        await beside(() => log('beside'));
      },
      { readOnly: true },
    );
    expect(await actions()).to.deep.equal(['beside']);
  });

  it('lets others read while it writes', async () => {
    const seen = await store.unitOfWork.run(async () => {
      await log('not kept yet');
      return beside(actions);
    });
    expect(seen).to.deep.equal([]);
    expect(await actions()).to.deep.equal(['not kept yet']);
  });

  it('refuses what it is asked for in vain: another isolation inside, and words that are none', async () => {
    await store.unitOfWork.run(async () => {
      const inner = store.unitOfWork.run(() => log('no'), { isolation: 'serializable' });
      expect(await refusal(inner))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'isolation', rule: 'nested' });
    });
    const chaos = store.unitOfWork.run(() => log('no'), { isolation: 'chaos' as never });
    expect(await refusal(chaos))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'isolation' });
    expect(await actions()).to.deep.equal([]);
  });

  it('is taken back at its deadline, also while it waits for something else', async () => {
    const started = Date.now();
    const error = await refusal(
      store.unitOfWork.run(
        async () => {
          await log('too late');
          await sleep(2000);
        },
        { deadline: new Date(Date.now() + 100) },
      ),
    );
    expect(error).to.be.instanceOf(TimeoutError).and.include({ code: 'deadline' });
    expect(Date.now() - started).to.be.below(1500);
    expect(await actions()).to.deep.equal([]);
  });

  it('that was done before its deadline is kept', async () => {
    await store.unitOfWork.run(() => log('in time'), { deadline: new Date(Date.now() + 60_000) });
    expect(await actions()).to.deep.equal(['in time']);
  });

  it('does nothing after a deadline that has passed already', async () => {
    const error = await refusal(store.unitOfWork.run(() => log('no'), { deadline: new Date(Date.now() - 1) }));
    expect(error).to.be.instanceOf(TimeoutError);
    expect(await actions()).to.deep.equal([]);
  });

  it('that was kept is told as kept, also when it was run again and its deadline passes in a hook', async () => {
    let runs = 0;
    const result = await store.unitOfWork.run(
      async () => {
        if ((runs += 1) === 1) throw new ConflictError('a test');
        await log('kept');
        await store.unitOfWork.afterCommit(() => sleep(600));
        return 'kept';
      },
      { deadline: new Date(Date.now() + 500) },
    );
    expect(result).to.equal('kept');
    expect(await actions()).to.deep.equal(['kept']);
  });

  it('is taken back whole when the deadline of one inside it has passed, though that is caught', async () => {
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('before');
        const inside = store.unitOfWork.run(() => sleep(2000), { deadline: new Date(Date.now() + 50) });
        expect(await refusal(inside)).to.be.instanceOf(TimeoutError);
        expect(await refusal(log('after'))).to.be.instanceOf(TimeoutError);
      }),
    );
    expect(error).to.be.instanceOf(TimeoutError).and.include({ code: 'deadline' });
    expect(await actions()).to.deep.equal([]);
  });

  it('is not run again when it has read what can be read once only', async () => {
    const entries = [{ action: 'from a generator' }].values();
    let runs = 0;
    const work = store.unitOfWork.run(async () => {
      if ((runs += 1) === 1) throw new ConflictError('before');
      await store.logs.appendMany(entries);
      throw new ConflictError('after');
    });
    expect(await refusal(work))
      .to.be.instanceOf(ConflictError)
      .and.include({ code: 'after' });
    expect(runs).to.equal(2);
    expect(await actions()).to.deep.equal([]);
  });
});
