import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, UnavailableError, type Image, type User } from '@janus/core';
import { expect } from 'chai';
import { openDatabase } from '../open-store.js';
import { newImage, newUser, refusal, useStore } from '../contract/store.js';

describe('a unit of work that the database gave up', () => {
  const store = useStore();
  let ada: User;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  // Where writers take turns there is no deadlock.
  if (!process.env['JANUS_TEST_URL']?.startsWith('sqlite:')) {
    it('after a deadlock keeps nothing, also when the error is caught, and is run again', async () => {
      const a = await store.images.create(newImage(ada));
      const b = await store.images.create(newImage(ada));
      const caught: unknown[] = [];
      let runs = 0;
      const begun = new Set<string>();
      const cross = async (first: Image, second: Image, title: string) =>
        store.unitOfWork.run(async () => {
          runs += 1;
          await store.logs.append({ action: `${title} before` });
          const { version } = await store.images.get(first.id);
          await store.images.update(first.id, { title }, { version });
          begun.add(title);
          // Each has what the other wants.
          while (begun.size < 2) await sleep(5);
          const seen = await store.images.get(second.id);
          await store.images.update(second.id, { title }, seen).catch((error: unknown) => void caught.push(error));
          await store.logs.append({ action: `${title} after` }).catch(() => undefined);
        });
      await Promise.all([cross(a, b, 'A'), cross(b, a, 'B')]);
      expect(runs).to.equal(3);
      expect(caught).to.have.length(1);
      expect(caught[0]).to.be.instanceOf(ConflictError);
      const actions = (await store.logs.recent()).map(({ action }) => action);
      expect(actions).to.have.members(['A before', 'A after', 'B before', 'B after']);
    });

    it('after a deadlock begins no unit of work inside it, of which something would be kept', async () => {
      const bob = await store.users.create(newUser());
      let runs = 0;
      const begun = new Set<string>();
      const cross = async (first: User, second: User) =>
        store.unitOfWork.run(async () => {
          const run = (runs += 1);
          await store.users.setPasswordHash(first.id, 'hash');
          begun.add(first.id);
          // Each has what the other wants.
          while (begun.size < 2) await sleep(5);
          await store.users.setPasswordHash(second.id, 'hash').catch(() => undefined);
          await store.unitOfWork.run(async () => store.logs.append({ action: `${run}` })).catch(() => undefined);
        });
      await Promise.all([cross(ada, bob), cross(bob, ada)]);
      expect(runs).to.equal(3);
      expect(await store.logs.recent()).to.have.length(2);
    });
  }

  it('after a statement that failed begins no unit of work inside it, and says why', async () => {
    const database = await openDatabase();
    try {
      let begun = 0;
      const error = await refusal(
        database.run(async () => {
          await database.rows('nothing', {}, () => database.knex('no_such_table')).catch(() => undefined);
          const inside = refusal(database.run(async () => void (begun += 1)));
          expect((await inside).message).to.include('run the migrations');
        }),
      );
      expect(error.message).to.include('run the migrations');
      expect(begun).to.equal(0);
    } finally {
      await database.close();
    }
  });

  it('after a statement that failed does no more, and says why', async () => {
    const database = await openDatabase();
    try {
      const error = await refusal(
        database.run(async () => {
          await database.rows('nothing', {}, () => database.knex('no_such_table')).catch(() => undefined);
          await database.rows('tags', {}, () => database.knex('tags'));
        }),
      );
      expect(error).to.be.instanceOf(UnavailableError);
      expect(error.message).to.include('run the migrations');
      expect(
        await refusal(
          database.run(async () => void (await database.rows('no', {}, () => database.knex('no')).catch(() => 0))),
        ),
      ).to.be.instanceOf(UnavailableError);
    } finally {
      await database.close();
    }
  });
});
