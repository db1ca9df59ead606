import { expect } from 'chai';
import { InvalidError, MissingReferenceError, newId, NotFoundError, type User, type UserId } from '@janus/core';
import { newUser, refusal, useStore } from './store.js';

describe('admins', () => {
  const store = useStore();
  let user: User;
  let root: User;
  beforeEach(async () => {
    root = await store.users.create(newUser());
    user = await store.users.create(newUser());
  });

  describe('when granted', () => {
    it('have a level, who granted it, and when', async () => {
      const before = Date.now();
      const admin = await store.admins.grant(user.id, { level: 7, grantedBy: root.id });
      expect(admin).to.have.all.keys('userId', 'level', 'grantedBy', 'grantedAt');
      expect(admin).to.include({ userId: user.id, level: 7, grantedBy: root.id });
      expect(admin.grantedAt.getTime()).to.be.within(before, Date.now());
    });

    it('are found as they were given back', async () => {
      const admin = await store.admins.grant(user.id, { level: 7, grantedBy: root.id });
      expect(await store.admins.find(user.id)).to.deep.equal(admin);
      expect(await store.admins.list()).to.deep.equal({ items: [admin], next: null });
    });

    it('may be granted by nobody, as the first one is', async () => {
      expect(await store.admins.grant(root.id, { level: 100 })).to.include({ grantedBy: null });
      expect(await store.admins.grant(user.id, { level: 100, grantedBy: null })).to.include({ grantedBy: null });
      expect(await store.admins.find(root.id)).to.include({ grantedBy: null });
    });

    it('may be granted by themselves', async () => {
      await store.admins.grant(user.id, { level: 1, grantedBy: user.id });
      expect(await store.admins.find(user.id)).to.include({ grantedBy: user.id });
    });

    for (const level of [1, 100]) {
      it(`may have level ${level}`, async () => {
        await store.admins.grant(user.id, { level });
        expect(await store.admins.levelOf(user.id)).to.equal(level);
      });
    }

    for (const level of [0, 101, -1, 1.5, NaN, Infinity]) {
      it(`may not have level ${level}`, async () => {
        expect(await refusal(store.admins.grant(user.id, { level })))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'level', rule: 'range', allowed: 'a whole number from 1 to 100' });
        expect(await store.admins.find(user.id)).to.equal(null);
      });
    }

    it('are users that exist', async () => {
      expect(await refusal(store.admins.grant(newId(), { level: 1, grantedBy: root.id })))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'admins_user_id_foreign' });
      expect((await store.admins.list()).items).to.deep.equal([]);
    });

    it('are granted by users that exist', async () => {
      expect(await refusal(store.admins.grant(user.id, { level: 1, grantedBy: newId() })))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'admins_granted_by_foreign' });
      expect((await store.admins.list()).items).to.deep.equal([]);
    });
  });

  describe('when granted again', () => {
    it('have the new level, the new granter and the new time, and are one admin', async () => {
      const first = await store.admins.grant(user.id, { level: 7 });
      const again = await store.admins.grant(user.id, { level: 3, grantedBy: root.id });
      expect(again).to.include({ userId: user.id, level: 3, grantedBy: root.id });
      expect(again.grantedAt.getTime()).to.be.at.least(first.grantedAt.getTime());
      expect((await store.admins.list()).items).to.deep.equal([again]);
    });

    it('are granted by nobody, if nobody is said to have', async () => {
      await store.admins.grant(user.id, { level: 7, grantedBy: root.id });
      await store.admins.grant(user.id, { level: 7 });
      expect(await store.admins.find(user.id)).to.include({ grantedBy: null });
    });

    it('leave every other admin as it is', async () => {
      const other = await store.admins.grant(root.id, { level: 100 });
      await store.admins.grant(user.id, { level: 7, grantedBy: root.id });
      await store.admins.grant(user.id, { level: 8, grantedBy: root.id });
      expect(await store.admins.find(root.id)).to.deep.equal(other);
    });

    it('stay what they were if the granter does not exist', async () => {
      const admin = await store.admins.grant(user.id, { level: 7, grantedBy: root.id });
      expect(await refusal(store.admins.grant(user.id, { level: 8, grantedBy: newId() })))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'admins_granted_by_foreign' });
      expect(await store.admins.find(user.id)).to.deep.equal(admin);
    });
  });

  describe('when asked for', () => {
    beforeEach(async () => {
      await store.admins.grant(user.id, { level: 50 });
    });

    it('are admins of their level and of every lower one', async () => {
      expect(await store.admins.isAdmin(user.id)).to.equal(true);
      expect(await store.admins.isAdmin(user.id, 1)).to.equal(true);
      expect(await store.admins.isAdmin(user.id, 50)).to.equal(true);
    });

    it('are no admins of a higher level', async () => {
      expect(await store.admins.isAdmin(user.id, 51)).to.equal(false);
      expect(await store.admins.isAdmin(user.id, 100)).to.equal(false);
    });

    it('are not the users who are none, nor those who do not exist', async () => {
      for (const nobody of [root.id, newId<'user'>()]) {
        expect(await store.admins.isAdmin(nobody)).to.equal(false);
        expect(await store.admins.isAdmin(nobody, 1)).to.equal(false);
        expect(await store.admins.levelOf(nobody)).to.equal(null);
        expect(await store.admins.find(nobody)).to.equal(null);
      }
    });

    for (const level of [0, 101, 1.5, NaN]) {
      it(`cannot be asked for level ${level}`, async () => {
        expect(await refusal(store.admins.isAdmin(user.id, level)))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'level', rule: 'range' });
      });
    }
  });

  describe('when revoked', () => {
    it('are none any more, and are users still', async () => {
      const other = await store.admins.grant(root.id, { level: 100 });
      await store.admins.grant(user.id, { level: 50 });
      await store.admins.revoke(user.id);
      expect(await store.admins.isAdmin(user.id)).to.equal(false);
      expect(await store.admins.list()).to.deep.equal({ items: [other], next: null });
      expect(await store.users.get(user.id)).to.deep.equal(user);
    });

    it('can be granted again', async () => {
      await store.admins.grant(user.id, { level: 50 });
      await store.admins.revoke(user.id);
      await store.admins.grant(user.id, { level: 2 });
      expect(await store.admins.levelOf(user.id)).to.equal(2);
    });

    it('leave those they granted', async () => {
      await store.admins.grant(root.id, { level: 100 });
      await store.admins.grant(user.id, { level: 50, grantedBy: root.id });
      await store.admins.revoke(root.id);
      expect(await store.admins.find(user.id)).to.include({ level: 50, grantedBy: root.id });
    });

    it('are refused if they are none', async () => {
      for (const nobody of [user.id, newId<'user'>()]) {
        expect(await refusal(store.admins.revoke(nobody)))
          .to.be.instanceOf(NotFoundError)
          .and.include({ entity: 'admin' });
      }
    });
  });

  describe('in a list', () => {
    let users: User[];
    beforeEach(async () => {
      users = [root, user];
      for (let made = 0; made < 3; made += 1) users.push(await store.users.create(newUser()));
      for (const index of [3, 0, 4, 1, 2]) {
        const each = users[index];
        if (each) await store.admins.grant(each.id, { level: index + 1 });
      }
    });

    it('come youngest user first, whenever they were granted', async () => {
      const { items } = await store.admins.list();
      expect(items.map((admin) => admin.userId)).to.deep.equal(users.toReversed().map(({ id }) => id));
      expect(items.map((admin) => admin.level)).to.deep.equal([5, 4, 3, 2, 1]);
    });

    it('come page by page, each once', async () => {
      const seen: UserId[] = [];
      for (let after: string | null = null, pages = 1; ; pages += 1) {
        const page = await store.admins.list({ limit: 2, after });
        seen.push(...page.items.map((admin) => admin.userId));
        after = page.next;
        if (after !== null) continue;
        expect(pages).to.equal(3);
        break;
      }
      expect(seen).to.deep.equal(users.toReversed().map(({ id }) => id));
    });
  });
});
