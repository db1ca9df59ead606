import { expect } from 'chai';
import { InvalidError, newId, NotFoundError, StillReferencedError, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** From after everything that has happened so far. */
const later = () => new Date(Date.now() + 60_000);

describe('a user that is removed', () => {
  const store = useStore();
  let user: User;
  let other: User;
  beforeEach(async () => {
    user = await store.users.create(newUser());
    other = await store.users.create(newUser());
  });

  it('is gone, and no other is', async () => {
    await store.users.remove(user.id);
    expect(await store.users.find(user.id)).to.equal(null);
    expect((await store.users.list()).items).to.deep.equal([other]);
  });

  it('leaves its e-mail and username to others', async () => {
    await store.users.remove(user.id);
    const { email, username } = user;
    expect(await store.users.create({ email, username })).to.include({ email, username });
  });

  it('cannot be removed again', async () => {
    await store.users.remove(user.id);
    expect(await refusal(store.users.remove(user.id)))
      .to.be.instanceOf(NotFoundError)
      .and.include({ entity: 'user' });
  });

  it('is no admin any more', async () => {
    await store.admins.grant(user.id, { level: 10 });
    await store.admins.grant(other.id, { level: 20 });
    await store.users.remove(user.id);
    expect(await store.admins.find(user.id)).to.equal(null);
    expect((await store.admins.list()).items.map((admin) => admin.userId)).to.deep.equal([other.id]);
  });

  it('leaves those admins that it made', async () => {
    await store.admins.grant(other.id, { level: 20, grantedBy: user.id });
    await store.users.remove(user.id);
    expect(await store.admins.find(other.id)).to.include({ level: 20, grantedBy: null });
  });

  it('may have made itself an admin', async () => {
    await store.admins.grant(user.id, { level: 20, grantedBy: user.id });
    await store.users.remove(user.id);
    expect(await store.admins.list()).to.deep.equal({ items: [], next: null });
  });

  it('leaves its log entries, which are nobody’s then', async () => {
    const entry = await store.logs.append({ action: 'login', userId: user.id, metadata: { from: 'here' } });
    const others = await store.logs.append({ action: 'login', userId: other.id });
    await store.users.remove(user.id);
    expect((await store.logs.list()).items).to.deep.equal([others, { ...entry, userId: null }]);
    expect((await store.logs.list({ where: { userId: null } })).items).to.deep.equal([{ ...entry, userId: null }]);
  });

  it('has no images: while it has, it stays, and everything of it', async () => {
    const image = await store.images.create(newImage(user));
    await store.admins.grant(user.id, { level: 10 });
    const entry = await store.logs.append({ action: 'login', userId: user.id });
    expect(await refusal(store.users.remove(user.id)))
      .to.be.instanceOf(StillReferencedError)
      .and.include({ rule: 'images_owner_id_foreign' });
    expect(await store.users.get(user.id)).to.deep.equal(user);
    expect(await store.images.get(image.id)).to.deep.equal(image);
    expect(await store.admins.levelOf(user.id)).to.equal(10);
    expect((await store.logs.list()).items).to.deep.equal([entry]);
  });

  it('has none in the trash either, until they are purged', async () => {
    const image = await store.images.create(newImage(user));
    await store.images.remove(image.id);
    expect(await refusal(store.users.remove(user.id)))
      .to.be.instanceOf(StillReferencedError)
      .and.include({ rule: 'images_owner_id_foreign' });
    await store.images.purge({ before: later() });
    await store.users.remove(user.id);
    expect(await store.users.find(user.id)).to.equal(null);
  });
});

describe('the password hash of a user', () => {
  const store = useStore();
  const hash = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG';
  let user: User;
  beforeEach(async () => {
    user = await store.users.create(newUser());
  });

  it('is what a login finds by e-mail', async () => {
    await store.users.setPasswordHash(user.id, hash);
    expect(await store.users.findCredentials(user.email)).to.deep.equal({ userId: user.id, passwordHash: hash });
  });

  it('is not there at first, and nobody can log in', async () => {
    expect(await store.users.findCredentials(user.email)).to.equal(null);
  });

  it('of nobody is not there', async () => {
    expect(await store.users.findCredentials('nobody@example.org')).to.equal(null);
  });

  it('is replaced by another', async () => {
    await store.users.setPasswordHash(user.id, hash);
    await store.users.setPasswordHash(user.id, `${hash}2`);
    expect((await store.users.findCredentials(user.email))?.passwordHash).to.equal(`${hash}2`);
  });

  it('may be set to what it is', async () => {
    await store.users.setPasswordHash(user.id, hash);
    await store.users.setPasswordHash(user.id, hash);
    expect((await store.users.findCredentials(user.email))?.passwordHash).to.equal(hash);
  });

  it('can be taken away, also twice', async () => {
    await store.users.setPasswordHash(user.id, hash);
    await store.users.setPasswordHash(user.id, null);
    expect(await store.users.findCredentials(user.email)).to.equal(null);
    await store.users.setPasswordHash(user.id, null);
    expect(await store.users.findCredentials(user.email)).to.equal(null);
  });

  it('of one user is not the hash of another', async () => {
    const other = await store.users.create(newUser());
    await store.users.setPasswordHash(user.id, hash);
    expect(await store.users.findCredentials(other.email)).to.equal(null);
  });

  it('stays when the e-mail changes, and is found by the new one alone', async () => {
    await store.users.setPasswordHash(user.id, hash);
    await store.users.update(user.id, { email: 'ada@example.com' });
    expect((await store.users.findCredentials('ada@example.com'))?.passwordHash).to.equal(hash);
    expect(await store.users.findCredentials(user.email)).to.equal(null);
  });

  it('goes with the user', async () => {
    await store.users.setPasswordHash(user.id, hash);
    await store.users.remove(user.id);
    expect(await store.users.findCredentials(user.email)).to.equal(null);
  });

  it('is kept character by character: letter case, spaces, form', async () => {
    for (const exact of ['AbC', ' padded ', 'Ａ', 'ﬁ', 'e\u0301', '😀'.repeat(255)]) {
      await store.users.setPasswordHash(user.id, exact);
      expect((await store.users.findCredentials(user.email))?.passwordHash).to.equal(exact);
    }
  });

  it('is refused when it is empty, or longer than 255 characters', async () => {
    await store.users.setPasswordHash(user.id, hash);
    for (const wrong of ['', 'x'.repeat(256)]) {
      expect(await refusal(store.users.setPasswordHash(user.id, wrong)))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'passwordHash', rule: 'length', allowed: '1 to 255 characters' });
    }
    expect((await store.users.findCredentials(user.email))?.passwordHash).to.equal(hash);
  });

  it('is refused for a user that does not exist, also when it is to be taken away', async () => {
    for (const value of [hash, null]) {
      expect(await refusal(store.users.setPasswordHash(newId(), value)))
        .to.be.instanceOf(NotFoundError)
        .and.include({ entity: 'user' });
    }
  });

  it('is never part of a user, whichever way it was got', async () => {
    await store.users.setPasswordHash(user.id, hash);
    const seen = [
      await store.users.get(user.id),
      await store.users.find(user.id),
      await store.users.findByEmail(user.email),
      await store.users.findByUsername(user.username),
      (await store.users.list()).items[0],
      await store.users.update(user.id, { username: 'countess' }),
    ];
    for (const each of seen) {
      expect(each).to.have.all.keys('id', 'email', 'username', 'createdAt', 'updatedAt');
    }
  });
});
