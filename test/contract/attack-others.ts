import { expect } from 'chai';
import { newId, type User } from '@janus/core';
import type { Attempts, Known } from './attack.js';
import { newImage, newUser, next, type Store } from './store.js';

/** So many rows that a database may take them in another way than one. */
const MANY = 45;

/** Puts a text into all that a service may say of users and admins, and sees that each is kept as it is or refused. */
export async function attackUsers(store: Store, known: Known, owner: User, text: string, tried: Attempts) {
  const { admins, unitOfWork, users } = store;
  const attempt = async <Result>(name: string, call: () => Promise<Result>) => tried.make(`users.${name}`, text, call);

  const found = await attempt('findByUsername', async () => [await users.findByUsername(text)]);
  // Another text may have the same normal form.
  if (found?.[0] === null) {
    const user = await attempt('create username', async () => users.create({ ...newUser(), username: text }));
    if (user) known.users.set(user.id, user);
    expect(await users.findByUsername(text)).to.deep.equal(user);
  }
  const email = `${text}@example.org`;
  const taken = await attempt('findByEmail', async () => [await users.findByEmail(email)]);
  if (taken?.[0] === null) {
    const user = await attempt('create email', async () => users.create({ ...newUser(), email }));
    if (user) known.users.set(user.id, user);
    expect(await users.findByEmail(email)).to.deep.equal(user);
    expect(await users.findCredentials(email)).to.equal(null);
  }
  const other = await users.create(newUser());
  known.users.set(other.id, other);
  const changed = await attempt('update', async () => users.update(other.id, { username: `${text} ${next()}` }));
  if (changed) known.users.set(changed.id, changed);
  if (await attempt('setPasswordHash', async () => (await users.setPasswordHash(owner.id, text), true))) {
    known.hashes.set(owner.id, text);
    known.users.set(owner.id, await users.get(owner.id));
  }

  const wrong = text as never;
  const refusals: Readonly<Record<string, () => Promise<unknown>>> = {
    'users.find': async () => users.find(wrong),
    'users.get': async () => users.get(wrong),
    'users.update': async () => users.update(wrong, { username: 'x' }),
    'users.update field': async () => users.update(owner.id, { [text]: 1 }),
    'users.remove': async () => users.remove(wrong),
    'users.setPasswordHash': async () => users.setPasswordHash(wrong, 'x'),
    'users.list': async () => users.list({ after: text }),
    'users.findCredentials': async () => users.findCredentials(`${text} @ @`),
    'admins.grant': async () => admins.grant(wrong, { level: 1 }),
    'admins.grant level': async () => admins.grant(owner.id, { level: wrong }),
    'admins.grant by': async () => admins.grant(owner.id, { level: 1, grantedBy: wrong }),
    'admins.revoke': async () => admins.revoke(wrong),
    'admins.find': async () => admins.find(wrong),
    'admins.isAdmin': async () => admins.isAdmin(wrong),
    'admins.levelOf': async () => admins.levelOf(wrong),
    'admins.list': async () => admins.list({ after: text }),
    'unitOfWork.run': async () => unitOfWork.run(async () => users.list(), { isolation: wrong }),
    'unitOfWork.run deadline': async () => unitOfWork.run(async () => users.list(), { deadline: wrong }),
  };
  for (const [name, call] of Object.entries(refusals)) await tried.refuse(name, text, call);
}

/** As `attackUsers`, for tags. */
export async function attackTags(store: Store, known: Known, owner: User, text: string, tried: Attempts) {
  const { images, tags } = store;
  const image = await tried.make('images.create two tags', text, async () =>
    images.create(newImage(owner, { status: 'ready', tags: [`${text} ${next()}`, 'cat'] })),
  );
  await tried.refuse('tags.list', text, async () => tags.list({ after: text }));
  await tried.refuse('tags.list limit', text, async () => tags.list({ limit: text as never }));
  if (!image) return;
  known.image(image);
  const old = image.tags.find((tag) => tag !== 'cat') ?? '';
  const renamed = await tried.make('tags.rename', text, async () => tags.rename(old, `${text} ${next()}`));
  if (!renamed) return;
  known.tags.delete(old);
  expect(known.image(await images.get(image.id)).tags).to.have.members([renamed.name, 'cat']);
  if (await tried.make('tags.merge', text, async () => tags.merge(renamed.name, 'cat'))) {
    known.tags.delete(renamed.name);
    expect(known.image(await images.get(image.id)).tags).to.deep.equal(['cat']);
  }
}

