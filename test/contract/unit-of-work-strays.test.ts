import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { UnavailableError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** A promise, and what fulfils it. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let fulfil: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => (fulfil = resolve));
  return { promise, resolve: () => fulfil?.() };
}

describe('What nobody waits for in a unit of work', () => {
  const store = useStore();
  let ada: User;
  let image: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada));
  });

  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action).toReversed();

  it('is kept with it, when it was called before the end', async () => {
    let stray: Promise<unknown> | undefined;
    await store.unitOfWork.run(() => {
      stray = log('not waited for');
      return Promise.resolve();
    });
    expect(await actions()).to.deep.equal(['not waited for']);
    await stray;
  });

  it('is kept with it, however many those are, in the order they were called in', async () => {
    const strays: Promise<unknown>[] = [];
    await store.unitOfWork.run(async () => {
      await log('waited for');
      for (let count = 1; count <= 10; count += 1) strays.push(log(`${count}`));
    });
    const numbers = Array.from({ length: 10 }, (_, index) => `${index + 1}`);
    expect(await actions()).to.deep.equal(['waited for', ...numbers]);
    await Promise.all(strays);
  });

  it('is not kept when it comes after a failure that ends the unit', async () => {
    let rest: Promise<unknown> | undefined;
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('first');
        rest = (async () => {
          for (let count = 1; count <= 5; count += 1) await log(`later ${count}`);
        })();
        await Promise.all([store.users.create({ ...newUser(), email: ada.email }), rest]);
      }),
    );
    expect(error.name).to.equal('DuplicateError');
    await Promise.allSettled([rest]);
    expect(await actions()).to.deep.equal([]);
  });

  it('of the unit around waits for a unit inside, and is kept when that is taken back', async () => {
    const inside = withResolvers();
    await store.unitOfWork.run(async () => {
      await log('first');
      const around = AsyncLocalStorage.snapshot() as (work: () => Promise<unknown>) => Promise<unknown>;
      let outer: Promise<unknown> | undefined;
      const inner = store.unitOfWork.run(async () => {
        const one = log('inside');
        outer = around(async () => log('around'));
        await one;
        await inside.promise;
        throw new Error('taken back');
      });
      inside.resolve();
      await refusal(inner);
      await outer;
    });
    expect(await actions()).to.deep.equal(['first', 'around']);
  });

  it('is taken back with it, when it throws', async () => {
    const strays: Promise<unknown>[] = [];
    const error = await refusal(
      store.unitOfWork.run(() => {
        strays.push(log('a'), store.users.create(newUser()));
        throw new Error('taken back');
      }),
    );
    expect(error.message).to.equal('taken back');
    await Promise.allSettled(strays);
    expect(await actions()).to.deep.equal([]);
    expect((await store.users.list()).items).to.deep.equal([ada]);
  });

  it('is kept whole with it, when it is a unit of work of its own', async () => {
    let stray: Promise<unknown> | undefined;
    await store.unitOfWork.run(async () => {
      await log('before');
      stray = store.unitOfWork.run(async () => {
        await log('inside');
        await sleep(5);
        await log('inside, later');
      });
    });
    expect(await actions()).to.deep.equal(['before', 'inside', 'inside, later']);
    await stray;
  });

  const late: Readonly<Record<string, () => Promise<unknown>>> = {
    'a call that writes': () => log('late'),
    'a call that reads': () => store.images.find(image.id),
    'a list with a filter': () => store.images.list({ where: { text: 'img', ownerId: ada.id } }),
    'a call that writes in several steps': () => store.images.tag(image.id, ['late']),
    'a change of a title': () => store.images.update(image.id, { title: 'late' }, image),
    'a creation with tags': () => store.images.create(newImage(ada, { tags: ['late'] })),
    'a creation of many': () => store.images.createMany([newImage(ada), newImage(ada)]),
    'a unit of work': () => store.unitOfWork.run(() => log('late')),
  };

  for (const [what, call] of Object.entries(late)) {
    for (const [how, end] of [
      ['was kept', undefined],
      ['was taken back', new Error('taken back')],
    ] as const) {
      it(`is refused when it is called after a unit of work ${how}: ${what}`, async () => {
        const { promise: after, resolve: ended } = withResolvers();
        let stray: Promise<Error> | undefined;
        const work = store.unitOfWork.run(async () => {
          await log('inside');
          stray = after.then(() => refusal(call()));
          stray.catch(() => undefined);
          if (end) throw end;
        });
        if (end) expect(await refusal(work)).to.equal(end);
        else await work;
        ended();
        expect(await stray)
          .to.be.instanceOf(UnavailableError)
          .and.include({ code: 'unit of work ended' });
        expect(await actions()).to.deep.equal(end ? [] : ['inside']);
        expect(await store.images.list()).to.deep.equal({ items: [image], next: null });
        expect((await store.tags.list()).items).to.deep.equal([]);
      });
    }
  }

  it('is refused when it is called in a timer that rings after the end', async () => {
    let stray: Promise<Error> | undefined;
    await store.unitOfWork.run(async () => {
      await log('inside');
      stray = new Promise((resolve) => {
        setTimeout(() => resolve(refusal(log('late'))), 30);
      });
    });
    expect(await stray)
      .to.be.instanceOf(UnavailableError)
      .and.include({ code: 'unit of work ended' });
    expect(await actions()).to.deep.equal(['inside']);
  });

  it('is refused after the end of a unit that ran nothing', async () => {
    let stray: Promise<Error> | undefined;
    await store.unitOfWork.run(() => {
      stray = sleep(20).then(() => refusal(log('late')));
      return Promise.resolve();
    });
    expect(await stray)
      .to.be.instanceOf(UnavailableError)
      .and.include({ code: 'unit of work ended' });
    expect(await actions()).to.deep.equal([]);
  });

  it('is refused after the end of the inner unit it was called in, while the outer one goes on', async () => {
    await store.unitOfWork.run(async () => {
      let stray: Promise<Error> | undefined;
      await store.unitOfWork.run(async () => {
        await log('inside');
        stray = sleep(20).then(() => refusal(log('late')));
      });
      await log('outside');
      expect(await stray)
        .to.be.instanceOf(UnavailableError)
        .and.include({ code: 'unit of work ended' });
      await log('at last');
    });
    expect(await actions()).to.deep.equal(['inside', 'outside', 'at last']);
  });
});
