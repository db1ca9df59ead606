import { truncate, writeFile } from 'node:fs/promises';
import { readImage } from '@janus/ingest';
import { expect } from 'chai';
import { ascii, exif, long, photographs, shorts } from './ingest-exif-writer.js';

const SIDE = 8;
const PALETTE = 3;

/** A TIFF file of one colour out of a palette. */
function tiff(description: string): Buffer {
  const directories = (pixelsAt: number) =>
    exif({
      image: [
        long(0x0100, SIDE),
        long(0x0101, SIDE),
        shorts(0x0102, 8),
        shorts(0x0103, 1),
        shorts(0x0106, PALETTE),
        ascii(0x010e, description),
        long(0x0111, pixelsAt),
        shorts(0x0115, 1),
        long(0x0116, SIDE),
        long(0x0117, SIDE * SIDE),
        shorts(0x0140, ...Array.from({ length: 3 * 256 }, (_, i) => i)),
      ],
      exif: [ascii(0x9003, '2024:07:01 12:00:00')],
    });
  return Buffer.concat([directories(directories(0).length), Buffer.alloc(SIDE * SIDE)]);
}

describe('a TIFF file', () => {
  const { path } = photographs();
  const file = () => path('photo.tiff');

  it('says of itself what any other says, and how its pixels are kept', async () => {
    await writeFile(file(), tiff('Löwe im Zoo'));
    expect(await readImage(file())).to.deep.include({
      title: 'Löwe im Zoo',
      captured: { at: new Date('2024-07-01T12:00:00Z'), offset: null },
      compression: 'none',
      colorType: 'palette',
    });
  });

  it('says how its pixels are kept beside a text of a million characters, which is not read', async () => {
    await writeFile(file(), tiff('x'.repeat(1_000_000)));
    expect(await readImage(file())).to.include({
      title: null,
      captured: null,
      compression: 'none',
      colorType: 'palette',
    });
  });

  it('is taken in without its tags where it is larger than 64 MiB', async () => {
    await writeFile(file(), tiff('Löwe im Zoo'));
    await truncate(file(), 64 * 2 ** 20 + 1);
    expect(await readImage(file())).to.include({ width: SIDE, title: null, captured: null, compression: null });
  });
});
