import { expect } from 'chai';
import { newId, type Image, type ImageFilter, type JsonValue, type NewImage, type User } from '@janus/core';
import { forged, type Attempts, type Known } from './attack.js';
import { valueAt } from './image-model.js';
import { newImage, type Store } from './store.js';

/** So many rows that a database may take them in another way than one. */
const MANY = 45;

/** Puts a text into all that a service may say of images, and sees that each is kept as it is or refused. */
export async function attackImages(store: Store, known: Known, owner: User, text: string, tried: Attempts) {
  const { images } = store;
  const attempt = async <Result>(name: string, call: () => Promise<Result>) => tried.make(`images.${name}`, text, call);
  const ids = async (where: ImageFilter) => {
    const found: string[] = [];
    for await (const { id } of images.stream(where)) found.push(id);
    return found;
  };

  const created: Image[] = [];
  const fields: Readonly<Record<string, Partial<NewImage>>> = {
    filename: { filename: text },
    title: { title: text },
    colorType: { colorType: text },
    compression: { compression: text },
    'metadata key': { metadata: { [text]: 1 } },
    'metadata value': { metadata: { hostile: text, list: [text] } },
  };
  for (const [name, given] of Object.entries(fields)) {
    const image = await attempt(`create ${name}`, async () =>
      images.create(newImage(owner, { status: 'ready', ...given })),
    );
    if (!image) continue;
    expect(image).to.deep.include(given);
    created.push(known.image(image));
  }
  const tagged = await attempt('create tag', async () =>
    images.create(newImage(owner, { status: 'ready', tags: [text] })),
  );
  if (tagged) created.push(known.image(tagged));
  const [victim = known.image(await images.create(newImage(owner, { status: 'ready' })))] = created;

  const many = Array.from({ length: MANY }, () =>
    newImage(owner, { id: newId(), status: 'ready', title: text, metadata: { list: [text] } }),
  );
  if (await attempt('createMany', async () => images.createMany(many))) {
    for (const image of await images.findMany(many.map(({ id }) => id ?? newId()))) {
      if (!image) throw new Error('an image was not made');
      expect(image).to.deep.include({ title: text, metadata: { list: [text] } });
      known.image(image);
    }
  }

  const changes = { title: text, metadata: { other: [text] } };
  const changed = await attempt('update', async () => images.update(victim.id, changes, victim));
  if (changed) expect(known.image(changed)).to.deep.include(changes);
  if (await attempt('tag', async () => (await images.tag(victim.id, [text]), true))) {
    const { tags } = known.image(await images.get(victim.id));
    expect(await ids({ tags: { all: [text] } })).to.include(victim.id);
    expect(await ids({ tags: { any: [text] } })).to.include(victim.id);
    expect(await ids({ tags: { none: [text] } })).not.to.include(victim.id);
    expect(tags.length).to.be.within(1, 2);
  }
  if (tagged && (await attempt('untag', async () => (await images.untag(tagged.id, [text]), true)))) {
    expect(known.image(await images.get(tagged.id)).tags).to.deep.equal([]);
  }
  const result: JsonValue = { [text.slice(0, 200)]: [text] };
  const analysis = await attempt('recordAnalysis', async () => images.recordAnalysis(victim.id, text, result));
  if (analysis) {
    expect(analysis).to.deep.include({ imageId: victim.id, kind: text, result });
    known.analyses.set(`${victim.id} ${text}`, analysis);
  }
  await asked(known, ids, text, attempt);
  await attackCursors(store, text, tried);
  await attackQueue(store, known, owner, text, tried);

  const wrong = text as never;
  const refusals: Readonly<Record<string, () => Promise<unknown>>> = {
    find: async () => images.find(wrong),
    get: async () => images.get(wrong),
    findMany: async () => images.findMany([victim.id, wrong]),
    findByHash: async () => images.findByHash(owner.id, text),
    'findByHash owner': async () => images.findByHash(wrong, victim.sha256),
    trash: async () => images.find(victim.id, { trash: wrong }),
    sort: async () => images.list({ sort: wrong }),
    'stream sort': async () => images.stream({}, { sort: wrong })[Symbol.asyncIterator]().next(),
    after: async () => images.list({ after: text }),
    'after, with owners': async () => images.listWithOwners({ after: text }),
    limit: async () => images.list({ limit: wrong }),
    status: async () => images.count({ status: wrong }),
    'where trash': async () => images.count({ trash: wrong }),
    near: async () => images.count({ near: { hash: text, distance: 1 } }),
    field: async () => images.count({ [text]: text }),
    width: async () => images.count({ width: { min: wrong } }),
    created: async () => images.count({ created: { from: wrong } }),
    ownerId: async () => images.count({ ownerId: wrong }),
    'new ownerId': async () => images.create({ ...newImage(owner), ownerId: wrong }),
    'new id': async () => images.create(newImage(owner, { id: wrong })),
    sha256: async () => images.create(newImage(owner, { sha256: text })),
    perceptualHash: async () => images.create(newImage(owner, { perceptualHash: text })),
    'new status': async () => images.create(newImage(owner, { status: wrong })),
    'new field': async () => images.create({ ...newImage(owner), [text]: 1 }),
    onDuplicate: async () => images.create(newImage(owner), { onDuplicate: wrong }),
    update: async () => images.update(wrong, { title: 'x' }, { version: 1 }),
    'update field': async () => images.update(victim.id, { [text]: 1 }, victim),
    version: async () => images.update(victim.id, { title: 'x' }, { version: wrong }),
    remove: async () => images.remove(wrong),
    restore: async () => images.restore(wrong),
    purge: async () => images.purge({ before: wrong }),
    tag: async () => images.tag(wrong, ['cat']),
    untag: async () => images.untag(wrong, ['cat']),
    analyses: async () => images.analyses(wrong),
    recordAnalysis: async () => images.recordAnalysis(wrong, 'faces', 1),
    processing: async () => images.processing(wrong),
  };
  for (const [name, call] of Object.entries(refusals)) await tried.refuse(`images.${name}`, text, call);
}