/** As `attackUsers`, for logs and analytics. */
export async function attackRecords(store: Store, known: Known, owner: User, text: string, tried: Attempts) {
  const { analytics, logs } = store;
  const attempt = async <Result>(name: string, call: () => Promise<Result>) => tried.make(name, text, call);

  for (const [name, fields] of Object.entries({
    action: { action: text },
    module: { action: 'a', module: text },
    'metadata key': { action: 'a', metadata: { [text]: text.slice(0, 9) } },
    'metadata value': { action: 'a', metadata: { deep: [{ deep: text }] } },
  })) {
    const entry = await attempt(`logs.append ${name}`, async () => logs.append({ userId: owner.id, ...fields }));
    if (!entry) continue;
    expect(entry).to.deep.include(fields);
    known.logs.set(entry.id, entry);
  }
  const at = new Date();
  const many = Array.from({ length: MANY }, () => ({
    id: newId<'log'>(at),
    timestamp: at,
    level: 'warn' as const,
    action: text,
    module: 'many',
    userId: null,
    imageId: null,
    metadata: { list: [text, '\\N', null] },
  }));
  if (await attempt('logs.appendMany', async () => logs.appendMany(many))) {
    for (const entry of many) known.logs.set(entry.id, entry);
  }
  for (const field of ['action', 'module'] as const) {
    const listed = await attempt(`logs.list ${field}`, async () => logs.list({ where: { [field]: text }, limit: 500 }));
    if (listed)
      expect(idsOf(listed.items)).to.have.members(idsOf(known.logs.values(), (entry) => entry[field] === text));
  }
  const listed = await attempt('logs.list metadata', async () =>
    logs.list({ where: { metadata: { path: ['deep', 0, 'deep'], equals: text } }, limit: 500 }),
  );
  const isDeep = (entry: unknown) => JSON.stringify(entry).includes(JSON.stringify({ deep: [{ deep: text }] }));
  if (listed) {
    expect(idsOf(listed.items)).to.have.members(idsOf(known.logs.values(), ({ metadata }) => isDeep(metadata)));
  }

  const event = await attempt('analytics.record', async () =>
    analytics.record({ topic: text, data: { [text]: [text, null] } }),
  );
  if (event) {
    expect(event).to.deep.include({ topic: text, data: { [text]: [text, null] } });
    known.events.set(event.id, event);
  }
  const ofTopic = await attempt('analytics.list', async () => analytics.list({ where: { topic: text }, limit: 500 }));
  if (ofTopic)
    expect(idsOf(ofTopic.items)).to.have.members(idsOf(known.events.values(), ({ topic }) => topic === text));
  const created = { from: new Date(0), to: new Date('2100-01-01') };
  const days = await attempt('analytics.perDay', async () => analytics.perDay({ created, topic: text }));
  if (days) {
    const counted = days.reduce((sum, { events }) => sum + events, 0);
    expect(counted).to.equal(idsOf(known.events.values(), ({ topic }) => topic === text).length);
  }

  const wrong = text as never;
  const refusals: Readonly<Record<string, () => Promise<unknown>>> = {
    'logs.append user': async () => logs.append({ action: 'a', userId: wrong }),
    'logs.append level': async () => logs.append({ action: 'a', level: wrong }),
    'logs.append field': async () => logs.append({ action: 'a', [text]: 1 }),
    'logs.list after': async () => logs.list({ after: text }),
    'logs.list user': async () => logs.list({ where: { userId: wrong } }),
    'logs.list field': async () => logs.list({ where: { [text]: 1 } }),
    'logs.recent': async () => logs.recent(wrong),
    'logs.countByUser': async () => logs.countByUser({ from: wrong }),
    'logs.prune': async () => logs.prune({ before: new Date(0), batch: wrong }),
    'analytics.record image': async () => analytics.record({ topic: 'a', data: 1, imageId: wrong }),
    'analytics.find': async () => analytics.find(wrong),
    'analytics.list after': async () => analytics.list({ after: text }),
    'analytics.recent': async () => analytics.recent(wrong),
    'analytics.perDay from': async () => analytics.perDay({ created: { ...created, from: wrong } }),
    'analytics.listImages': async () => analytics.listImages({ after: text }),
  };
  for (const [name, call] of Object.entries(refusals)) await tried.refuse(name, text, call);
}

const idsOf = <Item extends { readonly id: string }>(
  items: Iterable<Item>,
  holds: (item: Item) => boolean = () => true,
) => [...items].filter(holds).map(({ id }) => id);
