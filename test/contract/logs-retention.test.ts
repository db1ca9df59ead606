import { expect } from 'chai';
import { InvalidError, type NewLogEntry, type User } from '@janus/core';
import { newUser, refusal, useStore } from './store.js';

const at = (millisecond: number) => new Date(Date.UTC(2026, 10, 1, 5, 59, 59, 0) + millisecond);

describe('log entries counted by user', () => {
  const store = useStore();
  let ada: User;
  let grace: User;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
    grace = await store.users.create(newUser());
    await store.users.create(newUser());
    await store.logs.appendMany([
      ...[1, 2, 3].map((ms): NewLogEntry => ({ action: 'upload', userId: grace.id, timestamp: at(ms) })),
      ...[1, 2, 3, 4, 5].map((ms): NewLogEntry => ({ action: 'upload', userId: ada.id, timestamp: at(ms) })),
      { action: 'sweep', timestamp: at(2) },
    ]);
  });

  it('are most first, with those that are nobody’s, and without users who have none', async () => {
    expect(await store.logs.countByUser()).to.deep.equal([
      { userId: ada.id, entries: 5 },
      { userId: grace.id, entries: 3 },
      { userId: null, entries: 1 },
    ]);
  });

  it('are those of a period, its beginning in it and its end not', async () => {
    expect(await store.logs.countByUser({ from: at(2), to: at(5) })).to.deep.equal([
      { userId: ada.id, entries: 3 },
      { userId: grace.id, entries: 2 },
      { userId: null, entries: 1 },
    ]);
    expect(await store.logs.countByUser({ from: at(4) })).to.deep.equal([{ userId: ada.id, entries: 2 }]);
    expect(await store.logs.countByUser({ to: at(1) })).to.deep.equal([]);
  });

  it('are nobody’s when their user is gone', async () => {
    await store.users.remove(grace.id);
    expect(await store.logs.countByUser()).to.deep.equal([
      { userId: ada.id, entries: 5 },
      { userId: null, entries: 4 },
    ]);
  });

  it('are of 500 users at the most, those with the most entries', async () => {
    await store.unitOfWork.run(async () => {
      const users: User[] = [];
      for (let made = 0; made < 500; made += 1) users.push(await store.users.create(newUser()));
      await store.logs.appendMany(
        users.flatMap(({ id }) => [
          { action: 'login', userId: id },
          { action: 'logout', userId: id },
        ]),
      );
    });
    const counts = await store.logs.countByUser();
    expect(counts).to.have.length(500);
    expect(counts.slice(0, 2).map(({ entries }) => entries)).to.deep.equal([5, 3]);
    expect(counts.at(-1)?.entries).to.equal(2);
    expect(counts.map(({ userId }) => userId)).not.to.include(null);
  });
});

describe('log entries that are pruned', () => {
  const store = useStore();
  const stored = async () =>
    (await store.logs.list()).items.map((entry) => entry.timestamp.getTime() - at(0).getTime());

  beforeEach(async () => {
    await store.logs.appendMany([0, 1, 2, 3, 4].map((ms) => ({ action: 'tick', timestamp: at(ms) })));
  });

  it('are those from before an instant; one of that very millisecond stays', async () => {
    expect(await store.logs.prune({ before: at(2) })).to.equal(2);
    expect(await stored()).to.deep.equal([4, 3, 2]);
  });

  it('are none where none is as old', async () => {
    expect(await store.logs.prune({ before: at(0) })).to.equal(0);
    expect(await stored()).to.have.length(5);
  });

  it('are not pruned again', async () => {
    await store.logs.prune({ before: at(2) });
    expect(await store.logs.prune({ before: at(2) })).to.equal(0);
    expect(await store.logs.prune({ before: at(3) })).to.equal(1);
  });

  it('are all, before an instant after everything, also one after all that can be stored', async () => {
    expect(await store.logs.prune({ before: new Date(8.64e15) })).to.equal(5);
    expect(await stored()).to.deep.equal([]);
  });

  for (const batch of [1, 2, 4, 5, 6, 10_000]) {
    it(`are all that are due, ${batch} at a time`, async () => {
      expect(await store.logs.prune({ before: at(4), batch })).to.equal(4);
      expect(await stored()).to.deep.equal([4]);
    });
  }

  it('are all that are due when more are of one millisecond than go into a batch', async () => {
    await store.logs.appendMany(Array.from({ length: 25 }, () => ({ action: 'burst', timestamp: at(-1) })));
    expect(await store.logs.prune({ before: at(0), batch: 10 })).to.equal(25);
    expect(await stored()).to.deep.equal([4, 3, 2, 1, 0]);
  });

  it('are all that are due when they are thousands, a thousand at a time if nothing is said', async () => {
    await store.logs.appendMany(Array.from({ length: 2_500 }, () => ({ action: 'old', timestamp: at(-1) })));
    expect(await store.logs.prune({ before: at(0) })).to.equal(2_500);
    expect(await stored()).to.have.length(5);
  });

  it('leave users as they are', async () => {
    const user = await store.users.create(newUser());
    await store.logs.append({ action: 'login', userId: user.id, timestamp: at(0) });
    expect(await store.logs.prune({ before: at(1) })).to.equal(2);
    expect(await store.users.get(user.id)).to.deep.equal(user);
  });

  it('come back when the unit of work they are pruned in is taken back', async () => {
    const taken = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        expect(await store.logs.prune({ before: at(3), batch: 1 })).to.equal(3);
        throw taken;
      }),
    );
    expect(error).to.equal(taken);
    expect(await stored()).to.have.length(5);
  });

  for (const batch of [0, 10_001, -1, 1.5, NaN]) {
    it(`are not pruned ${batch} at a time`, async () => {
      expect(await refusal(store.logs.prune({ before: at(9), batch })))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'batch', rule: 'range', allowed: 'a whole number from 1 to 10000' });
      expect(await stored()).to.have.length(5);
    });
  }

  it('are not pruned before an instant that is none', async () => {
    expect(await refusal(store.logs.prune({ before: new Date(NaN) })))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'before', rule: 'type' });
    expect(await stored()).to.have.length(5);
  });
});
