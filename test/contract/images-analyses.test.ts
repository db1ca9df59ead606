import { expect } from 'chai';
import * as fc from 'fast-check';
import { InvalidError, newId, NotFoundError, type Image, type JsonValue, type User } from '@janus/core';
import { json } from './image-arbitraries.js';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('The analyses of an image', () => {
  const store = useStore();
  let ada: User;
  let image: Image;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
    image = await store.images.create(newImage(ada));
  });

  it('are none at first', async () => {
    expect(await store.images.analyses(image.id)).to.deep.equal([]);
  });

  it('say of which image and kind they are, and since when', async () => {
    const before = Date.now();
    const analysis = await store.images.recordAnalysis(image.id, 'faces', { count: 2 });
    expect(analysis).to.deep.include({ imageId: image.id, kind: 'faces', result: { count: 2 } });
    expect(analysis.createdAt.getTime()).to.be.within(before, Date.now());
    expect(analysis.updatedAt).to.deep.equal(analysis.createdAt);
    expect(await store.images.analyses(image.id)).to.deep.equal([analysis]);
  });

  it('are one of each kind: a new result takes the place of the old', async () => {
    const first = await store.images.recordAnalysis(image.id, 'faces', 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await store.images.recordAnalysis(image.id, 'faces', [2]);
    expect(second).to.deep.include({ result: [2], createdAt: first.createdAt });
    expect(second.updatedAt).to.be.greaterThan(first.updatedAt);
    expect(await store.images.analyses(image.id)).to.deep.equal([second]);
  });

  it('are the same when the same result is recorded at the same time', async () => {
    for (let time = 0; time < 5; time += 1) await store.images.recordAnalysis(image.id, 'faces', 'same');
    expect(await store.images.analyses(image.id)).to.have.lengthOf(1);
  });

  it('come by kind, in the order of code points', async () => {
    const kinds = ['a', 'B', '😀', '\uff21', 'é', 'a ', 'z', 'ab', 'A'];
    for (const kind of kinds) await store.images.recordAnalysis(image.id, kind, kind);
    const analyses = await store.images.analyses(image.id);
    expect(analyses.map(({ kind }) => kind)).to.deep.equal(['A', 'B', 'a', 'a ', 'ab', 'z', 'é', '\uff21', '😀']);
    expect(analyses.map(({ result }) => result)).to.deep.equal(analyses.map(({ kind }) => kind));
  });

  it('are of one image: those of others are theirs', async () => {
    const other = await store.images.create(newImage(ada));
    await store.images.recordAnalysis(image.id, 'faces', 1);
    await store.images.recordAnalysis(other.id, 'faces', 2);
    expect((await store.images.analyses(image.id)).map(({ result }) => result)).to.deep.equal([1]);
    expect((await store.images.analyses(other.id)).map(({ result }) => result)).to.deep.equal([2]);
  });

  const results: readonly JsonValue[] = [null, true, false, 0, -1.5, '', 'null', [], {}, [null], { a: [1, '1', null] }];
  for (const result of results) {
    it(`hold ${JSON.stringify(result)} as it is`, async () => {
      const analysis = await store.images.recordAnalysis(image.id, 'any', result);
      expect(analysis.result).to.deep.equal(result);
      expect(await store.images.analyses(image.id)).to.deep.equal([analysis]);
    });
  }

  it('hold any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (result) => {
        const expected = JSON.parse(JSON.stringify(result)) as JsonValue;
        const analysis = await store.images.recordAnalysis(image.id, 'any', result);
        expect(analysis.result).to.deep.equal(expected);
        const [stored] = await store.images.analyses(image.id);
        expect(JSON.stringify(stored?.result)).to.equal(JSON.stringify(analysis.result));
      }),
      { numRuns: 50 },
    );
  });

  it('change nothing about the image', async () => {
    await store.images.recordAnalysis(image.id, 'faces', 1);
    expect(await store.images.get(image.id)).to.deep.equal(image);
  });

  it('are refused to an image that does not exist', async () => {
    const error = await refusal(store.images.recordAnalysis(newId<'image'>(), 'faces', 1));
    expect(error).to.be.instanceOf(NotFoundError).and.include({ entity: 'image' });
  });

  it('are refused when they are no JSON, or of no kind', async () => {
    const broken: readonly (readonly [kind: string, result: unknown, field: string, rule: string])[] = [
      ['', 1, 'kind', 'length'],
      ['k'.repeat(51), 1, 'kind', 'length'],
      ['a\0', 1, 'kind', 'characters'],
      ['faces', undefined, 'result', 'required'],
      ['faces', Number.NaN, 'result', 'range'],
      ['faces', [new Date(0)], 'result', 'type'],
      ['faces', '\ud800', 'result', 'characters'],
    ];
    for (const [kind, result, field, rule] of broken) {
      const error = await refusal(store.images.recordAnalysis(image.id, kind, result as JsonValue));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field, rule });
    }
    expect(await store.images.analyses(image.id)).to.deep.equal([]);
  });

  it('are one of each kind also when twenty of it race', async () => {
    const racing = Array.from({ length: 20 }, (_, at) => store.images.recordAnalysis(image.id, 'faces', at));
    await Promise.all(racing);
    expect(await store.images.analyses(image.id)).to.have.lengthOf(1);
  });
});
