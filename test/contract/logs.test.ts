import { expect } from 'chai';
import {
  FIRST_INSTANT,
  idTime,
  InvalidError,
  LAST_INSTANT,
  LOG_LEVELS,
  newId,
  type Image,
  type LogFilter,
  type User,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const at = (millisecond: number) => new Date(Date.UTC(2026, 2, 8, 7, 30, 0, millisecond));

describe('log entries', () => {
  const store = useStore();
  let user: User;
  let image: Image;
  beforeEach(async () => {
    user = await store.users.create(newUser());
    image = await store.images.create(newImage(user));
  });

  const actions = async (where?: LogFilter) => (await store.logs.list({ where })).items.map((entry) => entry.action);

  describe('when appended', () => {
    it('are found as they were given back', async () => {
      const entry = await store.logs.append({
        timestamp: new Date('2026-03-08T07:30:00.123Z'),
        level: 'error',
        action: 'image.resized',
        module: 'worker',
        userId: user.id,
        imageId: image.id,
        metadata: { took: 0.25 },
      });
      const fields = ['id', 'timestamp', 'level', 'action', 'module', 'userId', 'imageId', 'metadata'];
      expect(entry).to.have.all.keys(fields);
      expect((await store.logs.list()).items).to.deep.equal([entry]);
      expect(entry).to.deep.include({
        timestamp: new Date('2026-03-08T07:30:00.123Z'),
        level: 'error',
        action: 'image.resized',
        module: 'worker',
        userId: user.id,
        imageId: image.id,
        metadata: { took: 0.25 },
      });
    });

    it('are of now, of the app, for information, nobody’s, about no image and with nothing more, if nothing is said', async () => {
      const before = Date.now();
      const entry = await store.logs.append({ action: 'started' });
      expect(entry.timestamp.getTime()).to.be.within(before, Date.now());
      expect(idTime(entry.id)).to.deep.equal(entry.timestamp);
      expect(entry).to.deep.include({ level: 'info', module: 'app', userId: null, imageId: null, metadata: {} });
      expect((await store.logs.list()).items).to.deep.equal([entry]);
    });

    for (const timestamp of [FIRST_INSTANT, LAST_INSTANT, new Date('2026-11-01T05:30:00.999Z')]) {
      it(`keep their timestamp to the millisecond: ${timestamp.toISOString()}`, async () => {
        await store.logs.append({ action: 'moment', timestamp });
        const [entry] = (await store.logs.list()).items;
        expect(entry?.timestamp.toISOString()).to.equal(timestamp.toISOString());
      });
    }

    for (const level of LOG_LEVELS) {
      it(`may have level ${level}`, async () => {
        await store.logs.append({ action: 'leveled', level });
        expect((await store.logs.list()).items[0]?.level).to.equal(level);
      });
    }

    it('may be given an id, which carries their timestamp, and refuse one that does not', async () => {
      const timestamp = new Date('2020-01-01T00:00:00.001Z');
      const id = newId<'log'>(timestamp);
      expect(await store.logs.append({ id, action: 'imported' })).to.deep.include({ id, timestamp });
      const error = await refusal(store.logs.append({ id: newId(), timestamp, action: 'imported' }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'timestamp', rule: 'agreement' });
      expect((await store.logs.list()).items).to.have.length(1);
    });

    it('keep action and module character by character', async () => {
      for (const exact of ['Upload', 'upload', 'upload ', ' upload', 'ｕpload', '😀'.repeat(100)]) {
        await store.logs.append({ action: exact, module: exact });
        expect((await store.logs.list()).items[0]).to.include({ action: exact, module: exact });
        expect(await actions({ action: exact, module: exact })).to.deep.equal([exact]);
      }
    });
  });

  describe('in a list', () => {
    it('come newest first, also those of one millisecond', async () => {
      const all = Array.from({ length: 30 }, (_, index) => `action ${index}`);
      await store.unitOfWork.run(async () => {
        for (const action of all) await store.logs.append({ action });
      });
      expect(await actions()).to.deep.equal(all.toReversed());
    });

    it('are sorted by when they happened, not by when they were appended', async () => {
      for (const day of [2, 3, 1])
        await store.logs.append({ action: `day ${day}`, timestamp: new Date(Date.UTC(2024, 0, day)) });
      expect(await actions()).to.deep.equal(['day 3', 'day 2', 'day 1']);
    });

    it('come page by page, each once, while others are appended', async () => {
      for (let made = 0; made < 5; made += 1) await store.logs.append({ action: `action ${made}` });
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page = await store.logs.list({ limit: 2, after });
        seen.push(...page.items.map((entry) => entry.action));
        await store.logs.append({ action: 'meanwhile' });
        after = page.next;
        if (after === null) break;
      }
      expect(seen).to.deep.equal(['action 4', 'action 3', 'action 2', 'action 1', 'action 0']);
    });

    it('go on after a page of the same filter only', async () => {
      for (let made = 0; made < 3; made += 1) await store.logs.append({ action: 'upload', userId: user.id });
      const where: LogFilter = { action: 'upload', userId: user.id };
      const { next: after } = await store.logs.list({ where, limit: 1 });
      expect((await store.logs.list({ where: { userId: user.id, action: 'upload' }, after })).items).to.have.length(2);
      for (const other of [undefined, {}, { action: 'upload' }, { ...where, level: 'info' as const }]) {
        expect(await refusal(store.logs.list({ where: other, after })))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'after', rule: 'query' });
      }
    });
  });

  describe('are found', () => {
    let other: User;
    beforeEach(async () => {
      other = await store.users.create(newUser());
      await store.logs.append({ action: 'a', level: 'debug', module: 'web', userId: user.id, imageId: image.id });
      await store.logs.append({ action: 'b', level: 'warn', module: 'web', userId: other.id });
      await store.logs.append({ action: 'c', level: 'warn', module: 'worker', imageId: image.id });
      await store.logs.append({ action: 'd' });
    });

    it('all, if nothing is asked', async () => {
      expect(await actions()).to.deep.equal(['d', 'c', 'b', 'a']);
      expect(await actions({})).to.deep.equal(['d', 'c', 'b', 'a']);
    });

    it('by user', async () => {
      expect(await actions({ userId: user.id })).to.deep.equal(['a']);
      expect(await actions({ userId: newId() })).to.deep.equal([]);
    });

    it('by being nobody’s', async () => {
      expect(await actions({ userId: null })).to.deep.equal(['d', 'c']);
    });

    it('by image, and by having none', async () => {
      expect(await actions({ imageId: image.id })).to.deep.equal(['c', 'a']);
      expect(await actions({ imageId: null })).to.deep.equal(['d', 'b']);
    });

    it('by level', async () => {
      expect(await actions({ level: 'warn' })).to.deep.equal(['c', 'b']);
      expect(await actions({ level: 'error' })).to.deep.equal([]);
    });

    it('by action, exactly', async () => {
      expect(await actions({ action: 'b' })).to.deep.equal(['b']);
      for (const near of ['B', 'b ', ' b', '%', '_', 'ｂ']) expect(await actions({ action: near })).to.deep.equal([]);
    });

    it('by module, exactly', async () => {
      expect(await actions({ module: 'web' })).to.deep.equal(['b', 'a']);
      expect(await actions({ module: 'app' })).to.deep.equal(['d']);
      for (const near of ['Web', 'web ', 'we_', 'w%']) expect(await actions({ module: near })).to.deep.equal([]);
    });

    it('by all that is asked together', async () => {
      expect(await actions({ level: 'warn', module: 'web' })).to.deep.equal(['b']);
      expect(await actions({ imageId: image.id, userId: null })).to.deep.equal(['c']);
      expect(await actions({ level: 'warn', userId: user.id })).to.deep.equal([]);
    });
  });

  describe('of a period', () => {
    beforeEach(async () => {
      for (const ms of [122, 123, 124, 125]) await store.logs.append({ action: `.${ms}`, timestamp: at(ms) });
    });

    it('are those from its beginning, which is in it, to its end, which is not', async () => {
      expect(await actions({ timestamp: { from: at(123), to: at(125) } })).to.deep.equal(['.124', '.123']);
    });

    it('are all after it began, or all before it ended, if the other is not said', async () => {
      expect(await actions({ timestamp: { from: at(124) } })).to.deep.equal(['.125', '.124']);
      expect(await actions({ timestamp: { to: at(124) } })).to.deep.equal(['.123', '.122']);
      expect(await actions({ timestamp: {} })).to.have.length(4);
    });

    it('are none if it ends when it begins, or before', async () => {
      expect(await actions({ timestamp: { from: at(123), to: at(123) } })).to.deep.equal([]);
      expect(await actions({ timestamp: { from: at(125), to: at(122) } })).to.deep.equal([]);
    });

    it('are all if it begins before and ends after anything can be stored', async () => {
      await store.logs.append({ action: 'first', timestamp: FIRST_INSTANT });
      await store.logs.append({ action: 'last', timestamp: LAST_INSTANT });
      const ever = { from: new Date(-8.64e15), to: new Date(8.64e15) };
      expect(await actions({ timestamp: ever })).to.deep.equal(['last', '.125', '.124', '.123', '.122', 'first']);
    });
  });

  describe('that are recent', () => {
    it('are the newest, newest first: 50, or as many as asked for', async () => {
      await store.logs.appendMany(Array.from({ length: 60 }, (_, index) => ({ action: `action ${index}` })));
      const recent = await store.logs.recent();
      expect(recent.map((entry) => entry.action)).to.deep.equal((await actions()).slice(0, 50));
      expect(await store.logs.recent(500)).to.have.length(60);
      expect((await store.logs.recent(1)).map((entry) => entry.action)).to.deep.equal(['action 59']);
    });

    for (const limit of [0, 501, 1.5, NaN, -1]) {
      it(`cannot be ${limit}`, async () => {
        expect(await refusal(store.logs.recent(limit)))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'limit', rule: 'range', allowed: 'a whole number from 1 to 500' });
      });
    }
  });
});
