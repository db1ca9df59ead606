import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { DuplicateError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const CALLERS = Array.from({ length: 20 }, (_, index) => index);

describe('units of work at the same time', () => {
  const store = useStore();
  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action);

  it('each keep or take back their own', async () => {
    const results = await Promise.allSettled(
      CALLERS.map((caller) =>
        store.unitOfWork.run(async () => {
          await log(`${caller}`);
          await sleep(caller % 3);
          await log(`${caller}`);
          if (caller % 2 === 1) throw new Error('odd');
        }),
      ),
    );
    expect(results.map(({ status }) => status === 'fulfilled')).to.deep.equal(CALLERS.map((n) => n % 2 === 0));
    const even = CALLERS.filter((caller) => caller % 2 === 0).flatMap((caller) => [`${caller}`, `${caller}`]);
    expect(await actions()).to.have.members(even);
    expect(await actions()).to.have.length(even.length);
  });

  it('do not see what another has not kept yet', async () => {
    const thrown = new Error('taken back');
    let writing: Promise<Error> | undefined;
    await new Promise<void>((begun) => {
      writing = refusal(
        store.unitOfWork.run(async () => {
          await log('not kept');
          begun();
          await sleep(30);
          throw thrown;
        }),
      );
    });
    const [seen, seenInside] = await Promise.all([actions(), store.unitOfWork.run(actions)]);
    expect(await writing).to.equal(thrown);
    expect({ seen, seenInside }).to.deep.equal({ seen: [], seenInside: [] });
  });

  it('see what another has kept', async () => {
    await store.unitOfWork.run(() => log('kept'));
    expect(await store.unitOfWork.run(actions)).to.deep.equal(['kept']);
  });

  it('leave alone what is done beside them, outside of any', async () => {
    const [error] = await Promise.all([
      refusal(
        store.unitOfWork.run(async () => {
          await log('inside');
          await sleep(10);
          throw new Error('taken back');
        }),
      ),
      log('beside'),
    ]);
    expect(error.message).to.equal('taken back');
    expect(await actions()).to.deep.equal(['beside']);
  });

  it('may create a user each, and with one e-mail only one of them does', async () => {
    const email = 'ada@example.org';
    const results = await Promise.allSettled(
      CALLERS.map((caller) =>
        store.unitOfWork.run(async () => {
          await log(`${caller}`);
          return store.users.create({ ...newUser(), email });
        }),
      ),
    );
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).to.have.length(CALLERS.length - 1);
    for (const error of refused) {
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_email_unique' });
    }
    expect(await actions()).to.have.length(1);
  });
});

