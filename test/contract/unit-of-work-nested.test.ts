import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import {
  DuplicateError,
  InvalidError,
  type JanusError,
  MissingReferenceError,
  newId,
  NotFoundError,
  StaleVersionError,
  StillReferencedError,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('a unit of work inside another', () => {
  const store = useStore();
  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action).toReversed();
  const failing = (...work: (() => Promise<unknown>)[]) =>
    store.unitOfWork.run(async () => {
      for (const each of work) await each();
      throw new Error('taken back');
    });

  it('is kept with the outer one', async () => {
    await store.unitOfWork.run(async () => {
      await log('before');
      expect(await store.unitOfWork.run(() => log('inside'))).to.include({ action: 'inside' });
      await log('after');
    });
    expect(await actions()).to.deep.equal(['before', 'inside', 'after']);
  });

  it('takes back itself alone when it throws and the error is caught', async () => {
    await store.unitOfWork.run(async () => {
      await log('before');
      expect((await refusal(failing(() => log('inside')))).message).to.equal('taken back');
      expect(await actions()).to.deep.equal(['before']);
      await log('after');
    });
    expect(await actions()).to.deep.equal(['before', 'after']);
  });

  it('is taken back with the outer one, though it returned', async () => {
    await refusal(
      failing(
        () => log('before'),
        () => store.unitOfWork.run(() => log('inside')),
      ),
    );
    expect(await actions()).to.deep.equal([]);
  });

  it('takes back the outer one when nobody catches its error, which is passed on as it is', async () => {
    const thrown = new Error('from the innermost');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('outer');
        await store.unitOfWork.run(async () => {
          await log('inner');
          await store.unitOfWork.run(() => Promise.reject(thrown));
        });
      }),
    );
    expect(error).to.equal(thrown);
    expect(await actions()).to.deep.equal([]);
  });

  it('may be inside one that is inside another, each taken back for itself', async () => {
    await store.unitOfWork.run(async () => {
      await log('1');
      await refusal(
        failing(
          () => log('2'),
          () => store.unitOfWork.run(() => log('3')),
        ),
      );
      await store.unitOfWork.run(async () => {
        await log('4');
        await refusal(failing(() => log('5')));
        await log('6');
      });
      await log('7');
    });
    expect(await actions()).to.deep.equal(['1', '4', '6', '7']);
  });

  it('sees what the outer one did, and shows it what it did', async () => {
    await store.unitOfWork.run(async () => {
      const user = await store.users.create(newUser());
      await store.unitOfWork.run(() => store.admins.grant(user.id, { level: 5 }));
      expect(await store.admins.levelOf(user.id)).to.equal(5);
    });
  });

  it('may be one of many at once, of which each that fails takes back itself alone', async () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    await store.unitOfWork.run(async () => {
      const results = await Promise.allSettled(
        numbers.map((number) =>
          store.unitOfWork.run(async () => {
            await log(`${number}`);
            await sleep(number % 4);
            await log(`${number}`);
            if (number % 2 === 1) throw new Error('odd');
          }),
        ),
      );
      expect(results.map(({ status }) => status === 'fulfilled')).to.deep.equal(numbers.map((n) => n % 2 === 0));
    });
    expect((await actions()).map(Number).toSorted((a, b) => a - b)).to.deep.equal(
      numbers.filter((number) => number % 2 === 0).flatMap((number) => [number, number]),
    );
  });

  it('that fails takes nothing with it of what is done beside it', async () => {
    await store.unitOfWork.run(async () => {
      const results = await Promise.allSettled([
        log('a'),
        failing(
          () => log('lost'),
          () => sleep(5),
          () => log('lost'),
        ),
        log('b'),
        store.unitOfWork.run(() => log('c')),
        log('d'),
      ]);
      expect(results.filter(({ status }) => status === 'rejected')).to.have.length(1);
    });
    expect(await actions()).to.have.members(['a', 'b', 'c', 'd']);
  });
});

describe('a unit of work in which an error was caught', () => {
  const store = useStore();
  let user: User;
  beforeEach(async () => {
    user = await store.users.create(newUser());
  });

  type Mistake = () => Promise<unknown>;
  const mistakes: Record<string, { mistake: Mistake; error: abstract new (...args: never) => JanusError }> = {
    'a duplicate': {
      mistake: () => store.users.create({ ...newUser(), email: user.email }),
      error: DuplicateError,
    },
    'a duplicate on update': {
      mistake: async () => {
        const other = await store.users.create(newUser());
        try {
          await store.users.update(other.id, { email: user.email });
        } finally {
          await store.users.remove(other.id);
        }
      },
      error: DuplicateError,
    },
    'a missing reference': {
      mistake: () => store.logs.append({ action: 'lost', userId: newId() }),
      error: MissingReferenceError,
    },
    'a user who still has images': {
      mistake: async () => {
        await store.images.create(newImage(user));
        await store.users.remove(user.id);
      },
      error: StillReferencedError,
    },
    'something that does not exist': { mistake: () => store.users.get(newId()), error: NotFoundError },
    'a stale version': {
      mistake: async () => {
        const image = await store.images.create(newImage(user));
        await store.images.update(image.id, { title: 'first' }, image);
        await store.images.update(image.id, { title: 'second' }, image);
      },
      error: StaleVersionError,
    },
    'invalid input': { mistake: () => store.logs.append({ action: '' }), error: InvalidError },
    'one of many entries': {
      mistake: () => store.logs.appendMany([{ action: 'lost' }, { action: 'lost', userId: newId() }]),
      error: MissingReferenceError,
    },
  };

  for (const [what, { mistake, error }] of Object.entries(mistakes)) {
    it(`can be used on, keeps what was before and what comes after: ${what}`, async () => {
      await store.unitOfWork.run(async () => {
        await store.logs.append({ action: 'before' });
        expect(await refusal(mistake())).to.be.instanceOf(error);
        expect(await refusal(mistake())).to.be.instanceOf(error);
        await store.logs.append({ action: 'after', userId: user.id });
        expect(await store.users.get(user.id)).to.deep.equal(user);
      });
      const { items } = await store.logs.list();
      expect(items.map((entry) => entry.action)).to.deep.equal(['after', 'before']);
    });

    it(`can be used on when that was inside another: ${what}`, async () => {
      await store.unitOfWork.run(async () => {
        await store.logs.append({ action: 'before' });
        expect(await refusal(store.unitOfWork.run(mistake))).to.be.instanceOf(error);
        await store.unitOfWork.run(() => store.logs.append({ action: 'after' }));
      });
      const { items } = await store.logs.list();
      expect(items.map((entry) => entry.action)).to.deep.equal(['after', 'before']);
      expect(await store.images.count()).to.equal(0);
    });
  }

  it('can be taken back all the same', async () => {
    const thrown = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await store.logs.append({ action: 'before' });
        await refusal(store.users.create({ ...newUser(), email: user.email }));
        await store.logs.append({ action: 'after' });
        throw thrown;
      }),
    );
    expect(error).to.equal(thrown);
    expect((await store.logs.list()).items).to.deep.equal([]);
  });

  it('can be used on when those were many at once, among others that went well', async () => {
    await store.unitOfWork.run(async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          store.users.create({ ...newUser(), ...(index % 2 === 0 && { email: user.email }) }),
        ),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(10);
    });
    expect((await store.users.list()).items).to.have.length(11);
  });
});
