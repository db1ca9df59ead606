import { expect } from 'chai';
import sharp from 'sharp';
import { readImage } from '@janus/ingest';
import { exif, exifSegment, iptc, photographs, wide, xmp, xmpSegment } from './ingest-exif-writer.js';

const subject = (...keywords: readonly string[]) =>
  xmp(`<dc:subject><rdf:Bag>${keywords.map((word) => `<rdf:li>${word}</rdf:li>`).join('')}</rdf:Bag></dc:subject>`);

describe('the tags of a photograph', () => {
  const { path, read, readSegments } = photographs();

  it('are none where it has no keywords', async () => expect((await read({})).tags).to.deep.equal([]));

  it('are the keywords of IPTC, of XMP and of Windows, each once, in core’s normal form', async () => {
    const { tags } = await readSegments(
      exifSegment(exif({ image: [wide(0x9c9e, 'zoo; Afrika  Süd;🦁')] })),
      iptc([25, 'Löwe'], [25, Buffer.from('B\u00e4r', 'latin1')]),
      xmpSegment(subject('ZOO', 'löwe', 'Ｗｉｄｅ')),
    );
    expect(tags).to.deep.equal(['löwe', 'bär', 'zoo', 'wide', 'afrika süd', '🦁']);
  });

  it('are there in a single keyword, too', async () => {
    expect((await readSegments(iptc([25, 'one']))).tags).to.deep.equal(['one']);
    expect((await readSegments(xmpSegment(subject('two')))).tags).to.deep.equal(['two']);
  });

  it('are not those that are no tags by core’s rules', async () => {
    const { tags } = await readSegments(xmpSegment(subject(' ', 'x'.repeat(101), 'y'.repeat(100), '🦁'.repeat(100))));
    expect(tags).to.deep.equal(['y'.repeat(100), '🦁'.repeat(100)]);
  });

  it('are a hundred at the most', async () => {
    const words = Array.from({ length: 120 }, (_, i) => `word ${i}`);
    expect((await readSegments(xmpSegment(subject(...words)))).tags).to.deep.equal(words.slice(0, 100));
  });

  for (const format of ['png', 'webp', 'avif', 'tiff'] as const) {
    it(`are read from XMP in a file of another kind: ${format}`, async () => {
      await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
        .withXmp(subject('Löwe', 'zoo'))
        .toFormat(format)
        .toFile(path(`keywords.${format}`));
      expect((await readImage(path(`keywords.${format}`))).tags).to.deep.equal(['löwe', 'zoo']);
    });
  }

  it('are none where XMP is broken', async () => {
    for (const packet of ['', '<x:xmpmeta', subject('a').slice(0, -20), '<a>'.repeat(20_000)]) {
      expect((await readSegments(xmpSegment(packet))).tags).to.deep.equal([]);
    }
  });
});
