import { expect } from 'chai';
import { FIRST_INSTANT, idTime, InvalidError, LAST_INSTANT, newId, NotFoundError, type UserId } from '@janus/core';
import { newUser, refusal, useStore } from './store.js';

describe('users', () => {
  const store = useStore();
  const create = async (count: number) => {
    const users = [];
    for (let made = 0; made < count; made += 1) users.push(await store.users.create(newUser()));
    return users;
  };

  describe('when created', () => {
    it('are given an id that carries when they were created', async () => {
      const before = Date.now();
      const user = await store.users.create(newUser());
      expect(idTime(user.id)).to.deep.equal(user.createdAt);
      expect(user.createdAt.getTime()).to.be.within(before, Date.now());
      expect(user.updatedAt).to.deep.equal(user.createdAt);
    });

    it('are found as they were given back', async () => {
      const user = await store.users.create(newUser());
      expect(await store.users.get(user.id)).to.deep.equal(user);
      expect(await store.users.find(user.id)).to.deep.equal(user);
      expect(await store.users.findByEmail(user.email)).to.deep.equal(user);
      expect(await store.users.findByUsername(user.username)).to.deep.equal(user);
    });

    for (const at of [
      FIRST_INSTANT,
      LAST_INSTANT,
      new Date('2026-03-08T07:30:00.123Z'), // in the hour that New York leaves out
      new Date('2026-11-01T05:30:00.999Z'), // in the hour that New York has twice
      new Date('1999-12-31T23:59:59.001Z'),
    ]) {
      it(`keep a given instant to the millisecond: ${at.toISOString()}`, async () => {
        const { id } = await store.users.create({ ...newUser(), createdAt: at });
        const user = await store.users.get(id);
        expect(user.createdAt.toISOString()).to.equal(at.toISOString());
        expect(user.updatedAt.toISOString()).to.equal(at.toISOString());
        expect(idTime(user.id).toISOString()).to.equal(at.toISOString());
      });
    }

    it('keep a given id, and are of the instant it carries', async () => {
      const id = newId<'user'>(new Date('2020-02-29T12:00:00.007Z'));
      await store.users.create({ ...newUser(), id });
      const user = await store.users.get(id);
      expect(user.id).to.equal(id);
      expect(user.createdAt.toISOString()).to.equal('2020-02-29T12:00:00.007Z');
    });

    it('may be given an id and the instant that it carries', async () => {
      const createdAt = new Date('2020-02-29T12:00:00.007Z');
      const id = newId<'user'>(createdAt);
      const user = await store.users.create({ ...newUser(), id, createdAt });
      expect(user).to.include({ id }).and.deep.include({ createdAt });
    });

    it('are refused with an id and an instant that is not the one it carries', async () => {
      const createdAt = new Date('2020-02-29T12:00:00.007Z');
      const id = newId<'user'>(new Date('2020-02-29T12:00:00.008Z'));
      const error = await refusal(store.users.create({ ...newUser(), id, createdAt }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'createdAt', rule: 'agreement' });
      expect((await store.users.list()).items).to.deep.equal([]);
    });
  });

  describe('that nobody created', () => {
    it('are null to those who look, by id, e-mail or username', async () => {
      await store.users.create(newUser());
      expect(await store.users.find(newId())).to.equal(null);
      expect(await store.users.findByEmail('nobody@example.org')).to.equal(null);
      expect(await store.users.findByUsername('nobody')).to.equal(null);
    });

    it('are an error to those who rely on them', async () => {
      expect(await refusal(store.users.get(newId())))
        .to.be.instanceOf(NotFoundError)
        .and.include({ entity: 'user' });
    });
  });

  describe('in a list', () => {
    it('come newest first, also those of one millisecond', async () => {
      const users = await create(10);
      expect((await store.users.list()).items).to.deep.equal(users.toReversed());
    });

    it('are sorted by when they were created, not by when they were stored', async () => {
      const days = [3, 1, 2].map((day) => new Date(Date.UTC(2024, 0, day)));
      for (const createdAt of days) await store.users.create({ ...newUser(), createdAt });
      const { items } = await store.users.list();
      expect(items.map((user) => user.createdAt.getUTCDate())).to.deep.equal([3, 2, 1]);
    });

    it('come page by page, each once, and the last page has no next', async () => {
      const users = await create(7);
      const sizes: number[] = [];
      const seen: UserId[] = [];
      for (let after: string | null = null; ;) {
        const page = await store.users.list({ limit: 3, after });
        sizes.push(page.items.length);
        seen.push(...page.items.map((user) => user.id));
        after = page.next;
        if (after === null) break;
      }
      expect(sizes).to.deep.equal([3, 3, 1]);
      expect(seen).to.deep.equal(users.toReversed().map((user) => user.id));
    });

    it('that are just as many as asked for have no next page', async () => {
      await create(3);
      expect((await store.users.list({ limit: 3 })).next).to.equal(null);
      expect((await store.users.list({ limit: 2 })).next).to.be.a('string');
    });

    it('neither repeat nor hide one another while some come and go', async () => {
      const [oldest, older, , newer, newest] = await create(5);
      const first = await store.users.list({ limit: 2 });
      expect(first.items).to.deep.equal([newest, newer]);
      await create(3);
      if (newer) await store.users.remove(newer.id);
      const second = await store.users.list({ limit: 2, after: first.next });
      expect(second.items.at(-1)).to.deep.equal(older);
      const third = await store.users.list({ limit: 2, after: second.next });
      expect(third).to.deep.equal({ items: [oldest], next: null });
    });

    it('are 50 to a page if nobody says how many', async () => {
      await store.unitOfWork.run(() => create(51));
      const page = await store.users.list();
      expect(page.items).to.have.length(50);
      expect((await store.users.list({ after: page.next })).items).to.have.length(1);
    });

    it('are none where there are none', async () => {
      expect(await store.users.list()).to.deep.equal({ items: [], next: null });
    });

    it('refuse the place of another list, and a place that was changed', async () => {
      await create(2);
      const { next: after } = await store.users.list({ limit: 1 });
      expect(await refusal(store.logs.list({ after })))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'after', rule: 'query' });
      for (const changed of ['', 'x', after?.slice(1), after?.slice(0, -4), `${after}AAAA`]) {
        expect(await refusal(store.users.list({ after: changed ?? '' })))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'after', rule: 'cursor' });
      }
    });
  });

  describe('when updated', () => {
    it('change in the fields that are given, and in no others', async () => {
      const [user, other] = [await store.users.create(newUser()), await store.users.create(newUser())];
      const renamed = await store.users.update(user.id, { username: 'countess' });
      expect(renamed).to.deep.include({ ...user, username: 'countess', updatedAt: renamed.updatedAt });
      const moved = await store.users.update(user.id, { email: 'ada@example.com' });
      expect(moved).to.deep.include({ ...renamed, email: 'ada@example.com', updatedAt: moved.updatedAt });
      expect(await store.users.get(user.id)).to.deep.equal(moved);
      expect(await store.users.get(other.id)).to.deep.equal(other);
    });

    it('say when that was', async () => {
      const user = await store.users.create({ ...newUser(), createdAt: new Date('2020-01-01') });
      const before = Date.now();
      const { createdAt, updatedAt } = await store.users.update(user.id, { username: 'countess' });
      expect(createdAt).to.deep.equal(user.createdAt);
      expect(updatedAt.getTime()).to.be.within(before, Date.now());
    });

    it('may be given the very values they have', async () => {
      const { id, email, username } = await store.users.create(newUser());
      expect(await store.users.update(id, { email, username })).to.include({ id, email, username });
    });

    it('take a field that is undefined for one that is left out', async () => {
      const { id, email } = await store.users.create(newUser());
      expect(await store.users.update(id, { email: undefined, username: 'countess' })).to.include({ email });
    });

    it('are refused where there is nothing to change', async () => {
      const { id } = await store.users.create(newUser());
      for (const nothing of [{}, { email: undefined, username: undefined }]) {
        expect(await refusal(store.users.update(id, nothing)))
          .to.be.instanceOf(InvalidError)
          .and.include({ rule: 'required', allowed: 'at least one field to change' });
      }
    });

    it('are refused where there is no such user', async () => {
      const error = await refusal(store.users.update(newId(), { username: 'nobody' }));
      expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'user' });
      expect(await store.users.findByUsername('nobody')).to.equal(null);
    });
  });
});