describe('many callers at the same time', () => {
  const store = useStore();
  let user: User;
  let image: Image;
  beforeEach(async () => {
    user = await store.users.create(newUser());
    image = await store.images.create(newImage(user));
  });

  it('that grant one user a level make one admin, of a level that one of them granted', async () => {
    const granted = await Promise.all(CALLERS.map((caller) => store.admins.grant(user.id, { level: caller + 1 })));
    expect(granted.map(({ level }) => level)).to.deep.equal(CALLERS.map((caller) => caller + 1));
    const { items } = await store.admins.list();
    expect(items).to.have.length(1);
    expect(granted).to.deep.include(items[0]);
  });

  it('that give one image a new tag make one tag', async () => {
    await Promise.all(CALLERS.map(() => store.images.tag(image.id, ['cat'])));
    expect((await store.tags.list()).items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
      { name: 'cat', images: 1 },
    ]);
  });

  it('that give each an image of their own the same new tags, named in any order, make each tag once', async () => {
    const names = ['bird', 'cat', 'dog', 'elk', 'fox'];
    const images = await store.unitOfWork.run(async () => {
      const made: Image[] = [];
      for (const _ of CALLERS) made.push(await store.images.create(newImage(user)));
      return made;
    });
    await Promise.all(
      images.map(({ id }, caller) => store.images.tag(id, [...names.slice(caller % 5), ...names.slice(0, caller % 5)])),
    );
    expect((await store.tags.list()).items.map(({ name, images: count }) => ({ name, count }))).to.deep.equal(
      names.map((name) => ({ name, count: CALLERS.length })),
    );
  });

  it('that record one kind of analysis of an image leave one, with the result of one of them', async () => {
    const recorded = await Promise.all(
      CALLERS.map((caller) => store.images.recordAnalysis(image.id, 'faces', { count: caller })),
    );
    const analyses = await store.images.analyses(image.id);
    expect(analyses).to.have.length(1);
    expect(recorded.map(({ result }) => result)).to.deep.include(analyses[0]?.result);
  });

  it('that merge one tag into another leave one tag', async () => {
    await store.images.tag(image.id, ['cat', 'kitty']);
    const results = await Promise.allSettled(CALLERS.map(() => store.tags.merge('kitty', 'cat')));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    expect([...new Set(refused.map(({ name }) => name))]).to.deep.equal(['NotFoundError']);
    expect(refused).to.have.length(CALLERS.length - 1);
    expect((await store.images.get(image.id)).tags).to.deep.equal(['cat']);
  });

  it('that tag images while the tag is merged into another leave no image without one of them', async () => {
    await store.images.tag(image.id, ['cat', 'kitty']);
    const images = await store.unitOfWork.run(async () => {
      const made: Image[] = [];
      for (const _ of CALLERS) made.push(await store.images.create(newImage(user)));
      return made;
    });
    await Promise.all(
      images.flatMap(({ id }, caller) => [
        store.images.tag(id, ['kitty']),
        ...(caller % 5 === 4 ? [store.tags.merge('kitty', 'cat').catch((error: Error) => error.name)] : []),
      ]),
    );
    for (const { id } of images) {
      const { tags } = await store.images.get(id);
      expect(tags).to.have.length(1);
      expect(['cat', 'kitty']).to.include(tags[0]);
    }
  });

  it('that rename one tag, each to another name, rename it once', async () => {
    await store.images.tag(image.id, ['cat']);
    const results = await Promise.allSettled(CALLERS.map((caller) => store.tags.rename('cat', `cat ${caller}`)));
    const renamed = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.name] : []));
    expect(renamed).to.have.length(1);
    expect((await store.images.get(image.id)).tags).to.deep.equal(renamed);
  });

  it('that remove one user remove it once', async () => {
    const other = await store.users.create(newUser());
    const results = await Promise.allSettled(CALLERS.map(() => store.users.remove(other.id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect((await store.users.list()).items).to.deep.equal([user]);
  });

  it('that append logs append them all', async () => {
    await Promise.all(
      CALLERS.map((caller) =>
        store.logs.appendMany(Array.from({ length: 100 }, () => ({ action: `${caller}`, userId: user.id }))),
      ),
    );
    expect(await store.logs.countByUser()).to.deep.equal([{ userId: user.id, entries: CALLERS.length * 100 }]);
  });

  it('that prune the same logs count each entry once among them', async () => {
    await store.logs.appendMany(Array.from({ length: 500 }, () => ({ action: 'old', timestamp: new Date(0) })));
    const before = new Date(1);
    const counts = await Promise.all([1, 2, 3].map(() => store.logs.prune({ before, batch: 50 })));
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(500);
    expect(await store.logs.recent()).to.deep.equal([]);
  });
});

describe('a row that is put in place of another', () => {
  const store = useStore();

  it('is the row whose key was named, and no row that shares another key with it', async () => {
    const [ada, grace] = [await store.users.create(newUser()), await store.users.create(newUser())];
    const image = await store.images.create(newImage(ada, { title: 'hers' }));
    const other = await store.images.create(newImage(ada));
    for (const onDuplicate of ['fail', 'skip', 'restore'] as const) {
      const collision = newImage(grace, { id: image.id });
      const error = await refusal(store.images.create(collision, { onDuplicate }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
    }
    expect(await store.images.get(image.id)).to.deep.equal(image);
    expect(await store.images.get(other.id)).to.deep.equal(other);
    expect(await store.images.count({ ownerId: grace.id })).to.equal(0);
  });

  it('is one admin among many', async () => {
    const [ada, grace] = [await store.users.create(newUser()), await store.users.create(newUser())];
    const before = await store.admins.grant(ada.id, { level: 1, grantedBy: grace.id });
    await store.admins.grant(grace.id, { level: 1, grantedBy: grace.id });
    await store.admins.grant(grace.id, { level: 2, grantedBy: grace.id });
    expect(await store.admins.find(ada.id)).to.deep.equal(before);
    expect(await store.admins.levelOf(grace.id)).to.equal(2);
  });

  it('is one analysis of one kind of one image', async () => {
    const owner = await store.users.create(newUser());
    const [one, two] = [await store.images.create(newImage(owner)), await store.images.create(newImage(owner))];
    const faces = await store.images.recordAnalysis(one.id, 'faces', 1);
    const others = await store.images.recordAnalysis(two.id, 'faces', 2);
    await store.images.recordAnalysis(one.id, 'colours', 3);
    const again = await store.images.recordAnalysis(one.id, 'colours', 4);
    expect(await store.images.analyses(one.id)).to.deep.equal([again, faces]);
    expect(await store.images.analyses(two.id)).to.deep.equal([others]);
  });

  it('is no user: one that has a stored e-mail or username is refused, whichever id it brings', async () => {
    const ada = await store.users.create(newUser());
    const grace = await store.users.create(newUser());
    for (const [user, rule] of [
      [{ ...newUser(), id: ada.id }, 'users_id_unique'],
      [{ ...newUser(), email: ada.email }, 'users_email_unique'],
      [{ ...newUser(), username: grace.username }, 'users_username_unique'],
    ] as const) {
      expect(await refusal(store.users.create(user)))
        .to.be.instanceOf(DuplicateError)
        .and.include({ rule });
    }
    expect((await store.users.list()).items).to.deep.equal([grace, ada]);
  });
});
