import { expect } from 'chai';
import * as fc from 'fast-check';
import { DuplicateError, MissingReferenceError, newId, type NewImage, type User } from '@janus/core';
import { changes, newImages, text } from './image-arbitraries.js';
import { all } from './image-finds.js';
import { newImage, newUser, refusal, useStore } from './store.js';

/** So many that a database may take them in another way than a few. */
const SEVERAL = 60;

// What formats of lines, fields and values in quotes would take for their own.
const TEXTS = [
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\\',
  '\\\\',
  '\\N',
  '\\\\N',
  '\\.',
  '\\.\n',
  'a\n\\.\nb',
  '\\t',
  '\\n',
  '\\0',
  '\\x41',
  '\\101',
  'a\tb\nc\\d\re',
  '\b\f\v',
  '\\b',
  'ends in a backslash\\',
  '\\"',
  '"',
  "'",
  "''",
  ',',
  'null',
  'NULL',
  'a,b;c',
  '$1',
  '?',
  '??',
  ':a',
  '{1,2}',
  '\ufeff',
  '\u2028\u2029',
  '\u0001\u001f\u007f\u0085',
  '😀\t東京\\',
  ' ',
  '  a  ',
];

describe('The text of many images that are created at once', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  /** Creates images, and sees that each comes back as it was given. */
  async function expectKept(images: readonly NewImage[]): Promise<void> {
    expect(await store.images.createMany(images)).to.deep.equal({ created: images.length, skipped: 0, restored: 0 });
    for (const given of images) {
      const image = await store.images.findByHash(given.ownerId, given.sha256);
      const { tags = [], ...fields } = given;
      expect(image).to.deep.include(fields);
      expect([...(image?.tags ?? [])].toSorted()).to.deep.equal([...new Set(tags)].toSorted());
    }
  }

  const filled = (fields: (text: string) => Partial<NewImage>) =>
    Array.from({ length: SEVERAL }, (_, index) => newImage(ada, fields(TEXTS[index % TEXTS.length] ?? '')));

  it('is as it was in a filename, a title, a colour type and a compression', async () => {
    await expectKept(
      filled((value) => ({ filename: value, title: value, colorType: value, compression: `${value}${value}` })),
    );
  });

  it('is as it was in metadata, as a value and as a key', async () => {
    await expectKept(filled((value) => ({ metadata: { value, values: [value, { [value]: value }] } })));
  });

  it('is as it was in tags', async () => {
    const spoken = TEXTS.map((value) => value.toLowerCase()).filter((value) => /^\P{Cc}+$/u.test(value.trim()));
    const tags = [...new Set(spoken.filter((value) => value === value.normalize('NFKC').trim()))];
    await expectKept(Array.from({ length: SEVERAL }, (_, index) => newImage(ada, { tags: tags.slice(0, index) })));
  });

  it('is as it was where it is that of only one, beside absent ones', async () => {
    for (const title of ['\\N', '\\.', '\t', '\n']) {
      const upload = newImage(ada, { title });
      await expectKept([
        ...Array.from({ length: SEVERAL }, () => newImage(ada)),
        upload,
        ...Array.from({ length: SEVERAL }, () => newImage(ada, { title: null })),
      ]);
      expect((await all(store.images.stream())).filter((image) => image.title !== null)).to.have.lengthOf(1);
      await store.images.remove((await store.images.findByHash(ada.id, upload.sha256))?.id ?? newId());
    }
  });

  it('is found by its words', async () => {
    await store.images.createMany(
      Array.from({ length: SEVERAL }, (_, index) => newImage(ada, { title: `one\ttwo\\three\n${index} \\N` })),
    );
    for (const asked of ['one', 'two', 'three', 'n', '59 one']) {
      expect(await store.images.count({ text: asked })).to.equal(asked.startsWith('59') ? 1 : SEVERAL);
    }
  });

  it('is as it was, whatever it is', async function any() {
    this.slow(4_000);
    const batch = fc.array(fc.tuple(text(255), fc.option(text(100), { nil: null }), changes.metadata), {
      minLength: 45,
      maxLength: 70,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(batch, async (some) => {
        const uploads = some.map(([filename, title, metadata]) => newImage(ada, { filename, title, metadata }));
        await store.images.createMany(uploads);
        const stored = new Map(
          (await all(store.images.stream({ ownerId: ada.id }))).map((image) => [image.sha256, image]),
        );
        for (const { sha256, filename, title } of uploads) {
          expect(stored.get(sha256)).to.include({ filename, title });
        }
      }),
      { numRuns: 6 },
    );
  });

  it('and all else of them are the same, however many are created with them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(newImages, { minLength: 50, maxLength: 50, size: 'max' }), async (some) => {
        const [one, many] = [await store.users.create(newUser()), await store.users.create(newUser())];
        await store.unitOfWork.run(async () => {
          for (const image of some) await store.images.create({ ...image, ownerId: one.id });
        });
        await store.images.createMany(some.map((image) => ({ ...image, ownerId: many.id })));
        for (const { sha256, createdAt } of some) {
          const alone = await store.images.findByHash(one.id, sha256);
          const among = await store.images.findByHash(many.id, sha256);
          const { id, ownerId, ...fields } = alone ?? ({} as never);
          if (createdAt) expect(among).to.deep.include(fields);
          else expect(among).to.deep.include({ ...fields, createdAt: among?.createdAt, updatedAt: among?.updatedAt });
          expect([id, ownerId]).not.to.include(among?.id);
        }
      }),
      { numRuns: 2 },
    );
  });

  it('is as it was of more than go into one statement', async () => {
    const uploads = Array.from({ length: 1_234 }, (_, index) =>
      newImage(ada, { title: `${TEXTS[index % TEXTS.length] ?? ''}${index}\\`, tags: ['\\n', `a\\${index % 9}`] }),
    );
    await store.images.createMany(uploads);
    const titles = new Map((await all(store.images.stream())).map((image) => [image.sha256, image.title]));
    for (const { sha256, title } of uploads) expect(titles.get(sha256)).to.equal(title);
    expect(titles.size).to.equal(1_234);
    expect(await store.images.count({ tags: { all: ['\\n', 'a\\3'] } })).to.equal(137);
  });
});

