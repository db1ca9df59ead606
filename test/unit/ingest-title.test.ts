import { expect } from 'chai';
import {
  ascii,
  exif,
  exifSegment,
  iptc,
  photographs,
  wide,
  xmp,
  xmpSegment,
  type Entry,
} from './ingest-exif-writer.js';

/** A property of XMP in two languages. */
const inLanguages = (name: string, text: string) => `<dc:${name}><rdf:Alt>
  <rdf:li xml:lang="x-default">${text}</rdf:li><rdf:li xml:lang="fr">un lion</rdf:li></rdf:Alt></dc:${name}>`;

describe('the title of a photograph', () => {
  const { read, readSegments } = photographs();
  const titleOf = async (...image: readonly Entry[]) => (await read({ image })).title;

  it('is what a person wrote', async () =>
    expect(await titleOf(ascii(0x010e, '  Löwe \n im Zoo '))).to.equal('Löwe im Zoo'));
  it('is read from the Western code page of older programs', async () =>
    expect(await titleOf(ascii(0x010e, Buffer.from('Caf\u00e9 \x9627\x94', 'latin1')))).to.equal('Café –27”'));
  it('is what Windows calls the title before the description', async () =>
    expect(await titleOf(ascii(0x010e, 'a lion'), wide(0x9c9b, 'Löwe 🦁'))).to.equal('Löwe 🦁'));
  it('has no half of a surrogate pair', async () => expect(await titleOf(wide(0x9c9b, 'a\ud83e'))).to.equal('a\ufffd'));
  it('ends at a NUL', async () => expect(await titleOf(ascii(0x010e, 'one\0two'))).to.equal('one'));

  it('is IPTC’s where EXIF has none', async () => {
    expect(await readSegments(iptc([5, 'Zürich']))).to.have.property('title', 'Zürich');
    expect(await readSegments(iptc([5, Buffer.from('Z\u00fcrich', 'latin1')]))).to.have.property('title', 'Zürich');
    expect(
      await readSegments(exifSegment(exif({ image: [ascii(0x010e, 'a town')] })), iptc([5, 'Zürich'])),
    ).to.deep.include({
      title: 'Zürich',
      metadata: { description: 'a town', density: 72 },
    });
  });

  it('is XMP’s where neither has one, in its default language', async () => {
    expect(
      await readSegments(xmpSegment(xmp(inLanguages('title', 'Löwe') + inLanguages('description', 'im Zoo')))),
    ).to.deep.include({
      title: 'Löwe',
      metadata: { description: 'im Zoo', density: 72 },
    });
  });

  it('has at most 500 characters, and the description the rest', async () => {
    const words = '𝒜'.repeat(600);
    const { title, metadata } = await read({ image: [ascii(0x010e, words)] });
    expect(title).to.equal(`${'𝒜'.repeat(499)}…`);
    expect(metadata).to.have.property('description', words);
  });

  for (const placeholder of [
    'OLYMPUS DIGITAL CAMERA',
    'KONICA MINOLTA DIGITAL CAMERA',
    'SONY DSC',
    'Exif_JPEG_PICTURE',
    'DCIM\\100MEDIA\\DJI_0001.JPG',
    '---',
    '',
  ]) {
    it(`is not what a camera wrote by itself: "${placeholder}"`, async () =>
      expect(await titleOf(ascii(0x010e, placeholder))).to.equal(null));
  }
  it('is not the name of the camera', async () =>
    expect(await titleOf(ascii(0x0110, 'X-T5'), ascii(0x010e, 'X-T5'))).to.equal(null));
  it('is not a scene code of a telephone', async () =>
    expect(await titleOf(ascii(0x010f, 'HUAWEI'), ascii(0x010e, 'hdrpl'))).to.equal(null));
});
