import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { DuplicateError, InvalidError, MissingReferenceError, newId, UnavailableError, type User } from '@janus/core';
import { Database, KnexImageRepository, KnexLogRepository, KnexTagRepository, KnexUserRepository } from '@janus/knex';
import { expect } from 'chai';
import { newImage, newUser, refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

/** What Knex tells of a statement. */
interface Told {
  readonly sql: string;
  readonly bindings: readonly unknown[];
  readonly __knexUid?: string;
  readonly __knexTxId?: string;
}

/** The pool of a Knex. */
interface Pool {
  numUsed(): number;
  numFree(): number;
}

const transactionOf = ({ __knexTxId }: Told) => __knexTxId;
const connectionOf = ({ __knexUid }: Told) => __knexUid;

const isSqlite = url.startsWith('sqlite:');
const isMysql = url.startsWith('mysql:') || url.startsWith('mariadb:');

function* damaged(owner: User, count: number) {
  for (let made = 0; made < count; made += 1) yield newImage(owner);
  throw new Error('the archive is damaged');
}

describe('the statements of the repositories', () => {
  let database: Database;
  let images: KnexImageRepository;
  let logs: KnexLogRepository;
  let tags: KnexTagRepository;
  let ada: User;

  before(async () => (await openDatabase()).close());
  beforeEach(async function open() {
    database = await Database.open(url);
    // What is kept until the event loop turns is given back then, before whoever asked for the next turn.
    await turn();
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
    images = new KnexImageRepository(database);
    logs = new KnexLogRepository(database);
    tags = new KnexTagRepository(database);
    ada = await new KnexUserRepository(database).create(newUser());
  });
  afterEach(async () => {
    database.knex.removeAllListeners();
    await database.close();
  });

  const typed = async (type: string) => apart(`alter table images alter column color_type type ${type} collate "C"`);
  const log = async () => logs.append({ action: 'a' });

  /** Runs a statement of the application's, on the connection that the repositories have given back. */
  async function apart(sql: string): Promise<unknown> {
    await expectAllGivenBack();
    return database.knex.raw(sql);
  }

  const pool = () => (database.knex.client as { readonly pool: Pool }).pool;

  /** That a moment later no connection is in use. */
  async function expectAllGivenBack(): Promise<void> {
    await sleep(20);
    await turn();
    expect(pool().numUsed(), 'connections in use').to.equal(0);
  }

  /** The one connection that is there, as it is where one call comes after the other. */
  async function expectOneConnection(): Promise<void> {
    await expectAllGivenBack();
    expect(pool().numFree(), 'connections').to.equal(1);
  }

  /** What an event tells while something is done. */
  async function heard<Event>(event: string, work: () => Promise<unknown>): Promise<readonly Event[]> {
    const all: Event[] = [];
    const hear = (told: Event) => void all.push(told);
    database.knex.on(event, hear);
    await work();
    database.knex.removeListener(event, hear);
    return all;
  }
  const statements = async (work: () => Promise<unknown>) => heard<Told>('query', work);

  describe('are told by Knex’s events', () => {
    it('each, with what is bound', async () => {
      const all = await statements(async () => logs.append({ action: 'image.seen', module: 'web' }));
      const [told] = all;
      expect(all).to.have.lengthOf(1);
      expect(told?.sql).to.match(/^insert into .logs. /);
      expect(told?.bindings).to.include.members(['image.seen', 'web', 'info']);
      expect(all.map(connectionOf)[0]).to.be.a('string').and.not.to.equal('');
    });

    it('with nothing of a value in their text', async () => {
      const all = await statements(async () => {
        const image = await images.create(newImage(ada, { title: 'a secret', tags: ['hidden'] }));
        await images.list({ where: { text: 'secret', tags: { all: ['hidden'] } }, sort: 'filename' });
        await images.update(image.id, { title: 'another secret' }, image);
      });
      expect(all.length).to.be.greaterThan(4);
      for (const { sql } of all) expect(sql).not.to.match(/secret|hidden/);
      expect(all.flatMap(({ bindings }) => bindings)).to.include.members(['a secret', 'hidden', 'another secret']);
    });

    it('when they are answered, too', async () => {
      const answers: { readonly response: unknown; readonly told: Told }[] = [];
      database.knex.on('query-response', (response: unknown, told: Told) => answers.push({ response, told }));
      const image = await images.create(newImage(ada));
      const created = answers.splice(0);
      await images.get(image.id);
      expect(created.map(({ told }) => told.sql).join('\n'))
        .to.include('images')
        .and.to.include('image_words');
      expect(answers).to.have.lengthOf(1);
      expect(answers[0]?.told.sql).to.match(/^select /);
      expect(answers[0]?.response).to.have.lengthOf(1);
    });

    it('once each, before it is answered', async () => {
      const order: string[] = [];
      database.knex.on('query', ({ sql }: Told) => order.push(`asked ${sql}`));
      database.knex.on('query-response', (_: unknown, { sql }: Told) => order.push(`answered ${sql}`));
      await images.count({}, { atMost: 5 });
      await images.count({ ownerId: ada.id });
      expect(order).to.have.lengthOf(4);
      expect(order.map((line) => line.split(' ')[0])).to.deep.equal(['asked', 'answered', 'asked', 'answered']);
      expect(new Set(order).size).to.equal(4);
    });

    it('when they fail, with the database’s own error', async () => {
      const failures: { readonly error: unknown; readonly told: Told }[] = [];
      database.knex.on('query-error', (error: unknown, told: Told) => failures.push({ error, told }));
      expect(await refusal(logs.append({ action: 'a', userId: newId<'user'>() }))).to.be.instanceOf(
        MissingReferenceError,
      );
      expect(failures).to.have.lengthOf(1);
      expect(failures[0]?.error).to.be.instanceOf(Error).and.not.to.be.instanceOf(MissingReferenceError);
      expect(failures[0]?.told.sql).to.match(/^insert into .logs. /);
    });

    it('when one of several fails: that one, and by no answer', async () => {
      const failed: string[] = [];
      const answered: string[] = [];
      const uploads = Array.from({ length: 60 }, () => newImage(ada));
      await images.create(uploads[30] ?? newImage(ada));
      database.knex.on('query-error', (_: unknown, { sql }: Told) => failed.push(sql));
      database.knex.on('query-response', (_: unknown, { sql }: Told) => answered.push(sql));
      expect(await refusal(images.createMany(uploads))).to.be.instanceOf(DuplicateError);
      expect(failed).to.have.lengthOf(1);
      expect(failed[0]).to.match(/^(insert into|COPY) .?images/);
      expect(answered.filter((sql) => sql.includes('image_words'))).to.deep.equal([]);
    });

    it('that many images are created by, which ask for each tag once', async () => {
      const told = await statements(async () => {
        await images.createMany(Array.from({ length: 1_600 }, () => newImage(ada, { tags: ['cat', 'dog'] })));
      });
      expect(told.filter(({ sql }) => /^select .* from .tags/.test(sql))).to.have.lengthOf(1);
    });

    it('as of one transaction, from its begin to its end, in one unit of work', async () => {
      const told = await statements(async () =>
        database.run(async () => {
          await logs.append({ action: 'a' });
          await images.create(newImage(ada, { tags: ['cat', 'dog'] }));
          await database.run(async () => logs.append({ action: 'inside' }));
          await images.list({ where: { tags: { all: ['cat', 'dog'] } } });
          await database.rows('application', {}, () => database.knex('tags'));
        }),
      );
      expect(told[0]?.sql).to.match(/^BEGIN/);
      expect(told.at(-1)?.sql).to.equal('COMMIT');
      expect(told.map(transactionOf)[0]).to.be.a('string').and.not.to.equal('');
      expect(new Set(told.map(transactionOf)).size).to.equal(1);
      expect(new Set(told.map(connectionOf)).size).to.equal(1);
    });

    it('as of no transaction outside of units of work, and of another in another', async () => {
      const [one, between, other] = [
        await statements(async () => database.run(log)),
        await statements(log),
        await statements(async () => database.run(log)),
      ].map((all) => all.map(transactionOf));
      expect(between).to.deep.equal([undefined]);
      expect(one?.[0]).to.be.a('string').and.not.to.equal(other?.[0]);
    });

    it('two for a page of images that have several tags, whatever becomes of the tags', async () => {
      const image = await images.create(newImage(ada, { tags: ['cat', 'night'] }));
      await images.create(newImage(ada, { tags: ['cat', 'dog'] }));
      const found = async (...all: readonly string[]) => {
        let ids: readonly string[] = [];
        const told = await statements(async () => {
          ids = (await images.list({ where: { tags: { all } } })).items.map(({ id }) => id);
        });
        return { ids, statements: told.length };
      };
      expect(await found('cat', 'night')).to.deep.equal({ ids: [image.id], statements: 2 });
      expect(await found('cat', 'nowhere')).to.deep.equal({ ids: [], statements: 1 });
      await tags.rename('night', 'evening');
      expect(await found('cat', 'night')).to.deep.equal({ ids: [], statements: 1 });
      expect(await found('evening', 'cat')).to.deep.equal({ ids: [image.id], statements: 2 });
      await tags.merge('evening', 'dog');
      expect((await found('cat', 'dog')).ids).to.have.lengthOf(2);
      expect((await found('cat', 'evening')).ids).to.deep.equal([]);
    });

    it('whoever listens, and cost nobody else: those of a call are the same', async () => {
      await images.createMany([newImage(ada), newImage(ada)]);
      const unheard = await images.list();
      let listed: unknown;
      await statements(async () => (listed = await images.list()));
      expect(listed).to.deep.equal(unheard);
    });
  });

  describe('leave the pool to the application', () => {
    it('whose own queries run between them, and see what they did', async () => {
      for (let made = 1; made <= 5; made += 1) {
        await images.create(newImage(ada));
        expect(await database.knex('images').pluck('owner_id')).to.have.lengthOf(made);
      }
      await expectAllGivenBack();
    });

    it('whose own queries run at the same time', async () => {
      const both = Array.from({ length: 40 }, async (_, index) =>
        index % 2 === 0 ? images.create(newImage(ada)) : database.knex('users').select('email'),
      );
      const results = await Promise.all(both);
      for (const [index, result] of results.entries()) {
        if (index % 2 === 1) expect(result).to.deep.equal([{ email: ada.email }]);
      }
      expect(await images.count()).to.equal(20);
      await expectAllGivenBack();
    });

    it('whose own transactions run, and are no unit of work', async () => {
      const failure = new Error('taken back');
      const error = await refusal(
        database.knex.transaction(async (transaction) => {
          await transaction('tags').insert({ id: database.dialect.idValue(newId()), name: 'theirs' });
          throw failure;
        }),
      );
      expect(error).to.equal(failure);
      await images.create(newImage(ada, { tags: ['ours'] }));
      expect((await tags.list()).items.map(({ name }) => name)).to.deep.equal(['ours']);
      await expectAllGivenBack();
    });

    for (const [what, happen] of Object.entries<() => Promise<unknown>>({
      'a call that is refused by a rule of the schema': async () => {
        const { email } = ada;
        const users = new KnexUserRepository(database);
        expect(await refusal(users.create({ ...newUser(), email }))).to.be.instanceOf(DuplicateError);
      },
      'a call that is refused before any database is asked': async () => {
        expect(await refusal(images.list({ limit: 0 }))).to.be.instanceOf(InvalidError);
      },
      'a statement that the database does not know': async () => {
        const error = await refusal(database.rows('nothing', {}, () => database.knex('no_such_table')));
        expect(error).to.be.instanceOf(UnavailableError);
      },
      'many calls at once, some of which are refused': async () => {
        const calls = Array.from({ length: 30 }, async (_, index) =>
          logs.append({ action: 'a', userId: index % 3 === 0 ? newId<'user'>() : ada.id }),
        );
        const ends = await Promise.allSettled(calls);
        expect(ends.filter(({ status }) => status === 'rejected')).to.have.lengthOf(10);
      },
      'a stream that is broken off': async () => {
        await images.createMany(Array.from({ length: 600 }, () => newImage(ada)));
        for await (const image of images.stream()) if (image) break;
      },
      'a stream that is broken off while the next page is read': async () => {
        await images.createMany(Array.from({ length: 1_600 }, () => newImage(ada)));
        let met = 0;
        for await (const { id } of images.stream()) if (id && (met += 1) === 501) break;
      },
      'a stream that a unit of work leaves': async () => {
        await images.createMany(Array.from({ length: 1_600 }, () => newImage(ada)));
        await database.run(async () => {
          let met = 0;
          for await (const { id } of images.stream()) {
            await logs.append({ action: id });
            if ((met += 1) === 501) break;
          }
        });
      },
      'a stream whose reader throws': async () => {
        await images.createMany([newImage(ada), newImage(ada)]);
        const error = await refusal(
          (async () => {
            for await (const { id } of images.stream()) throw new Error(`no more ${id.slice(0, 0)}`);
          })(),
        );
        expect(error.message).to.equal('no more ');
      },
      'a unit of work that throws': async () => {
        const work = database.run(async () => {
          await logs.append({ action: 'a' });
          throw new Error('taken back');
        });
        expect((await refusal(work)).message).to.equal('taken back');
      },
      'a unit of work that throws while others are still to be done in it': async () => {
        const work = database.run(async () => {
          for (let count = 0; count < 5; count += 1) logs.append({ action: 'a' }).catch(() => undefined);
          await database.run(async () => Promise.reject(new Error('taken back')));
        });
        expect((await refusal(work)).message).to.equal('taken back');
      },
      'a unit of work that the database gave up': async () => {
        const work = database.run(async () => {
          await logs.append({ action: 'a' });
          await database.rows('nothing', {}, () => database.knex('no_such_table'));
        });
        expect(await refusal(work)).to.be.instanceOf(UnavailableError);
      },
      'a unit of work that does nothing': async () => database.run(async () => undefined),
      'what yields new images and fails': async () => {
        expect((await refusal(images.createMany(damaged(ada, 700)))).message).to.equal('the archive is damaged');
      },
    })) {
      it(`after ${what}`, async () => {
        await happen();
        await expectAllGivenBack();
        const before = await database.knex('logs').pluck('action');
        await logs.append({ action: 'after' });
        expect((await database.knex('logs').pluck('action')).length).to.equal(before.length + 1);
        await expectAllGivenBack();
      });
    }

    it('also when it is closed at once', async () => {
      const other = await openDatabase();
      await new KnexLogRepository(other).append({ action: 'last' });
      await other.close();
      expect((await logs.recent()).map(({ action }) => action)).to.deep.equal(['last']);
    });
  });

  describe('that are prepared', () => {
    it('go on after the schema has changed under them', async () => {
      const image = await images.create(newImage(ada, { tags: ['cat'] }));
      const use = async (title: string) => {
        const current = await images.get(image.id);
        const updated = await images.update(image.id, { title }, current);
        expect(await images.find(image.id)).to.deep.equal(updated);
        expect((await images.list({ where: { tags: { all: ['cat'] } } })).items).to.deep.equal([updated]);
        expect((await images.list({ where: { text: title }, sort: 'filename' })).items).to.deep.equal([updated]);
        const another = await images.create(newImage(ada, { title, tags: ['dog'] }));
        await images.createMany(Array.from({ length: 50 }, () => newImage(ada, { title: 'many' })));
        await images.tag(another.id, ['elk']);
        expect((await images.get(another.id)).tags).to.deep.equal(['dog', 'elk']);
        await images.remove(another.id);
        await images.restore(another.id);
        await database.run(async () => {
          await images.update(another.id, { title: 'inside' }, await images.get(another.id));
          await images.remove(another.id);
        });
      };
      await use('before');
      await apart('alter table images add column note varchar(10)');
      try {
        await use('between');
      } finally {
        await apart('alter table images drop column note');
      }
      await use('after');
      await expectOneConnection();
      expect(await images.count({ text: 'many' })).to.equal(150);
    });

    // Where a table can be altered so, and a statement that was prepared does not outlive it.
    if (url.startsWith('postgres')) {
      it('go on after a column has another type, by themselves and in a unit of work that is run again', async () => {
        const image = await images.create(newImage(ada, { colorType: 'sRGB' }));
        const find = async () => expect(await images.find(image.id)).to.deep.equal(image);
        const findInUnit = async () => database.runUntilSettled([], find);
        await find();
        try {
          await typed('varchar(60)');
          await find();
          await typed('varchar(61)');
          await findInUnit();
        } finally {
          await typed('varchar(50)');
        }
        await findInUnit();
        await find();
        await expectOneConnection();
      });
    }

    it('go on after their indexes have changed', async () => {
      await images.create(newImage(ada, { height: 7 }));
      const use = async () => expect(await images.count({ height: { min: 7, max: 7 } })).to.equal(1);
      await use();
      await apart('create index images_height_scratch on images (height)');
      try {
        await use();
      } finally {
        await apart(`drop index images_height_scratch${isMysql ? ' on images' : ''}`);
      }
      await use();
      await expectOneConnection();
    });

    it('go on after the database has looked at its tables anew', async () => {
      await images.createMany(Array.from({ length: 60 }, () => newImage(ada, { tags: ['cat'] })));
      const found = async () => (await images.list({ where: { tags: { all: ['cat'] } } })).items;
      const before = await found();
      for (const name of ['images', 'image_tags', 'tags']) await apart(`analyze ${isMysql ? 'table ' : ''}${name}`);
      expect(await found()).to.deep.equal(before);
      await images.create(newImage(ada, { tags: ['cat'] }));
      expect(await images.count({ tags: { all: ['cat'] } })).to.equal(61);
      await expectOneConnection();
    });

    it('insert rows of other columns into one table, and in whatever order a row has them', async () => {
      const moment = new Date('2026-11-22T00:00:00Z');
      const user = (row: object) => ({
        id: database.dialect.idValue(newId()),
        created_at: moment,
        updated_at: moment,
        ...row,
      });
      const rows = [
        user({ email: 'a@janus.test', username: 'a' }),
        user({ username: 'b', email: 'b@janus.test', password_hash: 'b' }),
        user({ username: 'c', email: 'c@janus.test' }),
        user({ email: 'd@janus.test', username: 'd' }),
      ];
      for (const row of rows) await database.insert('users', [row]);
      const stored = await database.rows('users of the test', {}, () =>
        database
          .knex('users')
          .select('username', 'email', 'password_hash')
          .where('email', 'like', '%@janus.test')
          .orderBy('username'),
      );
      expect(stored.map((row) => Object.values(row))).to.deep.equal([
        ['a', 'a@janus.test', null],
        ['b', 'b@janus.test', 'b'],
        ['c', 'c@janus.test', null],
        ['d', 'd@janus.test', null],
      ]);
    });

    it('are made again on a new connection', async () => {
      const image = await images.create(newImage(ada));
      await database.close();
      database = await openDatabase();
      expect(await new KnexImageRepository(database).find(image.id)).to.deep.equal(image);
    });

    it('are as many as an application’s queries have shapes, up to a bound', async function bounded() {
      this.slow(4_000);
      await images.createMany(Array.from({ length: 3 }, () => newImage(ada)));
      const shapes = Array.from({ length: 320 }, (_, index) => index + 1);
      for (const limit of shapes) {
        const { items } = await images.list({ where: { ownerId: ada.id }, limit });
        expect(items).to.have.lengthOf(Math.min(limit, 3));
      }
      // Those that are not kept any more, and those that are.
      for (const limit of [1, 2, 319, 320, 1]) {
        expect((await images.list({ where: { ownerId: ada.id }, limit })).items).to.have.lengthOf(Math.min(limit, 3));
      }
      await expectOneConnection();
      expect(await prepared()).to.be.within(isSqlite ? 0 : 200, 260);
    });
  });

  /** How many statements are prepared on the one connection; of SQLite nobody can ask that. */
  async function prepared(): Promise<number> {
    switch (database.dialect.name) {
      case 'sqlite':
        return 0;
      case 'postgres': {
        const { rows } = (await apart('select count(*)::int as count from pg_prepared_statements')) as {
          readonly rows: readonly { readonly count: number }[];
        };
        return rows[0]?.count ?? Infinity;
      }
      default: {
        const [rows] = (await apart("show session status like 'Com_stmt_%'")) as readonly [
          readonly { readonly Variable_name: string; readonly Value: string }[],
        ];
        const of = (name: string) => Number(rows.find((row) => row.Variable_name === name)?.Value);
        return of('Com_stmt_prepare') - of('Com_stmt_close');
      }
    }
  }
});
