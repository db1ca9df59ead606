import { expect } from 'chai';
import { InvalidError, type Claim, type Image, type JsonValue, type User } from '@janus/core';
import { newImage, newUser, refusal, useStore } from './store.js';

/** Far more than anybody means to send. To read it once takes long, to take it apart takes all memory there is. */
const LONG = 'a b '.repeat(2 ** 25);
/** An array that is longer than memory, of nothing. */
const HUGE: never[] = [];
HUGE.length = 2 ** 32 - 1;

/** JSON of few parts, each of which is there many times: written out, it has more than there are atoms. */
function repeated(): JsonValue {
  let json: JsonValue = [1];
  for (let depth = 0; depth < 18; depth += 1) json = Array.from({ length: 50 }, () => json);
  return json;
}

describe('what is far too large is refused at once', () => {
  const store = useStore();
  let ada: User;
  let image: Image;
  let claim: Claim;
  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada));
    claim = { lease: image.id as string as Claim['lease'], image, worker: 'w', attempt: 1, leaseUntil: new Date() };
  });

  const texts: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
    'an e-mail': async (email) => store.users.create({ ...newUser(), email }),
    'a user name': async (username) => store.users.create({ ...newUser(), username }),
    'an e-mail that is looked for': async (email) => store.users.findByEmail(email),
    'a user name that is looked for': async (username) => store.users.findByUsername(username),
    'an e-mail that logs in': async (email) => store.users.findCredentials(email),
    'a password hash': async (hash) => store.users.setPasswordHash(ada.id, hash),
    'an id': async (id) => store.users.find(id as User['id']),
    'a filename': async (filename) => store.images.create(newImage(ada, { filename })),
    'a title': async (title) => store.images.update(image.id, { title }, image),
    'a MIME type': async (mimeType) => store.images.count({ mimeType }),
    'a hash': async (sha256) => store.images.findByHash(ada.id, sha256),
    'a perceptual hash': async (hash) => store.images.count({ near: { hash, distance: 1 } }),
    'a tag': async (tag) => store.images.tag(image.id, [tag]),
    'a tag that is looked for': async (tag) => store.images.count({ tags: { any: [tag] } }),
    'a tag that is renamed': async (tag) => store.tags.rename(tag, 'cat'),
    'a search text': async (text) => store.images.list({ where: { text } }),
    'a key of metadata': async (key) => store.images.create(newImage(ada, { metadata: { [key]: 1 } })),
    'a value of metadata': async (value) => store.images.create(newImage(ada, { metadata: { a: value } })),
    'a key that is looked for': async (key) => store.images.count({ metadata: { path: [key] } }),
    'a value that is looked for': async (equals) => store.images.count({ metadata: { path: ['a'], equals } }),
    'a kind of analysis': async (kind) => store.images.recordAnalysis(image.id, kind, 1),
    'the result of an analysis': async (result) => store.images.recordAnalysis(image.id, 'faces', result),
    'a cursor': async (after) => store.images.list({ after }),
    'a sort': async (sort) => store.images.list({ sort: sort as '-createdAt' }),
    'a worker': async (worker) => store.images.claim({ limit: 1, leaseFor: 1_000, worker }),
    'an action': async (action) => store.logs.append({ action }),
    'a module that is looked for': async (module) => store.logs.list({ where: { module } }),
    'a topic': async (topic) => store.analytics.record({ topic, data: 1 }),
    'a topic that is counted': async (topic) =>
      store.analytics.perDay({ created: { from: new Date(0), to: new Date() }, topic }),
  };
  for (const [what, call] of Object.entries(texts)) {
    it(`as ${what}`, async () => {
      const since = process.cpuUsage();
      expect(await refusal(call(LONG))).to.be.instanceOf(InvalidError);
      // The processor's time, and not the clock's: others use this machine, too.
      const { user, system } = process.cpuUsage(since);
      expect(user + system).to.be.below(2_000_000);
    });
  }

  const lists: Readonly<Record<string, () => Promise<unknown>>> = {
    tags: async () => store.images.create(newImage(ada, { tags: HUGE })),
    'tags to be taken away': async () => store.images.untag(image.id, HUGE),
    'tags that are looked for': async () => store.images.count({ tags: { all: HUGE } }),
    ids: async () => store.images.findMany(HUGE),
    'steps of a path': async () => store.logs.list({ where: { metadata: { path: HUGE } } }),
    'an array of JSON': async () => store.analytics.record({ topic: 'a', data: HUGE }),
    'an array in metadata': async () => store.logs.append({ action: 'a', metadata: { a: HUGE } }),
    'an array in what a worker found': async () =>
      store.images.complete(claim, { changes: { metadata: { found: HUGE } } }),
    'JSON that has itself many times': async () => store.analytics.record({ topic: 'a', data: repeated() }),
  };
  for (const [what, call] of Object.entries(lists)) {
    it(`as ${what}`, async () => {
      expect(await refusal(call()))
        .to.be.instanceOf(InvalidError)
        .and.have.property('rule')
        .that.is.oneOf(['length', 'bytes']);
    });
  }

  it('but not the reason of a failure, of which the beginning is kept', async () => {
    const [claimed] = await store.images.claim({ limit: 1, leaseFor: 1_000, worker: 'w' });
    if (!claimed) throw new Error('nothing was due');
    await store.images.fail(claimed, { reason: LONG });
    expect((await store.images.processing(image.id)).failure).to.equal(LONG.slice(0, 1_000));
  });

  it('but not text that is short once it is in its normal form', async () => {
    const { username } = await store.users.create({ ...newUser(), username: `${' '.repeat(500)}Ada` });
    expect(username).to.equal('ada');
  });
});
