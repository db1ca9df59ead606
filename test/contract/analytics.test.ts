import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  FIRST_INSTANT,
  idTime,
  InvalidError,
  LAST_INSTANT,
  MissingReferenceError,
  newId,
  type AnalyticsFilter,
  type Image,
  type JsonValue,
} from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const at = (millisecond: number) => new Date(Date.UTC(2026, 2, 8, 7, 30, 0, millisecond));

describe('analytics events', () => {
  const store = useStore();
  let image: Image;
  beforeEach(async () => {
    image = await store.images.create(newImage(await store.users.create(newUser())));
  });

  const topics = async (where?: AnalyticsFilter) => (await store.analytics.list({ where })).items.map((e) => e.topic);

  describe('when recorded', () => {
    it('are found as they were given back', async () => {
      const createdAt = new Date('2026-03-08T07:30:00.123Z');
      const given = { topic: 'faces', data: { count: 2 }, imageId: image.id, createdAt };
      const event = await store.analytics.record(given);
      expect(event).to.have.all.keys('id', 'topic', 'data', 'imageId', 'createdAt');
      expect(event).to.deep.include(given);
      expect(await store.analytics.find(event.id)).to.deep.equal(event);
      expect((await store.analytics.list()).items).to.deep.equal([event]);
    });

    it('are of now, and of no image, if nothing is said', async () => {
      const before = Date.now();
      const event = await store.analytics.record({ topic: 'faces', data: null });
      expect(event.createdAt.getTime()).to.be.within(before, Date.now());
      expect(idTime(event.id)).to.deep.equal(event.createdAt);
      expect(event.imageId).to.equal(null);
      expect(await store.analytics.find(event.id)).to.deep.equal(event);
    });

    for (const createdAt of [FIRST_INSTANT, LAST_INSTANT, new Date('2026-11-01T05:30:00.999Z')]) {
      it(`keep their instant to the millisecond: ${createdAt.toISOString()}`, async () => {
        const { id } = await store.analytics.record({ topic: 'faces', data: 1, createdAt });
        expect((await store.analytics.find(id))?.createdAt.toISOString()).to.equal(createdAt.toISOString());
      });
    }

    it('may be given an id, which carries their instant, and refuse one that does not', async () => {
      const createdAt = new Date('2020-01-01T00:00:00.001Z');
      const id = newId<'analytics'>(createdAt);
      expect(await store.analytics.record({ id, topic: 'faces', data: 1 })).to.deep.include({ id, createdAt });
      const error = await refusal(store.analytics.record({ id: newId(), createdAt, topic: 'faces', data: 1 }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'createdAt', rule: 'agreement' });
      expect(await topics()).to.have.length(1);
    });

    it('are refused for an image that does not exist', async () => {
      expect(await refusal(store.analytics.record({ topic: 'faces', data: 1, imageId: newId() })))
        .to.be.instanceOf(MissingReferenceError)
        .and.include({ rule: 'analytics_image_id_foreign' });
      expect(await topics()).to.deep.equal([]);
    });

    const nested: JsonValue = { a: [1, 'two', null, { b: true }] };
    for (const data of [null, true, false, 0, 1.5, '', 'text', [], {}, [[]], nested] as JsonValue[]) {
      it(`keep data that is ${JSON.stringify(data)}`, async () => {
        const { id } = await store.analytics.record({ topic: 'faces', data });
        expect((await store.analytics.find(id))?.data).to.deep.equal(data);
      });
    }

    it('keep any JSON by value; minus zero is zero', async () => {
      const json = fc.oneof(
        fc.jsonValue({ maxDepth: 4 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'grapheme' }),
      );
      const storable = json.filter((value) => !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(value)));
      await fc.assert(
        fc.asyncProperty(fc.array(storable, { minLength: 1, maxLength: 30 }), async (all) => {
          await store.unitOfWork.run(async () => {
            for (const data of all) await store.analytics.record({ topic: 'any', data: data as JsonValue });
          });
          const events = await store.analytics.recent(all.length);
          expect(events.map(({ data }) => data).toReversed()).to.deep.equal(JSON.parse(JSON.stringify(all)));
        }),
        { numRuns: 30 },
      );
    });

    it('stay when their image is purged, and are of none then', async () => {
      const event = await store.analytics.record({ topic: 'faces', data: 1, imageId: image.id });
      await store.images.remove(image.id);
      expect(await store.analytics.find(event.id)).to.deep.equal(event);
      await store.images.purge({ before: new Date(Date.now() + 60_000) });
      expect(await store.analytics.find(event.id)).to.deep.equal({ ...event, imageId: null });
    });
  });

  it('that nobody recorded are null', async () => {
    expect(await store.analytics.find(newId())).to.equal(null);
  });

  describe('in a list', () => {
    it('come newest first, by when they happened', async () => {
      for (const day of [2, 3, 1]) {
        await store.analytics.record({ topic: `day ${day}`, data: day, createdAt: new Date(Date.UTC(2024, 0, day)) });
      }
      expect(await topics()).to.deep.equal(['day 3', 'day 2', 'day 1']);
    });

    it('come page by page, each once, while others are recorded', async () => {
      for (let made = 0; made < 5; made += 1) await store.analytics.record({ topic: `topic ${made}`, data: made });
      const seen: JsonValue[] = [];
      for (let after: string | null = null; ;) {
        const page = await store.analytics.list({ limit: 2, after });
        seen.push(...page.items.map(({ data }) => data));
        await store.analytics.record({ topic: 'meanwhile', data: 'new' });
        after = page.next;
        if (after === null) break;
      }
      expect(seen).to.deep.equal([4, 3, 2, 1, 0]);
    });

    it('go on after a page of the same filter only', async () => {
      for (let made = 0; made < 3; made += 1) await store.analytics.record({ topic: 'faces', data: made });
      const { next: after } = await store.analytics.list({ where: { topic: 'faces' }, limit: 1 });
      expect((await store.analytics.list({ where: { topic: 'faces' }, after })).items).to.have.length(2);
      expect(await refusal(store.analytics.list({ after })))
        .to.be.instanceOf(InvalidError)
        .and.include({ field: 'after', rule: 'query' });
    });

    it('are found by topic, exactly', async () => {
      for (const topic of ['faces', 'Faces', 'faces ', 'face']) await store.analytics.record({ topic, data: 1 });
      for (const topic of ['faces', 'Faces', 'faces ']) expect(await topics({ topic })).to.deep.equal([topic]);
      for (const topic of ['FACES', 'face_', 'f%', ' faces']) expect(await topics({ topic })).to.deep.equal([]);
    });

    it('are found by image, and by having none', async () => {
      await store.analytics.record({ topic: 'of it', data: 1, imageId: image.id });
      await store.analytics.record({ topic: 'of none', data: 1 });
      expect(await topics({ imageId: image.id })).to.deep.equal(['of it']);
      expect(await topics({ imageId: null })).to.deep.equal(['of none']);
      expect(await topics({ imageId: newId() })).to.deep.equal([]);
      expect(await topics({ imageId: image.id, topic: 'of none' })).to.deep.equal([]);
    });

    it('are found from the beginning of a period, which is in it, to its end, which is not', async () => {
      for (const ms of [122, 123, 124, 125]) {
        await store.analytics.record({ topic: `.${ms}`, data: ms, createdAt: at(ms) });
      }
      expect(await topics({ created: { from: at(123), to: at(125) } })).to.deep.equal(['.124', '.123']);
      expect(await topics({ created: { from: at(125) } })).to.deep.equal(['.125']);
      expect(await topics({ created: { to: at(123) } })).to.deep.equal(['.122']);
      expect(await topics({ created: { from: at(123), to: at(123) } })).to.deep.equal([]);
    });
  });

  describe('that are recent', () => {
    it('are the newest, newest first: 50, or as many as asked for', async () => {
      await store.unitOfWork.run(async () => {
        for (let made = 0; made < 60; made += 1) await store.analytics.record({ topic: 'tick', data: made });
      });
      const newest = Array.from({ length: 60 }, (_, index) => 59 - index);
      expect((await store.analytics.recent()).map(({ data }) => data)).to.deep.equal(newest.slice(0, 50));
      expect((await store.analytics.recent(500)).map(({ data }) => data)).to.deep.equal(newest);
      expect((await store.analytics.recent(1)).map(({ data }) => data)).to.deep.equal([59]);
    });

    for (const limit of [0, 501, 1.5, NaN]) {
      it(`cannot be ${limit}`, async () => {
        expect(await refusal(store.analytics.recent(limit)))
          .to.be.instanceOf(InvalidError)
          .and.include({ field: 'limit', rule: 'range' });
      });
    }
  });
});
