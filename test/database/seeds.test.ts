import { createHash } from 'node:crypto';
import type { Page, PageRequest } from '@janus/core';
import type { Database } from '@janus/knex';
import { expect } from 'chai';
import type { Store } from '../contract/store.js';
import { refusal } from '../contract/store.js';
import { openDatabase, openStore } from '../open-store.js';

/**
 * Of all that the seeds write, on every database and in every run. A change of the seeds changes it: this test then says
 * which it is now. Images that are there already stay as they are, so a change also makes databases of one scale differ.
 */
const DIGEST = '2daca262c5e6d8790fce0b1c15785cf569b09af8e2fbb74900518e45927e6e23';

const TABLES = [
  'users',
  'admins',
  'images',
  'image_analyses',
  'tags',
  'image_tags',
  'image_words',
  'logs',
  'analytics',
] as const;

describe('The seeds', () => {
  let opened: Awaited<ReturnType<typeof openStore>>;
  let store: Store;
  let database: Database;

  before(async function open() {
    opened = await openStore();
    ({ store } = opened);
    database = await openDatabase();
    await opened.empty();
  });
  // Of this only the first does much: that is what the seeds promise.
  beforeEach(async () => seed());
  after(async function close() {
    await opened.empty();
    await opened.close();
    await database.close();
  });

  async function seed(scale?: string): Promise<void> {
    const before = process.env['SEED_SCALE'];
    delete process.env['SEED_SCALE'];
    if (scale !== undefined) process.env['SEED_SCALE'] = scale;
    try {
      await database.knex.seed.run();
    } finally {
      delete process.env['SEED_SCALE'];
      if (before !== undefined) process.env['SEED_SCALE'] = before;
    }
  }

  async function counts(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const table of TABLES) {
      const [row] = await database.knex(table).count<{ rows: number | string }[]>({ rows: '*' });
      found[table] = Number(row?.rows);
    }
    return found;
  }

  /** Of everything, as the repositories give it. */
  async function digest(): Promise<string> {
    const hash = createHash('sha256');
    const add = (value: unknown) => hash.update(`${JSON.stringify(value)}\n`);
    for await (const user of all((page) => store.users.list(page))) add(user);
    for await (const admin of all((page) => store.admins.list(page))) add(admin);
    for await (const tag of all((page) => store.tags.list(page))) add(tag);
    for await (const image of store.images.stream({ trash: 'included' })) {
      add(image);
      add(await store.images.analyses(image.id));
    }
    for await (const entry of all((page) => store.logs.list(page))) add(entry);
    for await (const event of all((page) => store.analytics.list(page))) add(event);
    return hash.digest('hex');
  }

  it('leave the same rows everywhere, and the same again after a second run', async () => {
    expect(await digest()).to.equal(DIGEST);
    const first = await counts();

    await seed();

    expect(await digest()).to.equal(DIGEST);
    expect(await counts()).to.deep.equal(first);
  });

  it('can be read, and found by every one of their tags', async () => {
    const tagged = new Map<string, string[]>();
    for await (const image of store.images.stream({ trash: 'included' })) {
      for (const tag of image.tags) tagged.set(tag, [...(tagged.get(tag) ?? []), image.id]);
    }

    for await (const { name } of all((page) => store.tags.list(page))) {
      const found: string[] = [];
      const where = { tags: { all: [name] }, trash: 'included' } as const;
      for await (const image of store.images.stream(where)) found.push(image.id);
      expect(found).to.deep.equal(tagged.get(name) ?? []);
    }
    expect(tagged.size).to.be.above(100);
  });

  it('bring three times the images at a scale of 3, and keep those of scale 1', async () => {
    const before = await counts();
    await seed('3');
    const after = await counts();

    expect(after['images']).to.equal(3 * (before['images'] ?? 0));
    expect(after['users']).to.equal((before['users'] ?? 0) + 2);
    for (const table of ['image_tags', 'logs', 'analytics']) expect(after[table]).to.be.above(before[table] ?? 0);
    await seed('3');
    expect(await counts()).to.deep.equal(after);
  });

  it('leave alone what somebody did since, and do not fail of it', async () => {
    await opened.empty();
    await seed();
    const [changed, trashed] = (await store.images.list({ where: { status: 'ready' } })).items;
    const user = await store.users.findByUsername('nobody yet');
    const [admin] = (await store.admins.list()).items;
    if (!changed || !trashed || !user || !admin) throw new Error('the seeds left something out');
    await store.images.update(changed.id, { title: 'Mine' }, { version: changed.version });
    await store.images.remove(trashed.id);
    await store.users.remove(user.id);
    await store.users.create({ email: user.email, username: 'somebody else' });
    await store.admins.revoke(admin.userId);
    await store.tags.rename('night', 'nuit');
    await store.tags.merge('cat', 'animals');
    await store.images.purge({ before: new Date('2025-12-01T00:00:00.000Z') });
    await store.logs.prune({ before: new Date('2025-03-01T00:00:00.000Z') });

    await seed();

    expect((await store.images.get(changed.id)).title).to.equal('Mine');
    expect(await store.images.find(trashed.id)).to.equal(null);
    expect((await store.users.findByEmail(user.email))?.username).to.equal('somebody else');
    expect(await store.admins.find(admin.userId)).to.equal(null);
    expect(await store.images.count({ tags: { all: ['nuit'] } })).to.be.above(0);
    expect(await store.images.count({ trash: 'included' })).to.equal(300);
    const settled = await counts();
    await seed();
    expect(await counts()).to.deep.equal(settled);
  });

  it('refuse a scale that is no number of rounds', async () => {
    const before = await counts();
    for (const scale of ['0', '-1', '1.5', 'many', '1e3', '10001']) {
      const { original } = (await refusal(seed(scale))) as Error & { original?: unknown };
      expect(original).to.include({ name: 'InvalidError', field: 'SEED_SCALE', rule: 'range' });
    }
    expect(await counts()).to.deep.equal(before);
  });
});

async function* all<Item>(list: (page: PageRequest) => Promise<Page<Item>>): AsyncGenerator<Item, void, undefined> {
  let after: string | null = null;
  do {
    const page: Page<Item> = await list({ limit: 500, after });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}
