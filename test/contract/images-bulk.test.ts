import { expect } from 'chai';
import { newImage, newUser, refusal, useStore } from './store.js';

/** Far more rows, and values, than any database takes in one statement. */
const MANY = 20_000;

describe('Twenty thousand images', () => {
  const store = useStore();

  it('are created, or not, in one call', async function bulk() {
    this.timeout(60_000);
    this.slow(20_000);
    const ada = await store.users.create(newUser());
    let made = 0;
    function* generated(count: number) {
      for (; made < count; made += 1) yield newImage(ada, { filename: `${made}` });
    }
    expect(await store.images.createMany(generated(MANY))).to.deep.equal({ created: MANY, skipped: 0, restored: 0 });
    expect(await store.images.count()).to.equal(MANY);
    expect((await store.images.list({ where: { text: '19999' } })).items).to.have.lengthOf(1);

    function* spoiled() {
      for (let more = 0; more < 2_000; more += 1) yield newImage(ada);
      yield newImage(ada, { height: 0 });
    }
    expect(await refusal(store.images.createMany(spoiled()))).to.include({ field: '2000.height' });
    expect(await store.images.count()).to.equal(MANY);
  });
});
