import { expect } from 'chai';
import { InvalidError, type User } from '@janus/core';
import { found } from './image-finds.js';
import { newImage, newUser, refusal, useStore } from './store.js';

describe('A search of images by text', () => {
  const store = useStore();
  let ada: User;

  beforeEach(async () => {
    ada = await store.users.create(newUser());
  });

  const given = async (...filenames: readonly string[]) =>
    store.images.createMany(filenames.map((filename) => newImage(ada, { filename })));

  const finds = (text: string) => found(store.images, { text });

  it('finds a word of the filename, and the beginning of one', async () => {
    await given('cats and dogs.jpg');
    for (const text of ['cats', 'cat', 'c', 'dogs', 'do', 'and', 'jpg']) {
      expect(await finds(text), text).to.deep.equal(['cats and dogs.jpg']);
    }
  });

  it('does not find the middle or the end of a word', async () => {
    await given('bobcat.jpg');
    expect(await finds('cat')).to.deep.equal([]);
    expect(await finds('obca')).to.deep.equal([]);
    expect(await finds('bobcats')).to.deep.equal([]);
  });

  it('finds a word of the title', async () => {
    await store.images.create(newImage(ada, { filename: 'a', title: 'Evening in Kyiv' }));
    await store.images.create(newImage(ada, { filename: 'b', title: null }));
    expect(await finds('kyiv')).to.deep.equal(['a']);
  });

  it('asks for every term, in any order, in filename and title together', async () => {
    await store.images.create(newImage(ada, { filename: 'a', title: 'red car' }));
    await store.images.create(newImage(ada, { filename: 'car', title: 'RED' }));
    await store.images.create(newImage(ada, { filename: 'red', title: 'bicycle' }));
    expect(await finds('car red')).to.deep.equal(['a', 'car']);
    expect(await finds('  ca,  re!')).to.deep.equal(['a', 'car']);
    expect(await finds('car red blue')).to.deep.equal([]);
  });

  it('finds the parts of a name that a camera made', async () => {
    await given('IMG_20230714_105859~2.HEIC', 'DSC00042.ARW');
    expect(await finds('img 20230714')).to.deep.equal(['IMG_20230714_105859~2.HEIC']);
    expect(await finds('IMG_2023')).to.deep.equal(['IMG_20230714_105859~2.HEIC']);
    expect(await finds('dsc00042.arw')).to.deep.equal(['DSC00042.ARW']);
  });

  it('takes nothing for a wildcard', async () => {
    await given('aXb', 'a_b', 'axxb', '100', '1000');
    expect(await finds('a_b')).to.deep.equal(['a_b']);
    expect(await finds('a%b')).to.deep.equal(['a_b']);
    expect(await finds('%b')).to.deep.equal(['a_b']);
    expect(await finds('a*')).to.deep.equal(['aXb', 'a_b', 'axxb']);
    expect(await finds('1__')).to.deep.equal(['100', '1000']);
    expect(await finds('100%')).to.deep.equal(['100', '1000']);
    expect(await finds('[a]xb')).to.deep.equal([]);
  });

  for (const text of ['%', '_', '%%%', '*', '?', ' ', '\n', '.', '-', '"', "'", '\\', '😀', '()']) {
    it(`is refused for ${JSON.stringify(text)}, in which there is no letter or digit`, async () => {
      const error = await refusal(finds(text));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'where.text', rule: 'format' });
    });
  }

  it('takes up to 16 words', async () => {
    const terms = Array.from({ length: 16 }, (_, index) => `w${index + 10}`);
    await given(terms.join(' '));
    expect(await finds(terms.join(' '))).to.have.lengthOf(1);
    const error = await refusal(finds([...terms, 'w99'].join(' ')));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'where.text', rule: 'length' });
  });

  const sameButForCase: Readonly<Record<string, readonly string[]>> = {
    Greek: ['ΣΊΣΥΦΟΣ', 'Σίσυφος', 'σίσυφοσ'],
    'Turkish without its dot': ['ISPARTA', 'ısparta', 'isparta'],
    'Turkish with its dot': ['İzmir', 'i\u0307zmir'],
    'German with its sharp s': ['Straße', 'STRASSE', 'strasse'],
    'German with the capital of its sharp s': ['STRAẞE', 'straße'],
    Cyrillic: ['ЁЛКА', 'ёлка', 'Е\u0308лка'],
    Armenian: ['ԵՐԵՒԱՆ', 'երևան'],
    Georgian: ['ᲗᲑᲘᲚᲘᲡᲘ', 'თბილისი'],
    Cherokee: ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
    'letters beyond the first plane': ['𐐔𐐇𐐝𐐀𐐡𐐇𐐓', '𐐼𐐯𐑅𐐨𐑉𐐯𐐻'],
    'a letter in two encodings': ['É', 'e\u0301', 'E\u0301'],
    'letters of full width': ['ＡＢＣ', 'abc', 'ａｂｃ'],
  };
  for (const [language, forms] of Object.entries(sameButForCase)) {
    it(`has no regard to case: ${language}`, async () => {
      await given(...forms);
      for (const form of forms) expect(await finds(form), form).to.have.members(forms);
    });
  }

  it('tells letters with an accent from those without', async () => {
    await given('été', 'ete', 'ёлка', 'елка');
    expect(await finds('ÉTÉ')).to.deep.equal(['été']);
    expect(await finds('ete')).to.deep.equal(['ete']);
    expect(await finds('ёл')).to.deep.equal(['ёлка']);
  });

  it('finds the beginning of what is written without spaces', async () => {
    await given('東京タワー.jpg');
    expect(await finds('東京')).to.deep.equal(['東京タワー.jpg']);
  });

  it('takes a letter and its marks for one word', async () => {
    await given('हिन्दी.jpg');
    expect(await finds('हिन्')).to.deep.equal(['हिन्दी.jpg']);
    expect(await finds('न्दी')).to.deep.equal([]);
  });

  it('finds a very long word by itself and by its beginning', async () => {
    await given('a'.repeat(255), 'b'.repeat(255));
    expect(await finds('a'.repeat(255))).to.deep.equal(['a'.repeat(255)]);
    expect(await finds('a'.repeat(60))).to.deep.equal(['a'.repeat(255)]);
  });

  it('finds a renamed image by its new name only', async () => {
    const image = await store.images.create(newImage(ada, { filename: 'old.jpg', title: 'kept' }));
    await store.images.update(image.id, { filename: 'new.jpg' }, image);
    expect(await finds('old')).to.deep.equal([]);
    expect(await finds('new')).to.deep.equal(['new.jpg']);
    expect(await finds('kept')).to.deep.equal(['new.jpg']);
  });

  it('finds a retitled image by its new title only, and by none when that is cleared', async () => {
    const image = await store.images.create(newImage(ada, { filename: 'a.jpg', title: 'old' }));
    const { version } = await store.images.update(image.id, { title: 'new' }, image);
    expect(await finds('old')).to.deep.equal([]);
    expect(await finds('new')).to.deep.equal(['a.jpg']);
    await store.images.update(image.id, { title: null }, { version });
    expect(await finds('new')).to.deep.equal([]);
    expect(await finds('a')).to.deep.equal(['a.jpg']);
  });

  it('finds an image by its words also after other fields have changed', async () => {
    const image = await store.images.create(newImage(ada, { filename: 'cat.jpg' }));
    await store.images.update(image.id, { width: 5 }, image);
    expect(await finds('cat')).to.deep.equal(['cat.jpg']);
  });

  it('leaves out what is in the trash, and finds it again when it is restored', async () => {
    const { id } = await store.images.create(newImage(ada, { filename: 'cat.jpg' }));
    await store.images.remove(id);
    expect(await finds('cat')).to.deep.equal([]);
    expect(await found(store.images, { text: 'cat', trash: 'only' })).to.deep.equal(['cat.jpg']);
    await store.images.restore(id);
    expect(await finds('cat')).to.deep.equal(['cat.jpg']);
  });
});
