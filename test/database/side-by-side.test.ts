import { AsyncLocalStorage } from 'node:async_hooks';
import type { Image, User } from '@janus/core';
import { newImage, newUser, next, useStore } from '../contract/store.js';
import { isFull } from '../faults/extent.js';
import { url } from './empty-database.js';

/** Long for a statement, and short for the wait for a lock. */
const SOON = 2_000;

// Where writers take turns, each waits for the other.
if (!url.startsWith('sqlite:')) {
  describe('two units of work that change different things', () => {
    const store = useStore();
    const mine = {} as { user: User; image: Image; tag: string };
    const theirs = {} as { user: User; image: Image; tag: string };
    beforeEach(async () => {
      for (const side of [mine, theirs]) {
        // Not one that was there before: where it was deleted, others wait for whoever writes beside it.
        side.tag = `tag ${next()}`;
        side.user = await store.users.create(newUser());
        side.image = await store.images.create(newImage(side.user, { tags: [side.tag, 'both', `other ${side.tag}`] }));
      }
    });

    /** Runs something outside of the unit of work that it is called in. */
    const beside = AsyncLocalStorage.snapshot() as (work: () => Promise<unknown>) => Promise<unknown>;

    type Side = typeof mine;
    const gone = async (side: Side) => {
      await store.images.remove(side.image.id);
      await store.images.purge({ before: new Date(Date.now() + 1_000) });
    };
    const changes: Readonly<Record<string, (side: Side) => Promise<unknown>>> = {
      'images.create': async ({ user, tag }) => store.images.create(newImage(user, { tags: [tag, 'both'] })),
      'images.createMany': async ({ user, tag }) =>
        store.images.createMany([newImage(user, { tags: [tag] }), newImage(user)]),
      'images.update': async ({ image }) =>
        store.images.update(image.id, { title: 'changed', filename: 'changed.jpg' }, image),
      'images.remove': async ({ image }) => store.images.remove(image.id),
      'images.tag': async ({ image }) => store.images.tag(image.id, [`new ${next()}`]),
      'images.untag': async ({ image, tag }) => store.images.untag(image.id, [tag]),
      'images.recordAnalysis': async ({ image }) => store.images.recordAnalysis(image.id, 'faces', [1]),
      'images.recordAnalysis again': async ({ image }) => {
        await store.images.recordAnalysis(image.id, 'faces', [1]);
        await store.images.recordAnalysis(image.id, 'faces', [2]);
      },
      'images.purge': gone,
      'users.create': async () => store.users.create(newUser()),
      'users.update': async ({ user }) => store.users.update(user.id, newUser()),
      'users.setPasswordHash': async ({ user }) => store.users.setPasswordHash(user.id, 'hash'),
      'users.remove': async () => store.users.remove((await store.users.create(newUser())).id),
      'admins.grant': async ({ user }) => store.admins.grant(user.id, { level: 5 }),
      'admins.grant and revoke': async ({ user }) => {
        await store.admins.grant(user.id, { level: 5 });
        await store.admins.revoke(user.id);
      },
      'tags.rename': async ({ tag }) => store.tags.rename(tag, `renamed ${tag}`),
      'tags.merge': async ({ tag }) => store.tags.merge(tag, `other ${tag}`),
      'logs.append': async ({ user }) => store.logs.append({ action: 'a', userId: user.id }),
      'logs.prune': async () => {
        await store.logs.appendMany([{ action: 'old', timestamp: new Date(0) }]);
        await store.logs.prune({ before: new Date(1) });
      },
      'analytics.record': async ({ image }) => store.analytics.record({ topic: 't', data: 1, imageId: image.id }),
    };

    for (const [first, change] of Object.entries(changes)) {
      for (const [second, other] of Object.entries(changes)) {
        if (!isFull && second !== first && second !== 'images.update') continue;
        it(`do not wait for each other: ${first} beside ${second}`, async function wait() {
          this.timeout(20_000);
          await store.unitOfWork.run(async () => {
            await change(mine);
            await beside(async () =>
              store.unitOfWork.run(async () => other(theirs), { signal: AbortSignal.timeout(SOON) }),
            );
          });
        });
      }
    }
  });
}
