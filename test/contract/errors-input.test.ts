import { expect } from 'chai';
import { InvalidError, JSON_BYTES, JSON_DEPTH, newId, type Image, type JsonValue, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** Lets a test pass what no type would. */
const wrong = (value: unknown) => value as never;

const TEXTS = {
  undefined: [undefined, 'required'],
  null: [null, 'type'],
  'a number': [7, 'type'],
  'an object': [{}, 'type'],
  'a NUL character': ['a\0b', 'characters'],
  'half a surrogate pair': ['a\ud83d', 'characters'],
  'no text at all': ['', 'length'],
} as const;

const NUMBERS = {
  NaN: [NaN, 'range'],
  infinity: [Infinity, 'range'],
  'a fraction': [1.5, 'range'],
  'a text': ['1', 'type'],
  null: [null, 'type'],
  'a bigint': [1n, 'type'],
  'an array': [[1], 'type'],
} as const;

const INSTANTS = {
  'no instant': [new Date(NaN), 'range'],
  'one before 1970': [new Date(-1), 'range'],
  'one after 2100': [new Date('2101-01-01T00:00:00Z'), 'range'],
  'a text': ['2026-11-22T00:00:00Z', 'type'],
  'a number': [0, 'type'],
  null: [null, 'type'],
} as const;

const IDS = {
  'a text': 'user-1',
  'an empty text': '',
  'a number': 1,
  null: null,
  'upper case': newId().toUpperCase(),
  'braces around it': `{${newId()}}`,
  'no hyphens': newId().replaceAll('-', ''),
  'version 4': 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  'a time after 2100': newId(new Date('2101-01-01T00:00:00Z')),
  'another variant': newId().replace(/-[89ab](?=...-.{12}$)/, '-c'),
  'a line break after it': `${newId()}\n`,
} as const;

const cyclic: Record<string, unknown> = {};
cyclic['itself'] = cyclic;
const nested = (depth: number, inside: JsonValue): JsonValue => (depth === 0 ? inside : [nested(depth - 1, inside)]);

const JSONS = {
  undefined: [undefined, 'required'],
  NaN: [NaN, 'range'],
  infinity: [[Infinity], 'range'],
  'a bigint': [{ a: 1n }, 'type'],
  'a Date': [{ a: new Date(0) }, 'type'],
  'a Map': [new Map(), 'type'],
  'a function': [() => 1, 'type'],
  'a symbol': [{ a: Symbol('a') }, 'type'],
  'NUL in a text': [['a\0'], 'characters'],
  'half a surrogate pair in a text': [{ a: '\ud83d' }, 'characters'],
  'NUL in a key': [{ 'a\0': 1 }, 'characters'],
  'half a surrogate pair in a key': [{ '\ude00': 1 }, 'characters'],
  'a key of 256 characters': [{ ['x'.repeat(256)]: 1 }, 'characters'],
  'itself inside': [cyclic, 'depth'],
  'too deep': [nested(JSON_DEPTH + 1, 1), 'depth'],
  'too long': ['é'.repeat(JSON_BYTES / 2), 'bytes'],
} as const;

/** Sees that a value is refused, with this rule of this field; that nothing is written is seen after each test. */
async function refused(work: () => Promise<unknown>, field: string | RegExp, rule?: string) {
  const error = await refusal(work());
  expect(error).to.be.instanceOf(InvalidError);
  if (!(error instanceof InvalidError)) return;
  if (typeof field === 'string') expect(error.field).to.equal(field);
  else expect(error.field).to.match(field);
  if (rule !== undefined) expect(error.rule).to.equal(rule);
  expect(error.message).to.include(error.field).and.include(error.rule).and.include(error.allowed);
}

describe('input is refused, and nothing is written, where it is', () => {
  const store = useStore();
  let user: User;
  let image: Image;
  beforeEach(async () => {
    user = await store.users.create(newUser());
    image = await store.images.create(newImage(user, { tags: ['cat'] }));
  });

  const everything = async () => ({
    users: await store.users.list(),
    credentials: await store.users.findCredentials(user.email),
    admins: await store.admins.list(),
    images: await store.images.list({ where: { trash: 'included' } }),
    tags: await store.tags.list(),
    logs: await store.logs.list(),
    analytics: await store.analytics.list(),
  });

  let before: Awaited<ReturnType<typeof everything>>;
  beforeEach(async () => {
    before = await everything();
  });
  afterEach(async () => {
    expect(await everything()).to.deep.equal(before);
  });

  for (const [what, [value, rule]] of Object.entries(TEXTS)) {
    it(`${what} for a text`, async () => {
      await refused(() => store.users.create({ ...newUser(), email: wrong(value) }), 'email', rule);
      await refused(() => store.users.create({ ...newUser(), username: wrong(value) }), 'username', rule);
      await refused(() => store.logs.append({ action: wrong(value) }), 'action', rule);
      await refused(() => store.logs.appendMany([{ action: 'a' }, { action: wrong(value) }]), '1.action', rule);
      await refused(() => store.analytics.record({ topic: wrong(value), data: 1 }), 'topic', rule);
      await refused(() => store.tags.rename(wrong(value), 'dog'), 'name', rule);
      await refused(() => store.tags.rename('cat', wrong(value)), 'newName', rule);
      await refused(() => store.tags.merge(wrong(value), 'cat'), 'from', rule);
      await refused(() => store.tags.merge('cat', wrong(value)), 'into', rule);
      await refused(() => store.users.findByEmail(wrong(value)), 'email', rule);
      await refused(() => store.users.findByUsername(wrong(value)), 'username', rule);
      await refused(() => store.users.findCredentials(wrong(value)), 'email', rule);
      if (value === null) return;
      await refused(() => store.users.setPasswordHash(user.id, wrong(value)), 'passwordHash', rule);
      if (value === undefined) return;
      await refused(() => store.users.update(user.id, { email: wrong(value) }), 'email', rule);
      await refused(() => store.logs.append({ action: 'a', module: wrong(value) }), 'module', rule);
      await refused(() => store.logs.list({ where: { action: wrong(value) } }), 'where.action', rule);
      await refused(() => store.analytics.list({ where: { topic: wrong(value) } }), 'where.topic', rule);
    });
  }

  for (const [field, max, create] of [
    ['username', 64, (text: string) => store.users.create({ ...newUser(), username: text })],
    ['action', 100, (text: string) => store.logs.append({ action: text })],
    ['module', 100, (text: string) => store.logs.append({ action: 'a', module: text })],
    ['topic', 100, (text: string) => store.analytics.record({ topic: text, data: 1 })],
  ] as const) {
    it(`${field} of more than ${max} characters`, async () => {
      await refused(() => create('😀'.repeat(max + 1)), field, 'length');
    });
  }

  for (const [what, [value, rule]] of Object.entries(NUMBERS)) {
    it(`${what} for a whole number`, async () => {
      await refused(() => store.admins.grant(user.id, { level: wrong(value) }), 'level', rule);
      await refused(() => store.admins.isAdmin(user.id, wrong(value)), 'level', rule);
      await refused(() => store.users.list({ limit: wrong(value) }), 'limit', rule);
      await refused(() => store.logs.recent(wrong(value)), 'limit', rule);
      await refused(() => store.analytics.recent(wrong(value)), 'limit', rule);
      await refused(() => store.logs.prune({ before: new Date(), batch: wrong(value) }), 'batch', rule);
    });
  }

  for (const [what, [value, rule]] of Object.entries(INSTANTS)) {
    it(`${what} for an instant`, async () => {
      await refused(() => store.users.create({ ...newUser(), createdAt: wrong(value) }), 'createdAt', rule);
      await refused(() => store.logs.append({ action: 'a', timestamp: wrong(value) }), 'timestamp', rule);
      await refused(() => store.analytics.record({ topic: 'a', data: 1, createdAt: wrong(value) }), 'createdAt', rule);
    });
  }

  for (const [what, value] of Object.entries(IDS)) {
    it(`${what} for an id`, async () => {
      const id = wrong(value);
      await refused(() => store.users.create({ ...newUser(), id }), 'id', 'format');
      await refused(() => store.users.find(id), 'id', 'format');
      await refused(() => store.users.get(id), 'id', 'format');
      await refused(() => store.users.update(id, { username: 'a' }), 'id', 'format');
      await refused(() => store.users.remove(id), 'id', 'format');
      await refused(() => store.users.setPasswordHash(id, 'hash'), 'id', 'format');
      await refused(() => store.admins.grant(id, { level: 1 }), 'userId', 'format');
      await refused(() => store.admins.revoke(id), 'userId', 'format');
      await refused(() => store.admins.find(id), 'userId', 'format');
      await refused(() => store.admins.isAdmin(id), 'userId', 'format');
      await refused(() => store.admins.levelOf(id), 'userId', 'format');
      await refused(() => store.analytics.find(id), 'id', 'format');
      if (value === null) return;
      await refused(() => store.admins.grant(user.id, { level: 1, grantedBy: id }), 'grantedBy', 'format');
      await refused(() => store.logs.append({ action: 'a', userId: id }), 'userId', 'format');
      await refused(() => store.logs.append({ action: 'a', imageId: id }), 'imageId', 'format');
      await refused(() => store.logs.list({ where: { userId: id } }), 'where.userId', 'format');
      await refused(() => store.analytics.record({ topic: 'a', data: 1, imageId: id }), 'imageId', 'format');
    });
  }

  for (const [what, [value, rule]] of Object.entries(JSONS)) {
    it(`${what} for JSON`, async () => {
      await refused(() => store.analytics.record({ topic: 'a', data: wrong(value) }), 'data', rule);
      const inside = () => store.logs.append({ action: 'a', metadata: { a: wrong(value) } });
      await refused(inside, 'metadata', value === undefined ? 'type' : rule);
    });
  }

  for (const value of [null, [], 'text', 1, true, new Date(0), new Map()]) {
    it(`${JSON.stringify(value)} for metadata, which is an object`, async () => {
      await refused(() => store.logs.append({ action: 'a', metadata: wrong(value) }), 'metadata', 'type');
    });
  }

  it('a field that is not known', async () => {
    const more: object = { passwordHash: 'hash' };
    await refused(() => store.users.create({ ...newUser(), ...more }), 'input', 'unknown');
    await refused(() => store.users.update(user.id, { username: 'a', ...more }), 'input', 'unknown');
    await refused(() => store.admins.grant(user.id, { level: 1, ...more }), 'input', 'unknown');
    await refused(() => store.logs.append({ action: 'a', ...more }), 'input', 'unknown');
    await refused(() => store.logs.appendMany([{ action: 'a', ...more }]), '0', 'unknown');
    await refused(() => store.analytics.record({ topic: 'a', data: 1, ...more }), 'input', 'unknown');
    await refused(() => store.logs.list({ ...more }), 'input', 'unknown');
    await refused(() => store.logs.list({ where: more }), 'where', 'unknown');
    await refused(() => store.analytics.list({ where: { created: more } }), 'where.created', 'unknown');
    await refused(() => store.logs.prune({ before: new Date(8.64e15), ...more }), 'input', 'unknown');
    await refused(() => store.images.tag(image.id, wrong({ 0: 'cat' })), /./);
  });

  for (const value of [null, 'text', 7, [], undefined]) {
    it(`${JSON.stringify(value)} where fields are to be given`, async () => {
      await refused(() => store.users.create(wrong(value)), 'input');
      await refused(() => store.users.update(user.id, wrong(value)), 'input');
      await refused(() => store.admins.grant(user.id, wrong(value)), 'input');
      await refused(() => store.logs.append(wrong(value)), 'input');
      await refused(() => store.logs.appendMany(wrong([{ action: 'a' }, value])), '1');
      await refused(() => store.logs.prune(wrong(value)), 'input');
      await refused(() => store.analytics.record(wrong(value)), 'input');
      await refused(() => store.analytics.perDay(wrong(value)), 'input');
      if (value === undefined) return;
      await refused(() => store.users.list(wrong(value)), 'input');
      await refused(() => store.logs.list(wrong(value)), 'input');
      await refused(() => store.logs.list({ where: wrong(value) }), 'where');
      await refused(() => store.logs.countByUser(wrong(value)), 'timestamp');
    });
  }

  it('what is no list of log entries', async () => {
    for (const value of [undefined, null, 7, {}, 'text']) {
      await refused(() => store.logs.appendMany(wrong(value)), 'entries');
    }
  });

  it('a level of a log entry that there is not', async () => {
    for (const level of ['fatal', 'INFO', '', null, 1]) {
      await refused(() => store.logs.append({ action: 'a', level: wrong(level) }), 'level', 'choice');
      await refused(() => store.logs.list({ where: { level: wrong(level) } }), 'where.level', 'choice');
    }
  });
});
