import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, UnavailableError, UnknownOutcomeError, type LogRepository, type User } from '@janus/core';
import { Database, KnexImageRepository, KnexLogRepository, KnexUserRepository } from '@janus/knex';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { newImage, newUser, refusal } from '../contract/store.js';
import { markedBy, markIn, told } from '../contract/told.js';
import { openDatabase } from '../open-store.js';
import { engine } from './private-server.js';
import { Proxy } from './proxy.js';

const url = process.env['JANUS_TEST_URL'] ?? '';

if (engine) {
  const usual = engine.name === 'postgres' ? 5432 : 3306;
  describe('a connection that is cut', () => {
    let proxy: Proxy;
    let direct: Database;
    let database: Database;
    let logs: LogRepository;
    let images: KnexImageRepository;
    let ada: User;

    before(async () => void (direct = await openDatabase()));
    after(async () => direct.close());
    // Each on connections of its own: a statement that was prepared before is not sent as text again.
    beforeEach(async () => {
      for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await direct.knex(table).delete();
      ada = await new KnexUserRepository(direct).create(newUser());
      const { hostname, port } = new URL(url);
      proxy = new Proxy({ host: hostname, port: Number(port) || usual });
      database = await Database.open(await proxy.urlOf(url));
      logs = new KnexLogRepository(database);
      images = new KnexImageRepository(database);
    });
    afterEach(async () => {
      await database.close();
      await proxy.close();
    });

    const log = async (action: string) => logs.append({ action });
    const actions = async () => (await new KnexLogRepository(direct).list()).items.map(({ action }) => action);
    const unit = async () =>
      database.run(async () => {
        await log('first');
        await images.create(newImage(ada));
        await log('second');
      });
    const goesOn = async () => {
      await database.run(async () => log('after'));
      expect(await actions()).to.include('after');
    };

    for (const isHeard of [true, false]) {
      const where = isHeard ? 'that the server hears' : 'that the server never hears';

      it(`in a COMMIT ${where} is told as unknown, and all is there or nothing`, async () => {
        proxy.cut = { text: 'COMMIT', isHeard };
        expect(await refusal(unit())).to.be.instanceOf(UnknownOutcomeError);
        expect((await actions()).toSorted()).to.deep.equal(isHeard ? ['first', 'second'] : []);
        await goesOn();
      });

      it(`in a COMMIT ${where} is told without any value of what was being kept`, async () => {
        for (const marked of fc.sample(markedBy("'", '😀'), 2)) {
          proxy.cut = { text: 'COMMIT', isHeard };
          const error = await refusal(database.run(async () => log(marked.value)));
          expect(error).to.be.instanceOf(UnknownOutcomeError);
          expect(markIn(told(error), marked), told(error)).to.equal(undefined);
        }
      });

      it(`in a write by itself ${where} is told as unknown`, async () => {
        proxy.cut = { text: 'alone', isHeard };
        expect(await refusal(log('alone'))).to.be.instanceOf(UnknownOutcomeError);
        expect(await actions()).to.deep.equal(isHeard ? ['alone'] : []);
        await goesOn();
      });

      it(`in many writes that are kept together, ${where}, is told as unknown, or as not done`, async () => {
        proxy.cut = { text: 'image_words', isHeard };
        const error = await refusal(images.createMany([newImage(ada), newImage(ada)]));
        const isUnknown = error instanceof UnknownOutcomeError;
        expect(isUnknown || error instanceof UnavailableError, error.name).to.equal(true);
        if (!isUnknown) expect(await new KnexImageRepository(direct).count()).to.equal(0);
        await goesOn();
      });

      it(`in the middle of a unit of work, in a statement ${where}, is told as not done, and nothing is there`, async () => {
        proxy.cut = { text: 'images', isHeard };
        expect(await refusal(unit())).to.be.instanceOf(UnavailableError);
        expect(await actions()).to.deep.equal([]);
        await goesOn();
      });

      it(`in a question ${where} is told as not done`, async () => {
        proxy.cut = { text: 'from', isHeard };
        expect(await refusal(logs.recent())).to.be.instanceOf(UnavailableError);
        await goesOn();
      });
    }

    it('without a word is given up when its signal is aborted, and what was being written is told as unknown', async () => {
      // A connection for each of what follows.
      await Promise.all([logs.recent(), logs.recent(), logs.recent()]);
      const controller = new AbortController();
      proxy.fallSilent();
      const question = refusal(logs.recent(5, { signal: controller.signal }));
      const write = refusal(logs.append({ action: 'silent' }, { signal: controller.signal }));
      const whole = refusal(database.run(async () => log('silent'), { signal: controller.signal }));
      await sleep(100);
      const since = performance.now();
      controller.abort();
      expect(await question).to.be.instanceOf(AbortError);
      expect(await write).to.satisfy(
        (error: unknown) => error instanceof UnknownOutcomeError || error instanceof AbortError,
      );
      expect(await whole).to.be.instanceOf(AbortError);
      expect(performance.now() - since).to.be.below(5_000);
      proxy.speak();
      await goesOn();
    });
  });
}
