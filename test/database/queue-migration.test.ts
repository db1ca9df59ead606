import type { Database } from '@janus/knex';
import { KnexImageRepository, KnexUserRepository } from '@janus/knex';
import { IMAGE_STATUSES, type Image } from '@janus/core';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { newImage, newUser } from '../contract/store.js';
import { empty, openEmpty } from './empty-database.js';

const QUEUE = '20261123000000_queue';
const LATER = ['20261129000000_trash'];

describe('the migration that made the images a queue', () => {
  let database: Database;
  let images: KnexImageRepository;
  let made: Image[];

  before(async function open() {
    database = await openEmpty();
  });
  beforeEach(async () => {
    await database.migrate();
    images = new KnexImageRepository(database);
    const owner = await new KnexUserRepository(database).create(newUser());
    made = [];
    for (const status of IMAGE_STATUSES) {
      for (const [tag, createdAt] of [
        ['old', new Date('2020-02-02T02:02:02.002Z')],
        ['from a clock that is ahead', new Date(Date.now() + 86_400_000)],
      ] as const) {
        made.push(await images.create(newImage(owner, { status, createdAt, tags: [tag], title: `a ${status} one` })));
      }
      const { id } = await images.create(newImage(owner, { status }));
      await images.remove(id);
    }
  });
  afterEach(async () => empty(database));
  after(async () => database.close());

  /** Takes it back, and before it what came later: columns are then added in the same order again. */
  const back = async () => {
    for (const name of [...LATER.toReversed(), QUEUE]) await database.knex.migrate.down({ name });
  };

  it('puts into it what is pending, and what was being processed, for nobody has a lease of that', async () => {
    await back();
    expect(await database.migrate()).to.deep.equal([QUEUE, ...LATER]);
    const due = made.filter(({ status }) => status === 'pending' || status === 'processing');
    const claims = await images.claim({ limit: 100, leaseFor: 60_000, worker: 'a' });
    expect(claims.map(({ image }) => image.id)).to.have.members(due.map(({ id }) => id));
    expect(new Set(claims.map(({ attempt }) => attempt))).to.deep.equal(new Set([1]));
  });

  it('leaves the others as they are', async () => {
    await back();
    await database.migrate();
    for (const image of made) {
      const status = image.status === 'processing' ? 'pending' : image.status;
      expect(await images.get(image.id)).to.deep.equal({ ...image, status });
    }
  });

  it('puts what was in the trash into it when that is taken out', async () => {
    const trashed = await database.knex('images').whereNotNull('deleted_at').pluck('status');
    expect(trashed).to.have.members([...IMAGE_STATUSES]);
    await back();
    await database.migrate();
    await images.claim({ limit: 100, leaseFor: 60_000, worker: 'a' });
    for await (const { id } of images.stream({ trash: 'only' })) await images.restore(id);
    expect(await images.claim({ limit: 100, leaseFor: 60_000, worker: 'a' })).to.have.length(2);
  });

  it('can be taken back while images are claimed, and leaves the schema as it was', async () => {
    const before = await readSchema(database);
    await images.claim({ limit: 1, leaseFor: 60_000, worker: 'a' });
    await back();
    const columns = (await readSchema(database)).find(({ name }) => name === 'images')?.columns ?? [];
    expect(columns.map(({ name }) => name)).not.to.include.members(['due_at']);
    expect(await database.knex('image_tags')).to.have.length(made.length);
    await database.migrate();
    expect(await readSchema(database)).to.deep.equal(before);
  });
});
