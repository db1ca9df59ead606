import { expect } from 'chai';
import { ascii, exif, exifSegment, long, photographs, rationals, segment } from './ingest-exif-writer.js';

describe('a photograph of which some tags are broken', () => {
  const { read, readSegments } = photographs();

  it('is read but for a value that points out of the file', async () => {
    const broken = exif({
      image: [ascii(0x0131, 'a program'), ascii(0x0110, 'EOS R6')],
      exif: [ascii(0x9003, '2024:07:01 12:00:00')],
    });
    broken.writeUInt32LE(0xfffffff0, 8 + 2 + 8);
    const file = await readSegments(exifSegment(broken));
    expect(file.metadata)
      .to.deep.include({ camera: { model: 'EOS R6' } })
      .and.not.have.property('software');
    expect(file.captured?.at.toISOString()).to.equal('2024-07-01T12:00:00.000Z');
  });

  it('is read but for a value that says it is longer than it can be', async () => {
    const broken = exif({ image: [ascii(0x0131, 'a program'), ascii(0x0110, 'EOS R6')] });
    broken.writeUInt32LE(0xffffffff, 8 + 2 + 4);
    const file = await readSegments(exifSegment(broken));
    expect(file.metadata)
      .to.deep.include({ camera: { model: 'EOS R6' } })
      .and.not.have.property('software');
  });

  it('is read but for fractions that are no numbers', async () => {
    const { metadata } = await read({
      exif: [rationals(0x829a, 1, 0), rationals(0x829d, 0, 0), rationals(0x920a, 35, 1)],
    });
    expect(metadata).to.have.property('exposure').that.deep.equals({ focalLength: 35 });
  });

  it('is left out where nothing of it can be read', async () => {
    for (const bytes of [Buffer.from('II'), Buffer.alloc(40, 0xff), exif({}).subarray(0, 11)]) {
      expect(await readSegments(exifSegment(bytes))).to.include({
        width: 8,
        captured: null,
        location: null,
      });
    }
  });

  it('is read but for a value that lies behind the end of its block', async () => {
    const secret = Buffer.from('what stands behind');
    const broken = exif({ image: [ascii(0x0131, 'a program')] });
    broken.writeUInt32LE(broken.length, 8 + 2 + 8);
    const { metadata } = await readSegments(exifSegment(broken), segment(0xfe, '', secret));
    expect(metadata).not.to.have.property('software');
  });

  for (const [title, pointer] of [
    ['negative', [0x8825, 9, Buffer.from(Int32Array.of(-5).buffer)]],
    ['out of the file', long(0x8825, 0xfffffff0)],
    ['a text', ascii(0x8825, '12')],
    ['nothing', [0x8825, 4, Buffer.alloc(0)]],
    ['several', long(0x8825, 8, 8)],
  ] as const) {
    it(`is read but for a directory whose place is ${title}`, async () => {
      const { metadata, captured } = await read({
        image: [ascii(0x0110, 'EOS R6'), pointer],
        exif: [ascii(0x9003, '2024:07:01 12:00:00')],
      });
      expect(metadata).to.deep.include({ camera: { model: 'EOS R6' } });
      expect(captured?.at.toISOString()).to.equal('2024-07-01T12:00:00.000Z');
    });
  }

  for (const tag of [0x9c9b, 0x9c9e]) {
    it(`is read but for a text of Windows that is one enormous number: ${tag}`, async () => {
      const file = await read({ image: [ascii(0x0110, 'EOS R6'), long(tag, 0xfffffff0)] });
      expect(file.metadata).to.deep.include({ camera: { model: 'EOS R6' } });
      expect(file).to.deep.include({ title: null, tags: [] });
    });
  }

  it('is read where a directory points to itself', async () => {
    const { metadata } = await read({ image: [long(0x8769, 8), ascii(0x0110, 'EOS R6')] });
    expect(metadata).to.deep.include({ camera: { model: 'EOS R6' } });
  });
});
