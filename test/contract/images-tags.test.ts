import { expect } from 'chai';
import { InvalidError, newId, NotFoundError, type Image, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

const hundred = (from: number) => Array.from({ length: 100 }, (_, index) => `${from + index}`);

describe('The tags of an image', () => {
  const store = useStore();
  let ada: User;
  let image: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada, { tags: ['b', 'd'] }));
  });

  const tags = async () => (await store.images.get(image.id, { trash: 'included' })).tags;

  it('are joined by others; those it has are kept', async () => {
    await store.images.tag(image.id, ['c', 'b', 'a']);
    expect(await tags()).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('are joined by one that an other image has', async () => {
    await store.images.create(newImage(ada, { tags: ['shared'] }));
    await store.images.tag(image.id, ['shared']);
    expect(await tags()).to.deep.equal(['b', 'd', 'shared']);
    expect(await store.images.count({ tags: { all: ['shared'] } })).to.equal(2);
  });

  it('are in normal form, and one in another form is the same', async () => {
    await store.images.tag(image.id, [' B ', 'Sci  Fi', 'sci fi', 'e\u0301', 'É']);
    expect(await tags()).to.deep.equal(['b', 'd', 'sci fi', 'é']);
    await store.images.untag(image.id, ['SCI FI', 'É']);
    expect(await tags()).to.deep.equal(['b', 'd']);
  });

  it('are in the order of code points', async () => {
    await store.images.tag(image.id, ['😀', '\ufffd', '10', '9', 'é', 'zz']);
    expect(await tags()).to.deep.equal(['10', '9', 'b', 'd', 'zz', 'é', '\ufffd', '😀']);
  });

  it('are fewer when some are taken away; those it has not are passed over', async () => {
    await store.images.untag(image.id, ['d', 'nobody has this']);
    expect(await tags()).to.deep.equal(['b']);
  });

  it('are the same when none are added or taken away', async () => {
    await store.images.tag(image.id, []);
    await store.images.untag(image.id, []);
    expect(await tags()).to.deep.equal(['b', 'd']);
  });

  it('are its own: those of others stay', async () => {
    const other = await store.images.create(newImage(ada, { tags: ['b'] }));
    await store.images.untag(image.id, ['b']);
    expect((await store.images.get(other.id)).tags).to.deep.equal(['b']);
  });

  it('come and go in the trash, too', async () => {
    await store.images.remove(image.id);
    await store.images.tag(image.id, ['c']);
    await store.images.untag(image.id, ['b']);
    expect(await tags()).to.deep.equal(['c', 'd']);
  });

  it('come and go without a new version', async () => {
    await store.images.tag(image.id, ['c']);
    await store.images.untag(image.id, ['b']);
    expect(await store.images.get(image.id)).to.include({ version: image.version });
    await store.images.update(image.id, { title: 'new' }, image);
  });

  it('may be more than are added at once', async () => {
    for (const from of [1_000, 2_000, 3_000]) await store.images.tag(image.id, hundred(from));
    expect(await tags()).to.deep.equal([...hundred(1_000), ...hundred(2_000), ...hundred(3_000), 'b', 'd']);
  });

  it('are refused to an image that does not exist, and leave nothing behind', async () => {
    for (const attempt of [
      () => store.images.tag(newId<'image'>(), ['new']),
      () => store.images.untag(newId<'image'>(), ['b']),
    ]) {
      expect(await refusal(attempt()))
        .to.be.instanceOf(NotFoundError)
        .and.include({ entity: 'image' });
    }
    expect((await store.tags.list()).items.map(({ name }) => name)).to.deep.equal(['b', 'd']);
  });

  it('keep their rules', async () => {
    for (const change of ['tag', 'untag'] as const) {
      const empty = await refusal(store.images[change](image.id, ['ok', ' ']));
      expect(empty).to.be.instanceOf(InvalidError).and.include({ field: 'tags.1', rule: 'length' });
      const many = await refusal(
        store.images[change](
          image.id,
          Array.from({ length: 101 }, (_, at) => `${at}`),
        ),
      );
      expect(many).to.be.instanceOf(InvalidError).and.include({ field: 'tags', rule: 'length' });
    }
    expect(await tags()).to.deep.equal(['b', 'd']);
  });

  it('are all there when twenty are added at once, some of them the same', async () => {
    const racing = Array.from({ length: 20 }, (_, at) => store.images.tag(image.id, ['same', `tag ${at % 10}`]));
    await Promise.all(racing);
    const ten = Array.from({ length: 10 }, (_, at) => `tag ${at}`);
    expect(await tags()).to.deep.equal(['b', 'd', 'same', ...ten]);
  });

  it('are made once when many images get a new one at once', async () => {
    const images = await Promise.all(Array.from({ length: 20 }, async () => store.images.create(newImage(ada))));
    await Promise.all(images.map(({ id }, at) => store.images.tag(id, at % 2 ? ['new', 'newer'] : ['newer', 'new'])));
    expect(await store.images.count({ tags: { all: ['new', 'newer'] } })).to.equal(20);
    const { items } = await store.tags.list();
    expect(items.map(({ name }) => name)).to.deep.equal(['b', 'd', 'new', 'newer']);
  });
});
