import { setTimeout as sleep } from 'node:timers/promises';
import { DuplicateError, newId, UnavailableError, type User } from '@janus/core';
import {
  type Database,
  KnexImageRepository,
  KnexLogRepository,
  KnexTagRepository,
  KnexUserRepository,
} from '@janus/knex';
import { expect } from 'chai';
import { newImage, newUser, refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

const isSqlite = url.startsWith('sqlite:');

describe('a unit of work on its connection', () => {
  let database: Database;
  let images: KnexImageRepository;
  let logs: KnexLogRepository;
  let tags: KnexTagRepository;
  let users: KnexUserRepository;
  let ada: User;

  beforeEach(async function open() {
    database = await openDatabase();
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
    images = new KnexImageRepository(database);
    logs = new KnexLogRepository(database);
    tags = new KnexTagRepository(database);
    users = new KnexUserRepository(database);
    ada = await users.create(newUser());
  });
  afterEach(async () => {
    for (const able of ables.splice(0)) able();
    database.knex.removeAllListeners();
    await database.close();
  });

  const log = async (action: string) => logs.append({ action });
  const actions = async () => (await logs.list()).items.map(({ action }) => action).toReversed();
  const tagNames = async () => (await tags.list()).items.map(({ name }) => name);
  const tagRow = (name: string) => ({ id: database.dialect.idValue(newId()), name });
  /** Two statements that are sent together. */
  const group = async (first: string, second: string) =>
    database.write(database.insertion('tags', [tagRow(first)]), database.insertion('tags', [tagRow(second)]));
  /** Sees to it that no transaction can begin. */
  const unable = () => {
    const { dialect } = database;
    const whole = { ...dialect };
    const able = () => void Object.assign(dialect, whole);
    Object.assign(database.dialect, { begin: () => [{ name: 'begin', sql: 'BEGIN AT ALL', bindings: [] }] });
    ables.push(able);
    return able;
  };
  const ables: (() => void)[] = [];
  const expectAllGivenBack = async () => {
    await sleep(20);
    expect((database.knex.client as { pool: { numUsed(): number } }).pool.numUsed()).to.equal(0);
  };

  /** The statements that are sent while something is done. */
  async function sent(work: () => Promise<unknown>): Promise<readonly string[]> {
    const all: string[] = [];
    const hear = ({ sql }: { readonly sql: string }) => void all.push(sql);
    database.knex.on('query', hear);
    await work();
    database.knex.removeListener('query', hear);
    return all;
  }

  describe('begins with its first statement', () => {
    it('and sends nothing where it runs none', async () => {
      expect(await sent(async () => database.run(async () => undefined))).to.deep.equal([]);
      expect(await sent(async () => database.run(async () => database.run(async () => sleep(1))))).to.deep.equal([]);
    });

    it('and sends nothing where it throws before it, or all in it is refused before it is sent', async () => {
      for (const work of [
        async () => refusal(database.run(async () => Promise.reject(new Error('at once')))),
        async () => database.run(async () => refusal(images.list({ limit: 0 }))),
        async () => database.run(async () => images.createMany([])),
      ]) {
        expect(await sent(work)).to.deep.equal([]);
      }
    });

    it('and with that of the unit inside of it', async () => {
      const all = await sent(async () => database.run(async () => database.run(async () => log('a'))));
      expect(all[0]).to.match(/^BEGIN/);
      expect(all[1]).to.match(/^SAVEPOINT/);
      expect(all.at(-1)).to.equal('COMMIT');
      expect(await actions()).to.deep.equal(['a']);
    });

    it('and of units inside of it begins only those that run one', async () => {
      const all = await sent(async () =>
        database.run(async () => {
          await log('a');
          await database.run(async () => undefined);
          await refusal(database.run(async () => Promise.reject(new Error('at once'))));
          await log('b');
        }),
      );
      expect(all.filter((sql) => /^BEGIN|^COMMIT/.test(sql))).to.have.lengthOf(2);
      expect(all.filter((sql) => /^SAVEPOINT janus_\d/.test(sql))).to.deep.equal([]);
      expect(await actions()).to.deep.equal(['a', 'b']);
    });

    it('and takes no connection before it', async () => {
      if (isSqlite) return;
      const { pool } = database.knex.client as { pool: { numUsed(): number } };
      await sleep(20);
      await database.run(async () => {
        await sleep(20);
        expect(pool.numUsed()).to.equal(0);
        await log('a');
        await sleep(20);
        expect(pool.numUsed()).to.equal(1);
      });
      await expectAllGivenBack();
    });

    it('and takes back itself alone where that fails, inside another that has begun or not', async () => {
      await database.run(async () => {
        const inner = database.run(async () => logs.append({ action: 'inside', userId: newId<'user'>() }));
        expect((await refusal(inner)).name).to.equal('MissingReferenceError');
        await log('after');
        const again = database.run(async () => logs.append({ action: 'inside', userId: newId<'user'>() }));
        expect((await refusal(again)).name).to.equal('MissingReferenceError');
        await log('at last');
      });
      expect(await actions()).to.deep.equal(['after', 'at last']);
    });
  });

  describe('of several statements that are sent together, of which one fails,', () => {
    it('keeps none when they are by themselves', async () => {
      expect(await refusal(group('same', 'same'))).to.be.instanceOf(DuplicateError);
      expect(await tagNames()).to.deep.equal([]);
      await group('one', 'two');
      expect(await tagNames()).to.deep.equal(['one', 'two']);
      await expectAllGivenBack();
    });

    it('keeps none when they are the first in it, and goes on', async () => {
      await database.run(async () => {
        expect(await refusal(group('same', 'same'))).to.be.instanceOf(DuplicateError);
        expect(await tagNames()).to.deep.equal([]);
        await log('after');
      });
      expect(await actions()).to.deep.equal(['after']);
      expect(await tagNames()).to.deep.equal([]);
      await expectAllGivenBack();
    });

    it('keeps nothing of it when they are not the first, though the error is caught', async () => {
      const work = database.run(async () => {
        await log('before');
        expect(await refusal(group('same', 'same'))).to.be.instanceOf(DuplicateError);
      });
      expect(await refusal(work)).to.be.instanceOf(DuplicateError);
      expect(await actions()).to.deep.equal([]);
      expect(await tagNames()).to.deep.equal([]);
      await expectAllGivenBack();
    });

    it('keeps none of a unit inside of it, and goes on', async () => {
      await database.run(async () => {
        await log('before');
        const inner = database.run(async () => group('same', 'same'));
        expect(await refusal(inner))
          .to.be.instanceOf(DuplicateError)
          .and.include({ rule: 'tags_name_unique' });
        expect(await tagNames()).to.deep.equal([]);
        await log('after');
      });
      expect(await actions()).to.deep.equal(['before', 'after']);
      expect(await tagNames()).to.deep.equal([]);
    });

    it('goes on where it was the first', async () => {
      await database.run(async () => {
        await log('before');
        const orphan = newImage({ ...ada, id: newId<'user'>() }, { title: 'orphan' });
        expect((await refusal(images.create(orphan))).name).to.equal('MissingReferenceError');
        await log('after');
      });
      expect(await actions()).to.deep.equal(['before', 'after']);
      expect(await images.count()).to.equal(0);
      expect(await database.knex('image_words')).to.deep.equal([]);
    });

    it('leaves nothing of an image that could not be created, by itself or in it', async () => {
      const image = newImage(ada, { title: 'one', tags: ['cat'] });
      await images.create(image);
      const words = await database.knex('image_words').orderBy(['word']);
      const twin = async () => images.create({ ...image, title: 'two', tags: ['dog'] });
      expect(await refusal(twin())).to.be.instanceOf(DuplicateError);
      expect(await refusal(database.run(twin))).to.be.instanceOf(DuplicateError);
      await database.run(async () => expect(await refusal(twin())).to.be.instanceOf(DuplicateError));
      expect(await database.knex('image_words').orderBy(['word'])).to.deep.equal(words);
      expect(await tagNames()).to.deep.equal(['cat']);
    });
  });

  describe('that cannot begin', () => {
    it('says so, and leaves no connection taken', async () => {
      const able = unable();
      for (let round = 0; round < 12; round += 1) {
        expect(await refusal(database.run(async () => log('a')))).to.be.instanceOf(UnavailableError);
      }
      await expectAllGivenBack();
      able();
      await database.run(async () => log('b'));
      expect(await actions()).to.deep.equal(['b']);
      await expectAllGivenBack();
    });

    it('does nothing of what comes after, also when the error is caught', async () => {
      const able = unable();
      const work = database.run(async () => {
        await log('a').catch(() => undefined);
        await log('b').catch(() => undefined);
        await database.run(async () => log('c')).catch(() => undefined);
      });
      expect(await refusal(work)).to.be.instanceOf(UnavailableError);
      able();
      expect(await actions()).to.deep.equal([]);
      await expectAllGivenBack();
    });

    it('is no hindrance to calls outside of units of work', async () => {
      unable();
      expect(await refusal(database.run(async () => log('a')))).to.be.instanceOf(UnavailableError);
      await log('b');
      expect(await actions()).to.deep.equal(['b']);
    });
  });

  if (!isSqlite) {
    it('that is cut off keeps nothing, leaves no connection taken, and is no hindrance to the next', async () => {
      const other = await openDatabase();
      const isPostgres = database.dialect.name === 'postgres';
      try {
        const work = database.run(async () => {
          await log('lost');
          const [row] = await database.rows('session', {}, () =>
            database.knex.select(database.knex.raw(isPostgres ? 'pg_backend_pid() as id' : 'connection_id() as id')),
          );
          const session = Number(row?.['id']);
          await other.knex.raw(isPostgres ? `select pg_terminate_backend(${session})` : `kill ${session}`);
          await sleep(50);
          await log('lost, too');
        });
        expect(await refusal(work)).to.be.instanceOf(UnavailableError);
        await expectAllGivenBack();
        await database.run(async () => log('next'));
        expect(await actions()).to.deep.equal(['next']);
      } finally {
        await other.close();
      }
    });
  }

  for (const event of ['query', 'query-response']) {
    it(`is as it is for nobody, when one who hears of it throws: ${event}`, async () => {
      database.knex.on(event, () => {
        throw new Error('of a listener');
      });
      await log('alone');
      await database.run(async () => log('in a unit'));
      database.knex.removeAllListeners(event);
      expect(await actions()).to.deep.equal(['alone', 'in a unit']);
      await expectAllGivenBack();
    });
  }
});
