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
    it('after a deadlock keeps nothing, also when the error is caught', async () => {
      const a = await store.images.create(newImage(ada));
      const b = await store.images.create(newImage(ada));
      const cross = async (first: Image, second: Image, title: string) =>
        store.unitOfWork.run(async () => {
          await store.logs.append({ action: `${title} before` });
          await store.images.update(first.id, { title }, first);
          await sleep(200);
          await store.images.update(second.id, { title }, second).catch(() => undefined);
          await store.logs.append({ action: `${title} after` });
        });
      const ends = await Promise.allSettled([cross(a, b, 'A'), cross(b, a, 'B')]);
      const lost = ends.filter((end) => end.status === 'rejected');
      expect(lost).to.have.length(1);
      expect(lost[0]?.reason).to.be.instanceOf(ConflictError);
      const kept = ends[0].status === 'fulfilled' ? 'A' : 'B';
      const actions = (await store.logs.recent()).map(({ action }) => action);
      expect(actions).to.have.members([`${kept} before`, `${kept} after`]);
    });
  }

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
