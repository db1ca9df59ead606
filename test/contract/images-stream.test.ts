import { expect } from 'chai';
import { InvalidError, type ImageSort, type User } from '@janus/core';
import { all } from './image-finds.js';
import { newImage, newUser, refusal, useStore } from './store.js';

/** More than are read at a time. */
const MANY = 1_203;

describe('A stream of images', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const given = async (count: number) =>
    store.images.createMany(
      Array.from({ length: count }, (_, index) =>
        newImage(ada, { filename: `${10_000 + index}`, byteSize: index % 7 }),
      ),
    );

  it('ends at once where there is no image', async () => {
    expect(await all(store.images.stream())).to.deep.equal([]);
  });

  it('has every image, newest first', async () => {
    await given(MANY);
    const items = await all(store.images.stream());
    expect(new Set(items.map(({ id }) => id)).size).to.equal(MANY);
    expect(items.map(({ id }) => id)).to.deep.equal(
      items
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    );
  });

  it('has every image in the order asked for', async () => {
    await given(MANY);
    const names = Array.from({ length: MANY }, (_, index) => `${10_000 + index}`);
    const streamed = await all(store.images.stream({}, { sort: 'filename' }));
    expect(streamed.map(({ filename }) => filename)).to.deep.equal(names);
    const bySize = await all(store.images.stream({}, { sort: '-byteSize' }));
    expect(bySize.map(({ byteSize }) => byteSize)).to.deep.equal(
      names.map((_, at) => at % 7).toSorted((a, b) => b - a),
    );
  });

  it('has those that match a filter', async () => {
    await given(MANY);
    const items = await all(store.images.stream({ byteSize: { min: 3, max: 3 } }));
    expect(items).to.have.lengthOf(Math.floor((MANY - 3 + 6) / 7));
  });

  it('can be left early, and holds nothing then', async () => {
    await given(MANY);
    for (let time = 0; time < 30; time += 1) {
      for await (const { filename } of store.images.stream()) {
        expect(filename).to.be.a('string');
        break;
      }
    }
    expect(await store.images.count()).to.equal(MANY);
  });

  it('can be left by an error, which is passed on, and holds nothing then', async () => {
    await given(3);
    const failure = new Error('the reader is tired');
    const reading = async () => {
      for await (const { filename } of store.images.stream()) if (filename) throw failure;
    };
    expect(await refusal(reading())).to.equal(failure);
    expect(await store.images.count()).to.equal(3);
  });

  it('can be left unread', async () => {
    await given(3);
    const streams = Array.from({ length: 30 }, () => store.images.stream()[Symbol.asyncIterator]());
    for (const stream of streams) await stream.next();
    expect(await store.images.count()).to.equal(3);
  });

  it('lets its reader write, and others too', async () => {
    await given(600);
    let met = 0;
    for await (const image of store.images.stream({ status: 'pending' }, { sort: 'createdAt' })) {
      if (met % 4 === 0) await store.images.update(image.id, { status: 'ready' }, image);
      met += 1;
    }
    expect(met).to.equal(600);
    expect(await store.images.count({ status: 'ready' })).to.equal(150);
  });

  it('meets those that stay once, while others come and go', async () => {
    await given(MANY);
    const met = new Map<string, number>();
    for await (const { id, filename } of store.images.stream({}, { sort: 'filename' })) {
      met.set(filename, (met.get(filename) ?? 0) + 1);
      if (met.size % 300 !== 150) continue;
      await store.images.remove(id);
      await store.images.create(newImage(ada, { filename: `0 ${filename}` }));
    }
    expect(met.size).to.equal(MANY);
    expect(Math.max(...met.values())).to.equal(1);
  });

  it('can be read inside a unit of work, and sees what that has written', async () => {
    const names = await store.unitOfWork.run(async () => {
      await given(501);
      return (await all(store.images.stream())).length;
    });
    expect(names).to.equal(501);
  });

  it('can be read twice at a time', async () => {
    await given(501);
    const [one, other] = await Promise.all([all(store.images.stream()), all(store.images.stream())]);
    expect(one).to.deep.equal(other);
  });

  it('is refused for an order that there is not', async () => {
    const sort = 'title' as ImageSort;
    const error = await refusal(all(store.images.stream({}, { sort })));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'sort', rule: 'choice' });
  });
});
