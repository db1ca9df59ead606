import { expect } from 'chai';
import { DuplicateError, InvalidError, MissingReferenceError, newId, type NewLogEntry, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

function* entries(count: number, broken: Partial<NewLogEntry> = {}, at = -1): Generator<NewLogEntry> {
  for (let index = 0; index < count; index += 1) {
    yield { action: `action ${index}`, metadata: { index }, ...(index === at && broken) };
  }
}

async function* arriving(count: number, broken?: Partial<NewLogEntry>, at?: number): AsyncGenerator<NewLogEntry> {
  let arrived = 0;
  for (const entry of entries(count, broken, at)) {
    if ((arrived += 1) % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    yield entry;
  }
}

describe('many log entries', () => {
  const store = useStore();
  let owner: User;
  beforeEach(async () => {
    owner = await store.users.create(newUser());
  });

  const stored = async () => (await store.logs.countByUser()).reduce((sum, user) => sum + user.entries, 0);

  it('are appended by the tens of thousands in one call', async () => {
    expect(await store.logs.appendMany(entries(20_000))).to.equal(20_000);
    expect(await stored()).to.equal(20_000);
    const [newest] = await store.logs.recent(1);
    expect(newest).to.deep.include({ action: 'action 19999', metadata: { index: 19_999 } });
  });

  it('are appended by the tens of thousands as they arrive', async () => {
    expect(await store.logs.appendMany(arriving(10_001))).to.equal(10_001);
    expect(await stored()).to.equal(10_001);
  });

  it('may come as an array, or as a set', async () => {
    expect(await store.logs.appendMany([...entries(3)])).to.equal(3);
    expect(await store.logs.appendMany(new Set(entries(3)))).to.equal(3);
    expect(await stored()).to.equal(6);
  });

  it('may be none', async () => {
    expect(await store.logs.appendMany([])).to.equal(0);
    expect(await store.logs.appendMany(arriving(0))).to.equal(0);
    expect(await stored()).to.equal(0);
  });

  for (const count of [1, 499, 500, 501, 1_000, 1_001]) {
    it(`are each there once, in the order they came in, when they are ${count}`, async () => {
      expect(await store.logs.appendMany(entries(count))).to.equal(count);
      expect(await stored()).to.equal(count);
      const recent = await store.logs.recent(500);
      const expected = Array.from({ length: Math.min(count, 500) }, (_, index) => count - 1 - index);
      expect(recent.map(({ metadata }) => metadata['index'])).to.deep.equal(expected);
    });
  }

  it('are each stored as one that is appended alone', async () => {
    const image = await store.images.create(newImage(owner));
    const timestamp = new Date('2026-03-08T07:30:00.123Z');
    const full: NewLogEntry = {
      id: newId(timestamp),
      timestamp,
      level: 'warn',
      action: 'image.resized',
      module: 'worker',
      userId: owner.id,
      imageId: image.id,
      metadata: { took: 0.25 },
    };
    await store.logs.appendMany([{ action: 'bare' }, full]);
    const [bare, last] = await store.logs.recent();
    expect(last).to.deep.equal(full);
    expect(bare).to.deep.include({ level: 'info', module: 'app', userId: null, imageId: null, metadata: {} });
  });

  describe('are none at all', () => {
    const at = 1_234;

    for (const [how, source] of Object.entries({ 'in an array': entries, 'as they arrive': arriving })) {
      it(`if one is not valid, and the error says which and why: ${how}`, async () => {
        expect(await refusal(store.logs.appendMany(source(2_000, { action: '' }, at))))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: '1234.action', rule: 'length' });
        expect(await stored()).to.equal(0);
      });
    }

    it('if one has an id that carries another instant than its timestamp', async () => {
      const broken = { id: newId<'log'>(), timestamp: new Date('2020-01-01') };
      expect(await refusal(store.logs.appendMany(entries(2_000, broken, at))))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: '1234.timestamp', rule: 'agreement' });
      expect(await stored()).to.equal(0);
    });

    it('if one names a user or an image that does not exist', async () => {
      expect(await refusal(store.logs.appendMany(entries(2_000, { userId: newId() }, at))))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'logs_user_id_foreign' });
      expect(await refusal(store.logs.appendMany(arriving(2_000, { imageId: newId() }, at))))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'logs_image_id_foreign' });
      expect(await stored()).to.equal(0);
    });

    for (const first of [3, at - 1]) {
      it(`if two have one id, number ${first} and number ${at}`, async () => {
        const id = newId<'log'>();
        const twice = Array.from(entries(2_000), (entry, index) =>
          index === first || index === at ? { ...entry, id } : entry,
        );
        expect(await refusal(store.logs.appendMany(twice)))
          .to.be.instanceOf(DuplicateError)
          .and.include({ rule: 'logs_id_unique' });
        expect(await stored()).to.equal(0);
      });
    }

    it('if what they come from fails: with its own error', async () => {
      const failure = new Error('the file ends in the middle of a line');
      async function* failing() {
        yield* arriving(at);
        throw failure;
      }
      expect(await refusal(store.logs.appendMany(failing()))).to.equal(failure);
      expect(await stored()).to.equal(0);
    });

    it('of those alone: what was there before stays', async () => {
      const before = await store.logs.append({ action: 'before' });
      await refusal(store.logs.appendMany(entries(2_000, { action: '' }, at)));
      expect((await store.logs.list()).items).to.deep.equal([before]);
    });
  });

  it('are read as they are appended, and no further when one is refused', async () => {
    let read = 0;
    let closed = false;
    function* source() {
      try {
        for (const entry of entries(50_000, { action: '' }, 100)) {
          read += 1;
          yield entry;
        }
      } finally {
        closed = true;
      }
    }
    await refusal(store.logs.appendMany(source()));
    expect({ read, closed }).to.deep.equal({ read: 101, closed: true });
  });

  it('may come from something that asks the same store', async () => {
    const users = [owner, await store.users.create(newUser())];
    async function* logins(): AsyncGenerator<NewLogEntry> {
      for (const { id } of users) yield { action: (await store.users.get(id)).username, userId: id };
    }
    expect(await store.logs.appendMany(logins())).to.equal(2);
    expect((await store.logs.list()).items.map((entry) => entry.action)).to.deep.equal(
      users.toReversed().map(({ username }) => username),
    );
  });

  it('belong to the unit of work they are appended in', async () => {
    const taken = new Error('taken back');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await store.logs.appendMany(entries(600));
        expect(await stored()).to.equal(600);
        throw taken;
      }),
    );
    expect(error).to.equal(taken);
    expect(await stored()).to.equal(0);
  });

  it('that were refused leave the unit of work as it was before them', async () => {
    await store.unitOfWork.run(async () => {
      await store.logs.append({ action: 'before' });
      await refusal(store.logs.appendMany(entries(2_000, { userId: newId() }, 1_234)));
      await store.logs.append({ action: 'after' });
    });
    expect((await store.logs.list()).items.map((entry) => entry.action)).to.deep.equal(['after', 'before']);
  });
});
