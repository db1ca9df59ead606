import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ConflictError, type User } from '@janus/core';
import { type Database, KnexImageRepository, KnexLogRepository, KnexUserRepository } from '@janus/knex';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { newImage, newUser, refusal } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';
import { secret } from './scratch.js';
import { one, watch, within, type Watch } from './watching.js';

const SYSTEMS = { sqlite: 'sqlite', postgres: 'postgresql', mysql: 'mysql', mariadb: 'mariadb' } as const;

describe('where spans are collected', () => {
  let database: Database;
  let images: KnexImageRepository;
  let logs: KnexLogRepository;
  let watching: Watch;
  let ada: User;

  before(async () => {
    // Before there is an SDK: it is seen when it comes.
    database = await openDatabase();
    images = new KnexImageRepository(database);
    logs = new KnexLogRepository(database);
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
    ada = await new KnexUserRepository(database).create(newUser());
    watching = watch();
  });
  beforeEach(() => void watching.spans());
  after(async () => {
    await watching.stop();
    await database.close();
  });

  it('a call of a repository is one, as the conventions have it', async () => {
    const { id } = await images.create(newImage(ada));
    watching.spans();
    await images.find(id);
    const span = one(watching.spans(), 'images.find');
    expect(span.kind).to.equal(SpanKind.CLIENT);
    expect(span.attributes).to.include({
      'db.system.name': SYSTEMS[database.dialect.name as keyof typeof SYSTEMS],
      'db.collection.name': 'images',
      'db.operation.name': 'find',
      'db.query.summary': 'images.find',
      'db.response.returned_rows': 1,
      'janus.retries': 0,
    });
    expect(span.attributes['janus.connection.wait_time']).to.be.within(0, 60);
    expect(span.status.code).to.equal(SpanStatusCode.UNSET);
  });

  it('it says where the database is, and not who logs in', async () => {
    await images.list();
    const { attributes } = one(watching.spans(), 'images.list');
    if (url.startsWith('sqlite:')) {
      expect(attributes['db.namespace']).to.equal(url.replace(/^sqlite:/, ''));
    } else {
      const { hostname, port, pathname } = new URL(url);
      expect(attributes).to.include({ 'server.address': hostname, 'db.namespace': pathname.slice(1) });
      if (port) expect(attributes['server.port']).to.equal(Number(port));
      expect(Object.values(attributes)).not.to.include(new URL(url).username);
    }
  });

  it('what is sent for a call is inside of it, with its SQL and places for values', async () => {
    const { id } = await images.create(newImage(ada));
    watching.spans();
    await images.find(id);
    const spans = watching.spans();
    const [sent, ...more] = within(spans, one(spans, 'images.find'));
    expect(more).to.deep.equal([]);
    expect(sent?.kind).to.equal(SpanKind.INTERNAL);
    expect(sent?.attributes['db.query.summary']).to.equal('images.find excluded');
    expect(sent?.attributes['db.query.text']).to.match(/^select [^]* from .images.[^]*(?:\?|\$1)/);
    expect(sent?.attributes['db.response.returned_rows']).to.equal(1);
  });

  it('a call that calls another method of the same repository is one', async () => {
    const { id } = await images.create(newImage(ada));
    watching.spans();
    await images.get(id);
    const calls = watching.spans().filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(calls.map(({ name }) => name)).to.deep.equal(['images.get']);
  });

  it('a unit of work is one around its calls, and its COMMIT', async () => {
    await database.run(async () => {
      await logs.append({ action: 'first' });
      await logs.append({ action: 'second' });
    });
    const spans = watching.spans();
    const unit = one(spans, 'unit of work');
    expect(unit.kind).to.equal(SpanKind.INTERNAL);
    expect(within(spans, unit).map(({ name }) => name)).to.deep.equal(['logs.append', 'logs.append', 'COMMIT']);
  });

  it('a unit of work inside of another is one inside of that', async () => {
    await database.run(async () => database.run(async () => logs.append({ action: 'inside' })));
    const units = watching.spans().filter(({ name }) => name === 'unit of work');
    expect(units).to.have.length(2);
    expect(within(units, units[1])).to.deep.equal([units[0]]);
  });

  it('a unit of work that a call needs is part of the call', async () => {
    await images.create(newImage(ada, { tags: ['cat'] }));
    const names = watching.spans().map(({ name }) => name);
    expect(names).to.include('images.create').and.not.include('unit of work');
  });

  it('a span of the application’s is around those of its calls', async () => {
    await trace.getTracer('application').startActiveSpan('request', async (request) => {
      await logs.recent();
      request.end();
    });
    const spans = watching.spans();
    expect(within(spans, one(spans, 'request')).map(({ name }) => name)).to.deep.equal(['logs.recent']);
  });

  it('each page of a stream is one', async () => {
    for await (const _ of images.stream());
    expect(watching.spans().map(({ name }) => name)).to.include('images.list');
  });

  it('a call that fails says with which error, and what was sent, with which code of the database', async () => {
    const image = newImage(ada);
    await images.create(image);
    watching.spans();
    await refusal(images.create(image));
    const spans = watching.spans();
    const call = one(spans, 'images.create');
    expect(call.attributes['error.type']).to.equal('DuplicateError');
    expect(call.status.code).to.equal(SpanStatusCode.ERROR);
    const codes = within(spans, call).map(({ attributes }) => attributes['error.type']);
    expect(codes.filter((code) => code !== undefined)).to.satisfy((found: readonly string[]) =>
      found.some((code) => ['SQLITE_CONSTRAINT_UNIQUE', '23505', 'ER_DUP_ENTRY'].includes(code)),
    );
  });

  it('a unit of work that was run again says how often', async () => {
    let runs = 0;
    await database.run(async () => {
      await logs.append({ action: 'again' });
      runs += 1;
      if (runs < 3) throw new ConflictError('a test');
    });
    expect(one(watching.spans(), 'unit of work').attributes['janus.retries']).to.equal(2);
  });

  it('who waited for a connection says how long', async () => {
    const { most } = (await database.health()).pool;
    watching.spans();
    const hold = async () =>
      database.run(async () => {
        await logs.append({ action: 'holding' });
        await sleep(100);
      });
    await Promise.all([
      ...Array.from({ length: most }, hold),
      sleep(30).then(async () => logs.append({ action: 'waits' })),
    ]);
    const spans = watching.spans();
    const units = spans.filter(({ name }) => name === 'unit of work');
    const [waiting] = spans.filter(
      (span) => span.name === 'logs.append' && !units.some((unit) => within([span], unit).length),
    );
    expect(waiting?.attributes['janus.connection.wait_time']).to.be.above(0.02);
  });

  it('no value is in any of them, whatever is called, and fails', async () => {
    const image = newImage(ada, { filename: secret, title: secret, tags: [secret], metadata: { [secret]: secret } });
    const { id } = await images.create(image);
    await refusal(images.create(image));
    await images.list({ where: { text: secret, tags: { all: [secret] } } });
    await images.list({ where: { ownerId: ada.id }, sort: 'filename' });
    await images.update(id, { title: `${secret} again`, metadata: { also: secret } }, await images.get(id));
    await images.recordAnalysis(id, 'kind', { secret });
    await images.tag(id, [`${secret}-2`]);
    await images.createMany([newImage(ada, { title: secret }), newImage(ada, { title: secret })]);
    await logs.append({ action: secret, metadata: { secret } });
    await logs.list({ where: { action: secret, metadata: { path: [secret], equals: secret } } });
    await refusal(database.run(async () => Promise.reject(new Error(secret))));
    const spans = watching.spans();
    expect(spans.length).to.be.above(20);
    const told = spans.map(({ name, attributes, events, status, links }) => ({
      name,
      attributes,
      events,
      status,
      links,
    }));
    expect(inspect(told, { depth: null, maxStringLength: null, maxArrayLength: null })).not.to.include(secret);
    expect(inspect(told, { depth: null, maxStringLength: null })).not.to.include(id);
  });
});