describe('One in the middle of many images that breaks a rule', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  /** Refuses many images for one in their middle, and sees that none was made. */
  async function refused(count: number, spoil: (image: NewImage, first: NewImage) => NewImage): Promise<Error> {
    const uploads = Array.from({ length: count }, () => newImage(ada, { title: 'a\tb', tags: ['cat'] }));
    const middle = Math.floor(count / 2);
    const [first] = uploads;
    const spoiled = uploads.map((image, index) => (index === middle && first ? spoil(image, first) : image));
    const before = await store.images.count({ trash: 'included' });
    const error = await refusal(store.images.createMany(spoiled));
    expect(await store.images.count({ trash: 'included' })).to.equal(before);
    expect((await store.tags.list()).items).to.deep.equal([]);
    return error;
  }

  for (const count of [3, 41, 80, 499, 1_100]) {
    it(`is told by that rule, among ${count}: it has no owner`, async () => {
      const error = await refused(count, (image) => ({ ...image, ownerId: newId<'user'>() }));
      expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'images_owner_id_foreign' });
    });

    it(`is told by that rule, among ${count}: it is the first of them again`, async () => {
      const error = await refused(count, (image, { sha256 }) => ({ ...image, sha256 }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    });

    it(`is told by that rule, among ${count}: it is there already`, async () => {
      const { sha256 } = await store.images.create(newImage(ada));
      const error = await refused(count, (image) => ({ ...image, sha256 }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_owner_id_sha256_unique' });
    });

    it(`is told by that rule, among ${count}: its id is another’s`, async () => {
      const { id } = await store.images.create(newImage(ada));
      const error = await refused(count, (image) => ({ ...image, id }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
    });
  }

  it('leaves the unit of work around them as it was, which goes on', async () => {
    await store.unitOfWork.run(async () => {
      await store.images.create(newImage(ada, { filename: 'before' }));
      for (const count of [3, 60, 700]) {
        const uploads = () => Array.from({ length: count }, () => newImage(ada, { tags: ['cat'] }));
        const orphan = newImage({ ...ada, id: newId<'user'>() });
        expect(await refusal(store.images.createMany([...uploads(), orphan, ...uploads()])))
          .to.be.instanceOf(MissingReferenceError)
          .and.include({ rule: 'images_owner_id_foreign' });
      }
      await store.images.createMany(Array.from({ length: 50 }, () => newImage(ada, { tags: ['dog'] })));
    });
    expect(await store.images.count()).to.equal(51);
    expect((await store.tags.list()).items.map(({ name, images }) => ({ name, images }))).to.deep.equal([
      { name: 'dog', images: 50 },
    ]);
  });
});

describe('One in the middle of many log entries that breaks a rule', () => {
  const store = useStore();

  for (const count of [3, 60, 1_100]) {
    for (const [field, rule] of [
      ['userId', 'logs_user_id_foreign'],
      ['imageId', 'logs_image_id_foreign'],
    ] as const) {
      it(`is told by that rule, among ${count}: ${field}`, async () => {
        const entries = Array.from({ length: count }, (_, index) => ({
          action: 'a\tb\\N',
          ...(index === Math.floor(count / 2) && { [field]: newId() }),
        }));
        const error = await refusal(store.logs.appendMany(entries));
        expect(error).to.be.instanceOf(MissingReferenceError).and.include({ rule });
        expect(await store.logs.recent()).to.deep.equal([]);
      });
    }
  }

  it('is none where all are as they should be: text comes back as it was', async () => {
    const actions = Array.from({ length: SEVERAL }, (_, index) => TEXTS[index % TEXTS.length] ?? '');
    await store.logs.appendMany(actions.map((action) => ({ action, module: action, metadata: { [action]: action } })));
    const entries = (await store.logs.recent(SEVERAL)).toReversed();
    expect(entries.map(({ action, module, metadata }) => ({ action, module, metadata }))).to.deep.equal(
      actions.map((action) => ({ action, module: action, metadata: { [action]: action } })),
    );
  });
});
