import { expect } from 'chai';
import { FIRST_INSTANT, InvalidError, LAST_INSTANT } from '@janus/core';
import { refusal, useStore } from './store.js';

const ever = { from: FIRST_INSTANT, to: new Date(LAST_INSTANT.getTime() + 1) };

describe('analytics events a day', () => {
  const store = useStore();
  const record = async (topic: string, ...instants: string[]) => {
    for (const at of instants) await store.analytics.record({ topic, data: null, createdAt: new Date(at) });
  };

  it('are none where there are none', async () => {
    expect(await store.analytics.perDay({ created: ever })).to.deep.equal([]);
  });

  it('are counted by day, then by topic, each in its order', async () => {
    await record('faces', '2026-11-22T08:00:00Z', '2026-11-22T09:00:00Z', '2026-11-20T08:00:00Z');
    await record('colours', '2026-11-22T08:00:00Z');
    expect(await store.analytics.perDay({ created: ever })).to.deep.equal([
      { day: '2026-11-20', topic: 'faces', events: 1 },
      { day: '2026-11-22', topic: 'colours', events: 1 },
      { day: '2026-11-22', topic: 'faces', events: 2 },
    ]);
  });

  it('are of topics in the order of code points', async () => {
    const topics = ['!', 'A', 'B', 'a', 'a ', 'a b', 'b', 'é', '\ue000', '😀'];
    for (const topic of topics.toReversed()) await record(topic, '2026-11-22T08:00:00Z');
    expect((await store.analytics.perDay({ created: ever })).map(({ topic }) => topic)).to.deep.equal(topics);
  });

  it('are of days in order, also those before the year 2000, and of the first and the last there is', async () => {
    const days = ['1970-01-01', '1970-01-02', '1999-12-31', '2000-02-29', '2026-01-09', '2026-01-10', '2100-12-31'];
    await record('day', ...days.toReversed().map((day) => `${day}T12:00:00Z`));
    await record('day', FIRST_INSTANT.toISOString(), LAST_INSTANT.toISOString());
    expect(await store.analytics.perDay({ created: ever })).to.deep.equal(
      days.map((day) => ({ day, topic: 'day', events: day === '1970-01-01' || day === '2100-12-31' ? 2 : 1 })),
    );
  });

  it('can be those of one topic', async () => {
    await record('faces', '2026-11-22T08:00:00Z');
    await record('Faces', '2026-11-22T08:00:00Z');
    expect(await store.analytics.perDay({ created: ever, topic: 'faces' })).to.deep.equal([
      { day: '2026-11-22', topic: 'faces', events: 1 },
    ]);
  });

  it('are those of a period, its beginning in it and its end not', async () => {
    await record('tick', '2026-11-22T08:00:00.122Z', '2026-11-22T08:00:00.123Z', '2026-11-22T08:00:00.124Z');
    const [from, to] = [new Date('2026-11-22T08:00:00.123Z'), new Date('2026-11-22T08:00:00.124Z')];
    expect(await store.analytics.perDay({ created: { from, to } })).to.deep.equal([
      { day: '2026-11-22', topic: 'tick', events: 1 },
    ]);
    expect(await store.analytics.perDay({ created: { from, to: from } })).to.deep.equal([]);
  });

  it('count events of images and of none', async () => {
    const owner = await store.users.create({ email: 'ada@example.org', username: 'ada' });
    const { id: imageId } = await store.images.create({
      ownerId: owner.id,
      filename: 'a.png',
      mimeType: 'image/png',
      byteSize: 1,
      width: 1,
      height: 1,
      sha256: 'a'.repeat(64),
    });
    const createdAt = new Date('2026-11-22T08:00:00Z');
    await store.analytics.record({ topic: 'faces', data: 1, imageId, createdAt });
    await store.analytics.record({ topic: 'faces', data: 1, createdAt });
    expect(await store.analytics.perDay({ created: ever })).to.deep.equal([
      { day: '2026-11-22', topic: 'faces', events: 2 },
    ]);
  });

  describe('are of days in UTC', () => {
    const zone = process.env['TZ'];
    afterEach(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });

    for (const [name, noon] of [
      ['UTC', 12],
      ['America/New_York', 7],
      ['Pacific/Kiritimati', 2],
      ['Asia/Kathmandu', 17],
    ] as const) {
      it(`where the clock shows ${name}`, async () => {
        process.env['TZ'] = name;
        expect(new Date('2026-11-22T12:00:00Z').getHours()).to.equal(noon);
        await record('tick', '2026-11-21T23:59:59.999Z', '2026-11-22T00:00:00.000Z', '2026-11-22T23:59:59.999Z');
        await record('tick', '2026-11-23T00:00:00.000Z', '2026-07-01T04:30:00.000Z', '2026-07-01T03:30:00.000Z');
        expect(await store.analytics.perDay({ created: ever })).to.deep.equal([
          { day: '2026-07-01', topic: 'tick', events: 2 },
          { day: '2026-11-21', topic: 'tick', events: 1 },
          { day: '2026-11-22', topic: 'tick', events: 2 },
          { day: '2026-11-23', topic: 'tick', events: 1 },
        ]);
        const created = { from: new Date('2026-11-22T00:00:00Z'), to: new Date('2026-11-23T00:00:00Z') };
        expect(await store.analytics.perDay({ created })).to.deep.equal([
          { day: '2026-11-22', topic: 'tick', events: 2 },
        ]);
      });
    }
  });

  it('are asked for with a period that has both a beginning and an end', async () => {
    for (const created of [{}, { from: FIRST_INSTANT }, { to: LAST_INSTANT }, undefined]) {
      const error = await refusal(store.analytics.perDay({ created: created as never }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ rule: 'required' });
      expect((error as InvalidError).field).to.match(/^created/);
    }
  });
});
