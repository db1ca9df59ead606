import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { LogEntry, User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('a unit of work', () => {
  const store = useStore();
  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action).toReversed();

  /** Runs work that throws in the end, and sees that what comes out is what was thrown. */
  const takenBack = async (work: () => Promise<unknown>) => {
    const thrown = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await work();
        throw thrown;
      }),
    );
    expect(error).to.equal(thrown);
  };

  describe('that returns', () => {
    it('keeps all that was done in it', async () => {
      await store.unitOfWork.run(async () => {
        await log('a');
        await log('b');
      });
      expect(await actions()).to.deep.equal(['a', 'b']);
    });

    it('gives back what its work gives back', async () => {
      const value = { of: 'the work' };
      expect(await store.unitOfWork.run(() => Promise.resolve(value))).to.equal(value);
      expect(await store.unitOfWork.run(() => Promise.resolve(undefined))).to.equal(undefined);
      expect(await store.unitOfWork.run(() => Promise.resolve(null))).to.equal(null);
    });

    it('may have done nothing, or only looked', async () => {
      await store.unitOfWork.run(async () => undefined);
      expect(await store.unitOfWork.run(() => store.users.list())).to.deep.equal({ items: [], next: null });
    });

    it('sees in it what it has done so far', async () => {
      await store.unitOfWork.run(async () => {
        const user = await store.users.create(newUser());
        expect(await store.users.get(user.id)).to.deep.equal(user);
        const image = await store.images.create(newImage(user, { tags: ['cat'] }));
        expect((await store.images.list({ where: { tags: { all: ['cat'] } } })).items).to.deep.equal([image]);
        await store.users.update(user.id, { username: 'countess' });
        expect(await store.users.findByUsername('countess')).to.include({ id: user.id });
      });
    });
  });

  describe('that throws', () => {
    it('keeps nothing of any repository', async () => {
      const kept = await store.users.create(newUser());
      const image = await store.images.create(newImage(kept, { tags: ['cat'] }));
      const entry = await log('kept');
      await takenBack(async () => {
        const user = await store.users.create(newUser());
        await store.admins.grant(user.id, { level: 1 });
        await store.admins.grant(kept.id, { level: 1 });
        await store.images.create(newImage(user, { tags: ['night'] }));
        await store.images.remove(image.id);
        await store.tags.rename('cat', 'feline');
        await store.logs.prune({ before: new Date(Date.now() + 60_000) });
        await store.analytics.record({ topic: 'faces', data: 1, imageId: image.id });
      });
      expect((await store.users.list()).items).to.deep.equal([kept]);
      expect((await store.admins.list()).items).to.deep.equal([]);
      expect((await store.images.list()).items).to.deep.equal([image]);
      expect((await store.tags.list()).items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
        { name: 'cat', images: 1 },
      ]);
      expect((await store.logs.list()).items).to.deep.equal([entry]);
      expect((await store.analytics.list()).items).to.deep.equal([]);
    });

    it('passes on the very error, also when its work throws before it promises anything', async () => {
      const thrown = new RangeError('at once');
      const error = await refusal(
        store.unitOfWork.run((): Promise<void> => {
          throw thrown;
        }),
      );
      expect(error).to.equal(thrown);
      expect(Object.keys(error)).to.deep.equal([]);
    });

    for (const [what, thrown] of Object.entries({
      undefined,
      null: null,
      'a text': 'text',
      'a number': 42,
      'an object': { code: '23505' },
      'a frozen error': Object.freeze(new Error('frozen')),
    })) {
      it(`passes on what is thrown, whatever it is: ${what}`, async () => {
        let caught: unknown = 'nothing was thrown';
        try {
          await store.unitOfWork.run(async () => {
            await log('a');
            throw thrown;
          });
        } catch (error) {
          caught = error;
        }
        expect(caught).to.equal(thrown);
        expect(await actions()).to.deep.equal([]);
      });
    }

    it('passes on the very error of a repository', async () => {
      const { email } = await store.users.create(newUser());
      let seen: unknown;
      const error = await refusal(
        store.unitOfWork.run(async () => {
          try {
            return await store.users.create({ ...newUser(), email });
          } catch (duplicate) {
            seen = duplicate;
            throw duplicate;
          }
        }),
      );
      expect(error).to.equal(seen);
      expect(error.name).to.equal('DuplicateError');
    });

    it('is no hindrance to the next', async () => {
      for (let round = 0; round < 12; round += 1) await takenBack(() => log('a'));
      await store.unitOfWork.run(() => log('b'));
      expect(await actions()).to.deep.equal(['b']);
    });
  });

  describe('is joined by every repository called in it', () => {
    it('across await, timers, immediates and microtasks', async () => {
      await takenBack(async () => {
        await sleep(2);
        await log('after a timer');
        await new Promise((resolve) => setImmediate(resolve));
        await log('after an immediate');
        await new Promise<LogEntry>((resolve, reject) => {
          setTimeout(() => {
            log('in a timer').then(resolve, reject);
          }, 1);
        });
        await Promise.resolve().then(() => log('in a microtask'));
        expect(await actions()).to.have.length(4);
      });
      expect(await actions()).to.deep.equal([]);
    });

    it('through functions that know nothing of it', async () => {
      const upload = async (owner: User) => {
        const image = await store.images.create(newImage(owner));
        return store.logs.append({ action: 'image.uploaded', userId: owner.id, imageId: image.id });
      };
      const owner = await store.users.create(newUser());
      await takenBack(() => upload(owner));
      expect(await store.images.count()).to.equal(0);
      expect(await actions()).to.deep.equal([]);
      await store.unitOfWork.run(() => upload(owner));
      expect(await store.images.count()).to.equal(1);
      expect(await actions()).to.deep.equal(['image.uploaded']);
    });

    it('all at once', async () => {
      const all = Array.from({ length: 30 }, (_, index) => `action ${index}`);
      await takenBack(async () => {
        await Promise.all(all.map(log));
        expect(await actions()).to.have.members(all);
      });
      expect(await actions()).to.deep.equal([]);
      await store.unitOfWork.run(() => Promise.all(all.map(log)));
      expect(await actions()).to.have.members(all);
    });

    it('while a stream is read', async () => {
      const owner = await store.users.create(newUser());
      for (let made = 0; made < 3; made += 1) await store.images.create(newImage(owner));
      await takenBack(async () => {
        for await (const image of store.images.stream()) await store.images.tag(image.id, ['seen']);
        expect(await store.images.count({ tags: { all: ['seen'] } })).to.equal(3);
      });
      expect(await store.images.count({ tags: { all: ['seen'] } })).to.equal(0);
    });

    it('and not by one that was called before it', async () => {
      const before = log('before');
      await takenBack(() => before);
      expect(await actions()).to.deep.equal(['before']);
    });
  });

  it('keeps nothing of those called at once if one of them fails, nor of those still to be done', async () => {
    const { email } = await store.users.create(newUser());
    const error = await refusal(
      store.unitOfWork.run(() =>
        Promise.all([
          log('a'),
          store.users.create({ ...newUser(), email }),
          ...Array.from({ length: 20 }, () => store.users.create(newUser())),
          log('b'),
        ]),
      ),
    );
    expect(error).to.include({ name: 'DuplicateError', rule: 'users_email_unique' });
    await sleep(20);
    expect(await actions()).to.deep.equal([]);
    expect((await store.users.list()).items).to.have.length(1);
    await log('after');
    expect(await actions()).to.deep.equal(['after']);
  });
});
