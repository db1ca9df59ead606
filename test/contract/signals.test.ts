import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { AbortError, ConflictError, InvalidError, newId, type Claim, type Image, type User } from '@janus/core';
import { expect } from 'chai';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('a call whose signal is aborted', () => {
  const store = useStore();
  let ada: User;
  let image: Image;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { tags: ['cat'] }));
  });

  const signal = AbortSignal.abort();
  const claim = (): Claim => ({ lease: newId(), image, worker: 'w', attempt: 1, leaseUntil: image.createdAt });
  const before = new Date();
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    'images.create': () => store.images.create(newImage(ada), { signal }),
    'images.createMany': () => store.images.createMany([newImage(ada)], { signal }),
    'images.find': () => store.images.find(image.id, { signal }),
    'images.get': () => store.images.get(image.id, { signal }),
    'images.findByHash': () => store.images.findByHash(ada.id, image.sha256, { signal }),
    'images.findMany': () => store.images.findMany([image.id], { signal }),
    'images.list': () => store.images.list({}, { signal }),
    'images.listWithOwners': () => store.images.listWithOwners({}, { signal }),
    'images.count': () => store.images.count({}, { signal }),
    'images.stream': async () => {
      for await (const _ of store.images.stream({}, { signal }));
    },
    'images.update': () => store.images.update(image.id, { title: 'no' }, image, { signal }),
    'images.remove': () => store.images.remove(image.id, { signal }),
    'images.restore': () => store.images.restore(image.id, { signal }),
    'images.purge': () => store.images.purge({ before, signal }),
    'images.tag': () => store.images.tag(image.id, ['dog'], { signal }),
    'images.untag': () => store.images.untag(image.id, ['cat'], { signal }),
    'images.recordAnalysis': () => store.images.recordAnalysis(image.id, 'faces', {}, { signal }),
    'images.analyses': () => store.images.analyses(image.id, { signal }),
    'images.claim': () => store.images.claim({ limit: 1, leaseFor: 1000, worker: 'w', signal }),
    'images.complete': () => store.images.complete(claim(), { signal }),
    'images.fail': () => store.images.fail(claim(), { reason: 'no' }, { signal }),
    'images.extend': () => store.images.extend(claim(), { leaseFor: 1000, signal }),
    'images.processing': () => store.images.processing(image.id, { signal }),
    'users.create': () => store.users.create(newUser(), { signal }),
    'users.find': () => store.users.find(ada.id, { signal }),
    'users.get': () => store.users.get(ada.id, { signal }),
    'users.findByEmail': () => store.users.findByEmail(ada.email, { signal }),
    'users.findByUsername': () => store.users.findByUsername(ada.username, { signal }),
    'users.list': () => store.users.list({}, { signal }),
    'users.update': () => store.users.update(ada.id, { username: 'no' }, { signal }),
    'users.remove': () => store.users.remove(ada.id, { signal }),
    'users.setPasswordHash': () => store.users.setPasswordHash(ada.id, 'hash', { signal }),
    'users.findCredentials': () => store.users.findCredentials(ada.email, { signal }),
    'admins.grant': () => store.admins.grant(ada.id, { level: 1 }, { signal }),
    'admins.revoke': () => store.admins.revoke(ada.id, { signal }),
    'admins.find': () => store.admins.find(ada.id, { signal }),
    'admins.isAdmin': () => store.admins.isAdmin(ada.id, 1, { signal }),
    'admins.levelOf': () => store.admins.levelOf(ada.id, { signal }),
    'admins.list': () => store.admins.list({}, { signal }),
    'tags.list': () => store.tags.list({}, { signal }),
    'tags.rename': () => store.tags.rename('cat', 'dog', { signal }),
    'tags.merge': () => store.tags.merge('cat', 'cat', { signal }),
    'logs.append': () => store.logs.append({ action: 'no' }, { signal }),
    'logs.appendMany': () => store.logs.appendMany([{ action: 'no' }], { signal }),
    'logs.list': () => store.logs.list({}, { signal }),
    'logs.recent': () => store.logs.recent(5, { signal }),
    'logs.countByUser': () => store.logs.countByUser({}, { signal }),
    'logs.prune': () => store.logs.prune({ before, signal }),
    'analytics.record': () => store.analytics.record({ topic: 'no', data: 1 }, { signal }),
    'analytics.find': () => store.analytics.find(newId(), { signal }),
    'analytics.list': () => store.analytics.list({}, { signal }),
    'analytics.recent': () => store.analytics.recent(5, { signal }),
    'analytics.perDay': () => store.analytics.perDay({ created: { from: before, to: before } }, { signal }),
    'analytics.listImages': () => store.analytics.listImages({}, { signal }),
    'unitOfWork.run': () => store.unitOfWork.run(() => store.logs.append({ action: 'no' }), { signal }),
  };

  for (const [name, call] of Object.entries(calls)) {
    it(`ends with an AbortError, and does nothing: ${name}`, async () => {
      expect(await refusal(call()))
        .to.be.instanceOf(AbortError)
        .and.have.property('name', 'AbortError');
      expect(await store.images.list()).to.deep.equal({ items: [image], next: null });
      expect((await store.users.list()).items).to.deep.equal([ada]);
      expect((await store.logs.list()).items).to.deep.equal([]);
    });
  }

  it('is every call there is', () => {
    const { unitOfWork: _, ...repositories } = store;
    const methods = Object.entries(repositories).flatMap(([name, repository]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(repository))
        .filter((method) => method !== 'constructor')
        .map((method) => `${name}.${method}`),
    );
    expect(Object.keys(calls)).to.have.members([...methods, 'unitOfWork.run']);
  });

  it('takes back the unit of work that it is called in', async () => {
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await store.logs.append({ action: 'no' });
        await store.images.find(image.id, { signal });
      }),
    );
    expect(error).to.be.instanceOf(AbortError);
    expect((await store.logs.list()).items).to.deep.equal([]);
  });

  for (const [what, call] of Object.entries({
    'one statement': () => store.images.find(image.id, { signal }),
    'a unit of work': () => store.images.tag(image.id, ['dog'], { signal }),
  })) {
    it(`takes it back, too, when the error is caught: ${what}`, async () => {
      const error = await refusal(
        store.unitOfWork.run(async () => {
          await store.logs.append({ action: 'no' });
          await refusal(call());
          expect(await refusal(store.logs.append({ action: 'no' }))).to.be.instanceOf(AbortError);
        }),
      );
      expect(error).to.be.instanceOf(AbortError);
      expect((await store.logs.list()).items).to.deep.equal([]);
    });
  }

  it('is done when that comes after its end', async () => {
    const controller = new AbortController();
    const created = await store.images.create(newImage(ada), { signal: controller.signal });
    controller.abort();
    expect(await store.images.get(created.id)).to.deep.equal(created);
  });

  it('ends while it waits for its turn in a unit of work, which is taken back', async () => {
    const controller = new AbortController();
    const enough = new AbortController();
    const waits = once(enough.signal, 'abort');
    const order: string[] = [];
    const work = store.unitOfWork.run(async () => {
      await store.logs.append({ action: 'no' });
      const inside = store.unitOfWork.run(async () => {
        // What is called in the unit around waits until this one has ended.
        await waits;
        order.push('the unit inside');
      });
      const call = refusal(store.images.count({}, { signal: controller.signal })).then((error) => {
        order.push('the call');
        return error;
      });
      await turn();
      controller.abort();
      expect(await call).to.be.instanceOf(AbortError);
      enough.abort();
      await inside.catch(() => undefined);
    });
    expect(await refusal(work)).to.be.instanceOf(AbortError);
    expect(order).to.deep.equal(['the call', 'the unit inside']);
    expect((await store.logs.list()).items).to.deep.equal([]);
  });

  it('says only that, whatever the signal was aborted with, and is not tried again', async () => {
    let times = 0;
    const reason = AbortSignal.abort(new ConflictError('mine'));
    const work = store.unitOfWork.run(async () => {
      times += 1;
      await store.images.count({}, { signal: reason });
    });
    expect(await refusal(work)).to.be.instanceOf(AbortError);
    expect(times).to.equal(1);
  });

  it('may be one of many with that signal: Node warns of no leak', async () => {
    const { signal: shared } = new AbortController();
    const warned = once(process, 'warning', { signal: AbortSignal.timeout(200) }).catch(() => []);
    await Promise.all(Array.from({ length: 30 }, () => store.images.find(image.id, { signal: shared })));
    expect(await warned).to.deep.equal([]);
  });

  it('is refused when what it is given for a signal is none', async () => {
    const error = await refusal(store.images.count({}, { signal: 'stop' as never }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'signal' });
  });
});
