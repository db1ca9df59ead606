import { expect } from 'chai';
import type { User } from '@janus/core';
import { Attempts, Known } from './attack.js';
import { attackImages } from './attack-images.js';
import { attackRecords, attackTags, attackUsers } from './attack-others.js';
import { hostileTexts } from './hostile-text.js';
import { newUser, useStore, type Store } from './store.js';

const isFull = process.env['JANUS_TEST_FAULTS'] === 'full';
/** How many calls are to be tried in all; and after how many texts it is looked whether all is as it should be. */
const ATTEMPTS = isFull ? 100_000 : 2_000;
const TEXTS = 10;
/** Named, so that what fails can be had again. */
const SEED = Number(process.env['JANUS_TEST_SEED'] ?? (isFull ? Date.now() % 2 ** 31 : 20_261_123));

/** Notes which methods are called. */
function watched<Repository extends object>(name: string, repository: Repository, called: Set<string>): Repository {
  return new Proxy(repository, {
    get(target, method) {
      called.add(`${name}.${String(method)}`);
      const found: unknown = Reflect.get(target, method);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}

describe('no text becomes a part of a query', function injection() {
  this.timeout(isFull ? 7_200_000 : 120_000);
  const store = useStore();
  const tried = new Attempts();
  const called = new Set<string>();
  let ada: User;
  let known: Known;
  let attacked: Store;
  beforeEach(async () => {
    known = new Known();
    ada = await store.users.create(newUser());
    known.users.set(ada.id, ada);
    attacked = { ...store };
    for (const [name, repository] of Object.entries(store)) {
      Object.assign(attacked, { [name]: watched(name, repository as object, called) });
    }
  });

  async function attack(texts: readonly string[]) {
    for (const text of texts) {
      await attackUsers(attacked, known, ada, text, tried);
      await attackTags(attacked, known, ada, text, tried);
      await attackRecords(attacked, known, ada, text, tried);
      await attackImages(attacked, known, ada, text, tried);
    }
    await known.expectIn(store);
  }

  const empty = async () => {
    for (const { id } of known.images.values()) await store.images.remove(id);
    await store.images.purge({ before: new Date(Date.now() + 60_000) });
    await store.logs.prune({ before: new Date(Date.now() + 60_000) });
    for (const { id } of known.users.values()) if (id !== ada.id) await store.users.remove(id);
    const { events, hashes, tags } = known;
    known = new Known();
    known.users.set(ada.id, await store.users.get(ada.id));
    for (const tag of tags) known.tags.add(tag);
    for (const [id, hash] of hashes) if (id === ada.id) known.hashes.set(id, hash);
    for (const [id, event] of events) known.events.set(id, event);
  };

  it(`wherever it is said, and all is as it was asked for (seed ${SEED})`, async () => {
    for (let round = 0; tried.count < ATTEMPTS; round += 1) {
      await attack(hostileTexts(SEED + round, TEXTS));
      await empty();
    }
    // What is refused always would be no test of what is kept.
    expect([...tried.accepted.keys()].filter((name) => name.startsWith('refused'))).to.deep.equal([]);
    const never = [...tried.refused.keys()].filter(
      (name) => !name.startsWith('refused') && !tried.accepted.has(name) && name !== 'images.list mimeType',
    );
    expect(never).to.deep.equal([]);
    if (isFull) {
      const accepted = [...tried.accepted.values()].reduce((sum, count) => sum + count, 0);
      console.log(
        `      ${tried.count} attempts: ${accepted} taken as values, ${tried.count - accepted} refused as input`,
      );
    }
  });

  it('is said in every call there is', () => {
    const { unitOfWork: _, ...repositories } = store;
    const methods = Object.entries(repositories).flatMap(([name, repository]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(repository))
        .filter((method) => method !== 'constructor')
        .map((method) => `${name}.${method}`),
    );
    expect([...called]).to.include.members([...methods, 'unitOfWork.run']);
  });
});