/** Asks for images by a text, and sees that what is found is what was stored. */
async function asked(
  known: Known,
  ids: (where: ImageFilter) => Promise<string[]>,
  text: string,
  attempt: <Result>(name: string, call: () => Promise<Result>) => Promise<Result | undefined>,
) {
  const byMetadata: readonly NonNullable<ImageFilter['metadata']>[] = [
    { path: [text] },
    { path: [text, 0] },
    { path: ['hostile', text] },
    { path: ['hostile'], equals: text },
    { path: ['list', 0], equals: text },
    { path: [text], equals: text },
  ];
  for (const [index, metadata] of byMetadata.entries()) {
    const found = await attempt(`list metadata ${index}`, async () => ids({ metadata }));
    const { path, equals } = metadata;
    if (found) {
      const expected = known.imagesWith((image) => {
        const value = valueAt(image.metadata, path);
        return equals === undefined ? value !== undefined : value === equals;
      });
      expect(found, `metadata ${JSON.stringify(metadata)}`).to.have.members(expected);
    }
  }
  const typed = await attempt('list mimeType', async () => ids({ mimeType: text }));
  if (typed) expect(typed).to.have.members(known.imagesWith(({ mimeType }) => mimeType === text));
  const found = await attempt('list text', async () => ids({ text }));
  // An image is found by its own title, and by nothing that is not among its words.
  if (found) expect(found).to.include.members(known.imagesWith(({ title }) => title === text));
  await attempt('count text', async () => ids({ text: `${text} a` }));
}

async function attackCursors({ images, tags, users }: Store, text: string, tried: Attempts) {
  const sorted = await images.list({ sort: 'filename', limit: 1 });
  if (sorted.next !== null) {
    const { next } = sorted;
    const place = forged(next, ([, id]) => [text, id]);
    const after = await tried.make('images.list forged', text, async () =>
      images.list({ sort: 'filename', limit: 500, after: place }),
    );
    // By code point, as Buffers compare and strings do not.
    for (const { filename } of after?.items ?? []) {
      expect(Buffer.compare(Buffer.from(filename), Buffer.from(text))).to.be.at.least(0);
    }
    await tried.refuse('images.list forged id', text, async () =>
      images.list({ sort: 'filename', after: forged(next, ([name]) => [name, text]) }),
    );
    await tried.refuse('images.list mutated', text, async () =>
      images.list({ sort: 'filename', after: `${next.slice(0, 20)}${text}${next.slice(21)}` }),
    );
  }
  const people = (await users.list({ limit: 1 })).next;
  if (people !== null) {
    await tried.refuse('users.list forged', text, async () => users.list({ after: forged(people, () => [text]) }));
  }
  const names = (await tags.list({ limit: 1 })).next;
  if (names !== null) {
    await tried.make('tags.list forged', text, async () => tags.list({ after: forged(names, () => [text]) }));
  }
}

async function attackQueue({ images }: Store, known: Known, owner: User, text: string, tried: Attempts) {
  const claimed = await tried.make('images.claim', text, async () => {
    await images.create(newImage(owner));
    return images.claim({ limit: 10, leaseFor: 60_000, worker: text });
  });
  for await (const image of images.stream({})) known.image(image);
  for (const claim of claimed ?? []) {
    expect((await images.processing(claim.image.id)).worker).to.equal(text);
    for (const wrong of [
      { ...claim, lease: text as never },
      { ...claim, image: { ...claim.image, id: text as never } },
    ]) {
      await tried.refuse('images.complete', text, async () => images.complete(wrong));
      await tried.refuse('images.fail', text, async () => images.fail(wrong, { reason: 'x' }));
      await tried.refuse('images.extend', text, async () => images.extend(wrong, { leaseFor: 60_000 }));
    }
    await tried.make('images.extend', text, async () => images.extend(claim, { leaseFor: 60_000 }));
    const done = await tried.make('images.complete', text, async () =>
      images.complete(claim, { changes: { title: text, metadata: { found: text } } }),
    );
    if (done) {
      expect(known.image(done)).to.deep.include({ title: text, metadata: { found: text } });
      continue;
    }
    const failed = await tried.make('images.fail', text, async () =>
      images.fail(claim, { reason: text, retry: false }),
    );
    if (failed) known.image(failed);
    const kept = Array.from(text.toWellFormed().replaceAll('\0', '\ufffd')).slice(0, 1_000).join('');
    expect((await images.processing(claim.image.id)).failure).to.equal(kept);
  }
}
