import { expect } from 'chai';
import {
  DuplicateError,
  InvalidError,
  LeaseLostError,
  JanusError,
  MissingReferenceError,
  newId,
  NotFoundError,
  StaleVersionError,
  StillReferencedError,
  type Image,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('errors', () => {
  const store = useStore();
  let ada: User;
  let grace: User;
  let image: Image;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
    grace = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { tags: ['cat', 'dog'] }));
  });

  const nobody = newId<'user'>();
  const nothing = newId<'image'>();

  /** What was refused, twice: by itself, and in a unit of work. The same both times. */
  async function twice(mistake: () => Promise<unknown>): Promise<Error> {
    const alone = await refusal(mistake());
    const inside = await refusal(store.unitOfWork.run(mistake));
    expect(inside.constructor).to.equal(alone.constructor);
    expect(inside.message).to.equal(alone.message);
    expect(Object.entries(inside)).to.deep.equal(Object.entries(alone));
    return alone;
  }

  const duplicates: Record<string, () => Promise<unknown>> = {
    users_email_unique: () => store.users.create({ ...newUser(), email: ada.email }),
    users_username_unique: () => store.users.create({ ...newUser(), username: ada.username }),
    users_id_unique: () => store.users.create({ ...newUser(), id: ada.id }),
    images_owner_id_sha256_unique: () => store.images.create(newImage(ada, { sha256: image.sha256 })),
    images_id_unique: () => store.images.create(newImage(grace, { id: image.id })),
    tags_name_unique: () => store.tags.rename('cat', 'dog'),
    logs_id_unique: async () => {
      const { id } = await store.logs.append({ action: 'first' });
      await store.logs.append({ action: 'second', id });
    },
    analytics_id_unique: async () => {
      const { id } = await store.analytics.record({ topic: 'first', data: null });
      await store.analytics.record({ topic: 'second', data: null, id });
    },
  };
  for (const [rule, mistake] of Object.entries(duplicates)) {
    it(`name the unique rule that was broken: ${rule}`, async () => {
      const error = await twice(mistake);
      expect(error).to.be.instanceOf(DuplicateError).and.include({ name: 'DuplicateError', rule });
    });
  }

  it('name the unique rule that an update broke', async () => {
    expect(await twice(() => store.users.update(grace.id, { email: ada.email })))
      .to.be.instanceOf(DuplicateError)
      .and.include({ rule: 'users_email_unique' });
    expect(await twice(() => store.users.update(grace.id, { username: ada.username })))
      .to.be.instanceOf(DuplicateError)
      .and.include({ rule: 'users_username_unique' });
  });

  const missing: Record<string, () => Promise<unknown>> = {
    images_owner_id_foreign: () => store.images.create({ ...newImage(ada), ownerId: nobody }),
    admins_user_id_foreign: () => store.admins.grant(nobody, { level: 1 }),
    admins_granted_by_foreign: () => store.admins.grant(ada.id, { level: 1, grantedBy: nobody }),
    logs_user_id_foreign: () => store.logs.append({ action: 'lost', userId: nobody, imageId: image.id }),
    logs_image_id_foreign: () => store.logs.append({ action: 'lost', userId: ada.id, imageId: nothing }),
    analytics_image_id_foreign: () => store.analytics.record({ topic: 'lost', data: 1, imageId: nothing }),
  };
  for (const [rule, mistake] of Object.entries(missing)) {
    it(`name the reference that leads nowhere: ${rule}`, async () => {
      const error = await twice(mistake);
      expect(error).to.be.instanceOf(MissingReferenceError).and.include({ name: 'MissingReferenceError', rule });
    });
  }

  it('take the id of something else for a reference that leads nowhere', async () => {
    const mistaken: string = ada.id;
    const error = await twice(() => store.logs.append({ action: 'lost', imageId: mistaken as Image['id'] }));
    expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'logs_image_id_foreign' });
  });

  const stillReferenced = 'images_owner_id_foreign';
  it(`name the reference that is in the way: ${stillReferenced}`, async () => {
    const error = await twice(() => store.users.remove(ada.id));
    expect(error)
      .to.be.instanceOf(StillReferencedError)
      .and.include({ name: 'StillReferencedError', rule: stillReferenced });
  });

  describe('of which two are due at once are the same one everywhere:', () => {
    it('the user of an admin before the one who granted it', async () => {
      const error = await twice(() => store.admins.grant(nobody, { level: 1, grantedBy: newId() }));
      expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'admins_user_id_foreign' });
    });

    it('the user of a log entry before its image', async () => {
      const error = await twice(() => store.logs.append({ action: 'lost', userId: nobody, imageId: nothing }));
      expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'logs_user_id_foreign' });
    });

    it('the e-mail of a user before its username', async () => {
      const { email, username } = ada;
      const error = await twice(() => store.users.create({ email, username }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_email_unique' });
      const updated = await twice(() => store.users.update(grace.id, { email, username }));
      expect(updated).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_email_unique' });
    });

    it('the id of a user before its e-mail', async () => {
      const { id, email } = ada;
      const error = await twice(() => store.users.create({ ...newUser(), id, email }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_id_unique' });
    });

    it('the id of an image before its bytes', async () => {
      const error = await twice(() => store.images.create(newImage(ada, { id: image.id, sha256: image.sha256 })));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
    });
  });

  const absent: Record<string, (() => Promise<unknown>)[]> = {
    user: [
      () => store.users.get(nobody),
      () => store.users.update(nobody, { username: 'nobody' }),
      () => store.users.remove(nobody),
      () => store.users.setPasswordHash(nobody, 'hash'),
    ],
    admin: [() => store.admins.revoke(nobody), () => store.admins.revoke(ada.id)],
    image: [
      () => store.images.get(nothing),
      () => store.images.update(nothing, { title: 'lost' }, { version: 1 }),
      () => store.images.remove(nothing),
      () => store.images.restore(nothing),
      () => store.images.tag(nothing, ['cat']),
      () => store.images.untag(nothing, ['cat']),
      () => store.images.recordAnalysis(nothing, 'faces', 1),
    ],
    tag: [
      () => store.tags.rename('bird', 'elk'),
      () => store.tags.merge('bird', 'cat'),
      () => store.tags.merge('cat', 'bird'),
    ],
  };
  for (const [entity, mistakes] of Object.entries(absent)) {
    it(`say what was looked for and is not there: ${entity}`, async () => {
      for (const mistake of mistakes) {
        expect(await twice(mistake), mistake.toString())
          .to.be.instanceOf(NotFoundError)
          .and.include({ name: 'NotFoundError', entity });
      }
    });
  }

  it('say which version was seen, and which there is', async () => {
    await store.images.update(image.id, { title: 'first' }, image);
    await store.images.update(image.id, { title: 'second' }, { version: 2 });
    expect(await twice(() => store.images.update(image.id, { title: 'third' }, image)))
      .to.be.instanceOf(StaleVersionError)
      .and.include({ name: 'StaleVersionError', entity: 'image', seen: 1, current: 3 });
  });

  it('say that a claim is not held', async () => {
    const [claim] = await store.images.claim({ limit: 1, leaseFor: 1_000, worker: 'a' });
    if (!claim) throw new Error('nothing was due');
    await store.images.complete(claim);
    expect(await twice(() => store.images.complete(claim)))
      .to.be.instanceOf(LeaseLostError)
      .and.include({ name: 'LeaseLostError' });
  });

  it('say which field breaks which rule, and what would be accepted', async () => {
    expect(await twice(() => store.admins.grant(ada.id, { level: 101 })))
      .to.be.instanceOf(InvalidError)
      .and.include({ name: 'InvalidError', field: 'level', rule: 'range', allowed: 'a whole number from 1 to 100' });
  });

  it('are told apart by their class, are all errors of Janus, and say in words what to do', async () => {
    const mistakes = [
      ...Object.values(duplicates),
      ...Object.values(missing),
      ...Object.values(absent).flat(),
      () => store.users.remove(ada.id),
      () => store.logs.append({ action: '' }),
      () => store.images.update(image.id, { title: 'lost' }, { version: 7 }),
    ];
    const classes = [DuplicateError, MissingReferenceError, NotFoundError, StillReferencedError];
    for (const mistake of mistakes) {
      const error = await refusal(mistake());
      expect(error).to.be.instanceOf(JanusError);
      expect([...classes, InvalidError, StaleVersionError].filter((each) => error instanceof each)).to.have.length(1);
      expect(error.name).to.equal(error.constructor.name);
      expect(error.message).to.match(/\w+ \w+/);
      expect(error.message).not.to.match(/undefined|null|\[object/);
    }
  });
});
