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

  it('has the unit taken back, and is named, when it is under way at the end', async () => {
    const strays: Promise<unknown>[] = [];
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('waited for');
        strays.push(log('not waited for'), store.images.find(image.id));
      }),
    );
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'not awaited' });
    expect(error.message).to.contain('insert into logs').and.contain('await');
    await Promise.allSettled(strays);
    expect(await actions()).to.deep.equal([]);
  });

  it('has the unit taken back when it only reads, too', async () => {
    let stray: Promise<unknown> | undefined;
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('waited for');
        stray = store.images.find(image.id);
      }),
    );
    expect(error.message).to.contain('images.find');
    await stray;
    expect(await actions()).to.deep.equal([]);
  });

  it('has the unit taken back that has a deadline, too', async () => {
    let stray: Promise<unknown> | undefined;
    const error = await refusal(
      store.unitOfWork.run(async () => void (stray = log('not waited for')), {
        deadline: new Date(Date.now() + 60_000),
      }),
    );
    expect(error).to.include({ code: 'not awaited' });
    await Promise.allSettled([stray]);
    expect(await actions()).to.deep.equal([]);
  });

  it('is not begun when it is a unit of work, and comes after the end', async () => {
    let begun = 0;
    const { promise: ended, resolve: end } = withResolvers();
    let late: Promise<Error> | undefined;
    await store.unitOfWork.run(async () => {
      await log('waited for');
      late = ended.then(() => refusal(store.unitOfWork.run(async () => void (begun += 1))));
    });
    end();
    expect(await late)
      .to.be.instanceOf(UnavailableError)
      .and.include({ code: 'unit of work ended' });
    expect(begun).to.equal(0);
  });

  it('is no fault when it was done before the end', async () => {
    await store.unitOfWork.run(async () => {
      void log('not waited for');
      await sleep(50);
    });
    expect(await actions()).to.deep.equal(['not waited for']);
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

  it('has the unit taken back when it is a unit of work of its own', async () => {
    let stray: Promise<unknown> | undefined;
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('before');
        stray = store.unitOfWork.run(async () => {
          await log('inside');
          await sleep(5);
          await log('inside, later');
        });
      }),
    );
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'not awaited' });
    expect(error.message).to.contain('a unit of work inside it');
    await stray;
    expect(await actions()).to.deep.equal([]);
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
