import { expect } from 'chai';
import * as fc from 'fast-check';
import { JanusError, newId, type Image, type ImageId, type JsonObject, type LogLevel, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';
import { markedBy, markIn, told } from './told.js';

const marks = markedBy('', "'", '"', '`', ')', '%', '\\', ' = ', "' for key 'x_unique'", 'ß', '😀');

const address = (value: string) => `${value.replace(/\s|"/gu, '')}@example.org`;
const again = async (work: () => Promise<unknown>) => {
  await work();
  await work();
};

describe('errors tell no value that was passed in', () => {
  const store = useStore();
  let owner: User;
  let image: Image;
  beforeEach(async () => {
    owner = await store.users.create(newUser());
    image = await store.images.create(newImage(owner, { tags: ['cat', 'dog'] }));
  });

  /** Makes each mistake with marked values, and sees that the errors are of one class and hold no mark. */
  async function silent(name: string, mistakes: (value: string) => Record<string, () => Promise<unknown>>) {
    await fc.assert(
      fc.asyncProperty(marks, async (marked) => {
        for (const [what, mistake] of Object.entries(mistakes(marked.value))) {
          const error = await refusal(store.unitOfWork.run(mistake));
          expect(error, what).to.be.instanceOf(JanusError).and.include({ name });
          const text = told(error);
          expect(markIn(text, marked), `${what}: ${text}`).to.equal(undefined);
        }
      }),
      { numRuns: 10 },
    );
  }

  it('of a duplicate', () =>
    silent('DuplicateError', (value) => ({
      email: () => again(() => store.users.create({ ...newUser(), email: address(value) })),
      username: () => again(() => store.users.create({ ...newUser(), username: value })),
      'changed username': async () => {
        await store.users.create({ ...newUser(), username: value });
        await store.users.update(owner.id, { username: value });
      },
      'tag name': async () => {
        await store.images.tag(image.id, [value]);
        await store.tags.rename('cat', value);
      },
      image: () =>
        store.images.create(
          newImage(owner, { sha256: image.sha256, filename: value, title: value, metadata: { [value]: value } }),
        ),
      'log entry': async () => {
        const id = newId<'log'>();
        const entry = { id, action: value, module: value, metadata: { [value]: [value] } };
        await again(() => store.logs.appendMany([entry]));
      },
      event: async () => {
        const id = newId<'analytics'>();
        await again(() => store.analytics.record({ id, topic: value, data: { [value]: value } }));
      },
    })));

  it('of a missing reference', () =>
    silent('MissingReferenceError', (value) => ({
      image: () => store.images.create({ ...newImage(owner), ownerId: newId(), filename: value, title: value }),
      'log entry': () =>
        store.logs.append({ action: value, module: value, userId: newId(), metadata: { [value]: value } }),
      event: () => store.analytics.record({ topic: value, data: [value], imageId: newId() }),
    })));

  it('of something that is not found', () =>
    silent('NotFoundError', (value) => ({
      rename: () => store.tags.rename(value, 'bird'),
      'rename to': () => store.tags.rename('bird', value),
      merge: () => store.tags.merge(value, 'cat'),
      'merge into': () => store.tags.merge('cat', value),
      user: () => store.users.update(newId(), { username: value, email: address(value) }),
      password: () => store.users.setPasswordHash(newId(), value),
      image: () => store.images.update(newId(), { filename: value, title: value }, { version: 1 }),
      tag: () => store.images.tag(newId(), [value]),
      untag: () => store.images.untag(newId(), [value]),
      analysis: () => store.images.recordAnalysis(newId(), value, { [value]: value }),
    })));

  it('of a stale version', () =>
    silent('StaleVersionError', (value) => ({
      image: () =>
        store.images.update(image.id, { filename: value, title: value, metadata: { [value]: value } }, { version: 99 }),
    })));

  it('of a claim that is not held', () =>
    silent('LeaseLostError', (value) => {
      const claim = { lease: newId<'lease'>(), image, worker: value, attempt: 1, leaseUntil: new Date() };
      return {
        completed: () => store.images.complete(claim, { changes: { title: value, metadata: { [value]: value } } }),
        failed: () => store.images.fail(claim, { reason: value }),
        extended: () => store.images.extend(claim, { leaseFor: 1_000 }),
      };
    }));

  it('of a user that is still referenced', () =>
    silent('StillReferencedError', (value) => ({
      user: async () => {
        await store.users.update(owner.id, { username: value });
        await store.images.update(image.id, { title: value }, image);
        await store.users.remove(owner.id);
      },
    })));

  it('of invalid text', () =>
    silent('InvalidError', (value) => {
      const bad = [`${value}\0`, `${value}\ud800`, value.padEnd(600, 'x')];
      const all = bad.flatMap((text, index): [string, () => Promise<unknown>][] => [
        [`email ${index}`, () => store.users.create({ ...newUser(), email: text })],
        [`username ${index}`, () => store.users.create({ ...newUser(), username: text })],
        [`changed ${index}`, () => store.users.update(owner.id, { username: text })],
        [`found ${index}`, () => store.users.findByUsername(text)],
        [`credentials ${index}`, () => store.users.findCredentials(text)],
        [`password ${index}`, () => store.users.setPasswordHash(owner.id, text)],
        [`rename ${index}`, () => store.tags.rename(text, 'cat')],
        [`merge ${index}`, () => store.tags.merge('cat', text)],
        [`action ${index}`, () => store.logs.append({ action: text })],
        [`module ${index}`, () => store.logs.append({ action: 'a', module: text })],
        [`key ${index}`, () => store.logs.append({ action: 'a', metadata: { [text]: 1 } })],
        [`many ${index}`, () => store.logs.appendMany([{ action: 'a' }, { action: text }])],
        [`topic ${index}`, () => store.analytics.record({ topic: text, data: 1 })],
        [`listed ${index}`, () => store.analytics.list({ where: { topic: text } })],
        [`path ${index}`, () => store.logs.list({ where: { metadata: { path: [text] } } })],
        [`filename ${index}`, () => store.images.create(newImage(owner, { filename: text }))],
        [`tag ${index}`, () => store.images.tag(image.id, [text])],
        [`kind ${index}`, () => store.images.recordAnalysis(image.id, text, 1)],
      ]);
      return Object.fromEntries(all);
    }));

  it('of input of the wrong kind', () =>
    silent('InvalidError', (value) => {
      const deep = JSON.parse(`${'['.repeat(25)}${JSON.stringify(value)}${']'.repeat(25)}`) as [];
      const unknownField: object = { [value]: value };
      const undefinedInside = { [value]: { [value]: undefined } } as unknown as JsonObject;
      return {
        'e-mail without @': () => store.users.create({ ...newUser(), email: value }),
        'unknown field': () => store.users.create({ ...newUser(), ...unknownField }),
        'unknown filter': () => store.logs.list({ where: unknownField }),
        'unknown change': () => store.users.update(owner.id, { username: 'a', ...unknownField }),
        id: () => store.users.get(value as User['id']),
        reference: () => store.logs.append({ action: 'a', imageId: value as ImageId }),
        level: () => store.logs.append({ action: 'a', level: value as LogLevel }),
        cursor: () => store.users.list({ after: value }),
        timestamp: () => store.logs.append({ action: 'a', timestamp: value as unknown as Date }),
        metadata: () => store.logs.append({ action: 'a', metadata: value as unknown as JsonObject }),
        'undefined in metadata': () => store.logs.append({ action: 'a', metadata: undefinedInside }),
        'deep data': () => store.analytics.record({ topic: 'a', data: deep }),
        'long data': () => store.analytics.record({ topic: 'a', data: value.repeat(20_000) }),
        hash: () => store.images.findByHash(owner.id, value),
        search: () => store.images.list({ where: { near: { hash: value, distance: 1 } } }),
        type: () => store.images.create(newImage(owner, { mimeType: `${value}${value}` })),
        limit: () => store.logs.recent(value as unknown as number),
        status: () => store.images.count({ status: value as Image['status'] }),
      };
    }));
});
