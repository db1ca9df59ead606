import { expect } from 'chai';
import { InvalidError, newId, NotFoundError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('Finding an image', () => {
  const store = useStore();
  let ada: User;
  let image: Image;
  let trashed: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { tags: ['cat'] }));
    const { id } = await store.images.create(newImage(ada));
    await store.images.remove(id);
    trashed = await store.images.get(id, { trash: 'included' });
  });

  it('by id gives it as it was created', async () => {
    expect(await store.images.find(image.id)).to.deep.equal(image);
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('by an id that nothing has gives null', async () => {
    expect(await store.images.find(newId<'image'>())).to.equal(null);
  });

  it('that must be there is refused when it is not', async () => {
    const error = await refusal(store.images.get(newId<'image'>()));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });

  it('by id leaves the trash out', async () => {
    expect(await store.images.find(trashed.id)).to.equal(null);
    expect(await store.images.find(trashed.id, { trash: 'excluded' })).to.equal(null);
    expect(await refusal(store.images.get(trashed.id))).to.be.instanceOf(NotFoundError);
  });

  it('by id also looks into the trash, if asked to', async () => {
    expect(trashed.deletedAt).to.be.instanceOf(Date);
    expect(await store.images.find(trashed.id, { trash: 'included' })).to.deep.equal(trashed);
    expect(await store.images.find(image.id, { trash: 'included' })).to.deep.equal(image);
  });

  it('only in the trash is not on offer', async () => {
    const trash = 'only' as 'included';
    const error = await refusal(store.images.find(image.id, { trash }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'trash', rule: 'choice' });
  });

  it('by hash gives the one of that owner', async () => {
    const grace = await store.users.create(newUser());
    const hers = await store.images.create(newImage(grace, { sha256: image.sha256 }));
    expect(await store.images.findByHash(ada.id, image.sha256)).to.deep.equal(image);
    expect(await store.images.findByHash(grace.id, image.sha256)).to.deep.equal(hers);
  });

  it('by a hash that the owner has not gives null', async () => {
    const grace = await store.users.create(newUser());
    expect(await store.images.findByHash(grace.id, image.sha256)).to.equal(null);
    expect(await store.images.findByHash(ada.id, 'f'.repeat(64))).to.equal(null);
  });

  it('by hash leaves the trash out, unless asked to look there too', async () => {
    expect(await store.images.findByHash(ada.id, trashed.sha256)).to.equal(null);
    const found = await store.images.findByHash(ada.id, trashed.sha256, { trash: 'included' });
    expect(found).to.deep.equal(trashed);
  });

  it('by hash is refused for what is no hash', async () => {
    const error = await refusal(store.images.findByHash(ada.id, image.sha256.toUpperCase().replace(/^0/, 'F')));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'sha256', rule: 'format' });
  });
});

describe('Finding many images by id', () => {
  const store = useStore();
  let ada: User;
  let three: readonly Image[];

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    three = await Promise.all([1, 2, 3].map(async () => store.images.create(newImage(ada, { tags: ['cat'] }))));
  });

  it('gives them in the order asked for, with null where there is none', async () => {
    const [a, b, c] = three;
    const nobody = newId<'image'>();
    const asked = [c, null, a, b].map((image) => image?.id ?? nobody);
    expect(await store.images.findMany(asked)).to.deep.equal([c, null, a, b]);
  });

  it('gives one twice that is asked for twice', async () => {
    const ids = three.flatMap(({ id }) => [id, id]);
    expect(await store.images.findMany(ids)).to.deep.equal(three.flatMap((image) => [image, image]));
  });

  it('gives none for none', async () => {
    expect(await store.images.findMany([])).to.deep.equal([]);
  });

  it('leaves the trash out, unless asked to look there too', async () => {
    const ids = three.map(({ id }) => id);
    for (const id of ids.slice(0, 1)) await store.images.remove(id);
    expect(await store.images.findMany(ids)).to.deep.equal([null, ...three.slice(1)]);
    const found = await store.images.findMany(ids, { trash: 'included' });
    expect(found.map((image) => image?.id)).to.deep.equal(ids);
    expect(found[0]?.deletedAt).to.be.instanceOf(Date);
  });

  it('takes a thousand ids, and no more', async () => {
    const others = Array.from({ length: 997 }, () => newId<'image'>());
    const ids = [...others, ...three.map(({ id }) => id)];
    expect((await store.images.findMany(ids)).slice(996)).to.deep.equal([null, ...three]);
    const error = await refusal(store.images.findMany([...ids, newId<'image'>()]));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'ids', rule: 'length' });
  });
});
