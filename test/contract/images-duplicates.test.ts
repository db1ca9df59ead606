import { expect } from 'chai';
import { DuplicateError, type OnDuplicate, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const fifty = <Result>(work: () => Promise<Result>) => Promise.all(Array.from({ length: 50 }, work));

describe('A second upload of one file', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  it('is refused for one owner', async () => {
    const upload = newImage(ada);
    await store.images.create(upload);
    const error = await refusal(store.images.create({ ...upload, filename: 'other.jpg' }));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    expect(await store.images.count()).to.equal(1);
  });

  it('is another image for another owner', async () => {
    const grace = await store.users.create(newUser());
    const upload = newImage(ada);
    await store.images.create(upload);
    const image = await store.images.create({ ...upload, ownerId: grace.id });
    expect(image.ownerId).to.equal(grace.id);
    expect(await store.images.count()).to.equal(2);
  });

  it('is refused while the first is in the trash', async () => {
    const upload = newImage(ada);
    const { id } = await store.images.create(upload);
    await store.images.remove(id);
    const error = await refusal(store.images.create(upload, { onDuplicate: 'fail' }));
    expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
  });

  it('leaves nothing behind when it is refused, not even a tag', async () => {
    const upload = newImage(ada);
    await store.images.create(upload);
    await refusal(store.images.create({ ...upload, tags: ['cat'] }));
    expect((await store.tags.list()).items).to.deep.equal([]);
    expect(await store.images.count({ tags: { any: ['cat'] } })).to.equal(0);
  });

  for (const onDuplicate of ['skip', 'restore'] as const) {
    it(`gets the image that is there, as it is (${onDuplicate})`, async () => {
      const upload = newImage(ada, { tags: ['cat'] });
      const first = await store.images.create(upload);
      const again = { ...upload, filename: 'other.jpg', status: 'ready', tags: ['dog'] } as const;
      expect(await store.images.create(again, { onDuplicate })).to.deep.equal(first);
      expect(await store.images.get(first.id)).to.deep.equal(first);
    });

    it(`is a new image when there is none (${onDuplicate})`, async () => {
      const upload = newImage(ada);
      expect(await store.images.create(upload, { onDuplicate })).to.include({ sha256: upload.sha256, version: 1 });
    });

    it(`gets the image that is there also when an import brings the same id (${onDuplicate})`, async () => {
      const upload = newImage(ada);
      const first = await store.images.create(upload);
      expect(await store.images.create({ ...upload, id: first.id }, { onDuplicate })).to.deep.equal(first);
    });

    it(`makes one image of fifty that race, and each gets it (${onDuplicate})`, async () => {
      const upload = newImage(ada);
      const images = await fifty(() => store.images.create(upload, { onDuplicate }));
      const [first] = images;
      for (const image of images) expect(image).to.deep.equal(first);
      expect(await store.images.count()).to.equal(1);
    });

    it(`makes one image of fifty that race with tags that nobody had before (${onDuplicate})`, async () => {
      const upload = newImage(ada, { tags: ['cat', 'dog', 'night'] });
      const images = await fifty(() => store.images.create(upload, { onDuplicate }));
      expect(new Set(images.map(({ id }) => id)).size).to.equal(1);
      for (const { tags } of images) expect(tags).to.deep.equal(['cat', 'dog', 'night']);
      expect((await store.tags.list()).items).to.have.lengthOf(3);
    });
  }

  it('stays in the trash if it is skipped', async () => {
    const upload = newImage(ada);
    const { id } = await store.images.create(upload);
    await store.images.remove(id);
    const trashed = await store.images.get(id, { trash: 'included' });
    expect(await store.images.create(upload, { onDuplicate: 'skip' })).to.deep.equal(trashed);
    expect(await store.images.find(id)).to.equal(null);
  });

  it('is taken out of the trash by restore, as it was', async () => {
    const upload = newImage(ada, { title: 'first', tags: ['cat'] });
    const first = await store.images.create(upload);
    await store.images.remove(first.id);
    const image = await store.images.create({ ...upload, title: 'second' }, { onDuplicate: 'restore' });
    expect(image).to.deep.include({ id: first.id, title: 'first', tags: ['cat'], deletedAt: null });
    expect(await store.images.get(first.id)).to.deep.equal(image);
  });

  it('is taken out of the trash once by fifty that race, and each gets it', async () => {
    const upload = newImage(ada);
    const { id } = await store.images.create(upload);
    await store.images.remove(id);
    const images = await fifty(() => store.images.create(upload, { onDuplicate: 'restore' }));
    const restored = await store.images.get(id);
    for (const image of images) expect(image).to.deep.equal(restored);
  });

  it('is refused to all but one of fifty that race to be the first', async () => {
    const upload = newImage(ada);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => store.images.create(upload)));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).to.have.lengthOf(49);
    for (const error of refused) {
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    }
  });

  it('is a new image once the first was purged', async () => {
    const upload = newImage(ada);
    const { id } = await store.images.create(upload);
    await store.images.remove(id);
    await store.images.purge({ before: new Date(Date.now() + 1_000) });
    expect((await store.images.create(upload)).id).not.to.equal(id);
  });

  it('leaves a unit of work usable when it is refused there', async () => {
    const upload = newImage(ada);
    const image = await store.unitOfWork.run(async () => {
      await store.images.create(upload);
      await refusal(store.images.create(upload));
      return store.images.create(newImage(ada));
    });
    expect(await store.images.find(image.id)).to.deep.equal(image);
    expect(await store.images.count()).to.equal(2);
  });

  it('is refused for a way to treat duplicates that there is not', async () => {
    const onDuplicate = 'replace' as OnDuplicate;
    expect(await refusal(store.images.create(newImage(ada), { onDuplicate }))).to.include({
      field: 'onDuplicate',
      rule: 'choice',
    });
  });
});
