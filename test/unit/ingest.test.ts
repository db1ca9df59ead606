import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { check, newImage } from '@janus/core/adapter';
import { imageFiles, readImage, UnreadableImageError } from '@janus/ingest';
import { expect } from 'chai';
import sharp, { type Sharp } from 'sharp';

const samples = join(import.meta.dirname, '../../samples');
const OWNER = '01890a5d-ac96-774b-bcce-b302099a8057';

const picture = () => sharp(join(samples, 'sunset.jpg'));

const refusal = async (path: string): Promise<UnreadableImageError> => {
  const error: unknown = await readImage(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UnreadableImageError)) throw new Error('it was not refused', { cause: error });
  return error;
};

describe('an image file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'janus-ingest-'));
  });
  after(() => rm(folder, { recursive: true }));

  const made = async (name: string, image: Sharp) => {
    await image.toFile(join(folder, name));
    return readImage(join(folder, name));
  };
  const written = async (name: string, bytes: string | Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };

  describe('says of itself', () => {
    it('its name, its size, and the hash of its bytes', async () => {
      const path = join(samples, 'Tulpen 🌷 Keukenhof.webp');
      const bytes = await readFile(path);
      expect(await readImage(path)).to.include({
        filename: 'Tulpen 🌷 Keukenhof.webp',
        byteSize: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    });

    it('its type by its content, whatever its name says', async () => {
      await copyFile(join(samples, 'autumn.png'), join(folder, 'autumn.jpg'));
      expect(await readImage(join(folder, 'autumn.jpg'))).to.include({ mimeType: 'image/png', filename: 'autumn.jpg' });
    });

    it('width and height as the picture is seen', async () => {
      const upright = await readImage(join(samples, 'lighthouse.jpg'));
      const turned = await readImage(join(samples, 'lighthouse-rotated.jpg'));
      expect(turned).to.include({ width: upright.width, height: upright.height });
      expect(turned.metadata).to.have.property('orientation', 6);
    });

    const formats: readonly [string, () => Sharp, object][] = [
      [
        'grey.jpg',
        () => picture().toColourspace('b-w').jpeg(),
        { bitDepth: 8, colorType: 'grayscale', compression: 'jpeg' },
      ],
      [
        'cmyk.jpg',
        () => picture().toColourspace('cmyk').jpeg(),
        { bitDepth: 8, colorType: 'cmyk', compression: 'jpeg' },
      ],
      [
        'deep.png',
        () => picture().toColourspace('rgb16').png(),
        { bitDepth: 16, colorType: 'rgb', compression: 'deflate' },
      ],
      ['clear.png', () => picture().ensureAlpha(0.5).png(), { bitDepth: 8, colorType: 'rgba', compression: 'deflate' }],
      [
        'few.png',
        () => picture().png({ palette: true, colours: 16 }),
        { bitDepth: 4, colorType: 'palette', compression: 'deflate' },
      ],
      ['flat.gif', () => picture().gif(), { bitDepth: 8, colorType: 'palette', compression: 'lzw' }],
      ['small.webp', () => picture().webp(), { bitDepth: 8, colorType: 'rgb', compression: 'webp' }],
      ['small.avif', () => picture().avif({ effort: 0 }), { bitDepth: 8, colorType: 'rgb', compression: 'av1' }],
      [
        'raw.tiff',
        () => picture().tiff({ compression: 'none' }),
        { bitDepth: 8, colorType: 'rgb', compression: 'none' },
      ],
      ['lzw.tiff', () => picture().tiff({ compression: 'lzw' }), { bitDepth: 8, colorType: 'rgb', compression: 'lzw' }],
      [
        'zip.tiff',
        () => picture().tiff({ compression: 'deflate' }),
        { bitDepth: 8, colorType: 'rgb', compression: 'deflate' },
      ],
      [
        'fax.tiff',
        () => picture().toColourspace('b-w').threshold().tiff({ bitdepth: 1, compression: 'ccittfax4' }),
        { bitDepth: 1, colorType: 'grayscale', compression: 'ccitt' },
      ],
    ];
    for (const [name, image, expected] of formats) {
      it(`how its pixels are kept: ${name}`, async () => expect(await made(name, image())).to.include(expected));
    }

    it('how many pictures it holds, if there are several', async () => {
      expect(await readImage(join(samples, 'balloons.gif'))).to.deep.include({
        width: 360,
        height: 270,
        metadata: { pages: 6 },
      });
    });

    it('nothing that it does not say', async () => {
      const { captured, location, title, metadata } = await readImage(join(samples, 'moon-16bit.tiff'));
      expect({ captured, location, title, metadata }).to.deep.equal({
        captured: null,
        location: null,
        title: null,
        metadata: { orientation: 1 },
      });
    });
  });

  describe('is refused', () => {
    it('when it is not there', async () => {
      const error = await refusal(join(folder, 'nowhere.jpg'));
      expect(error).to.include({
        filename: 'nowhere.jpg',
        reason: 'is not there',
        message: 'nowhere.jpg is not there',
      });
      expect(error.cause).to.have.property('code', 'ENOENT');
    });

    it('when it is a folder', async () => expect(await refusal(folder)).to.have.property('reason', 'is not a file'));

    it('when it is empty', async () =>
      expect(await refusal(await written('empty.jpg', ''))).to.have.property('reason', 'is empty'));

    it('when it is a text', async () =>
      expect((await refusal(await written('text.jpg', 'not an image\n'))).reason).to.match(/^is not JPEG, PNG/));

    it('when it is a drawing, which has no pixels', async () => {
      const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
      expect((await refusal(await written('drawing.png', drawing))).reason).to.match(/^is not JPEG, PNG/);
    });

    for (const name of ['sunset.jpg', 'autumn.png', 'Tulpen 🌷 Keukenhof.webp', 'moon-16bit.tiff', 'balloons.gif']) {
      it(`when it is cut off: ${name}`, async () => {
        const bytes = await readFile(join(samples, name));
        const part = name.endsWith('.gif') ? 0.1 : 0.8; // A GIF's first frame is all that is looked at.
        const path = await written(`cut ${name}`, bytes.subarray(0, bytes.length * part));
        expect((await refusal(path)).reason).to.include('is damaged');
      });
    }

    it('when it would unfold into too many pixels', async () => {
      const bytes = await readFile(join(samples, 'autumn.png'));
      bytes.writeUInt32BE(20_000, 16);
      bytes.writeUInt32BE(20_000, 20);
      bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
      const path = await written('bomb.png', bytes);
      expect(await refusal(path)).to.have.property('reason', 'has too many pixels');
    });
  });

  it('with bytes after its end is read', async () => {
    const bytes = await readFile(join(samples, 'sunset.jpg'));
    expect(await readImage(await written('long.jpg', Buffer.concat([bytes, Buffer.alloc(99)])))).to.have.property(
      'width',
      720,
    );
  });

  it('is found in a folder, in the order of names, without what is hidden', async () => {
    const root = join(folder, 'walk');
    await mkdir(join(root, 'b', '.trash'), { recursive: true });
    for (const name of ['c.PNG', 'a.jpeg', 'b/2.heic', 'b/1.tif', 'b/.trash/x.jpg', '.hidden.jpg', 'notes.txt']) {
      await writeFile(join(root, name), '');
    }
    await symlink(root, join(root, 'b', 'loop'));
    const found: string[] = [];
    for await (const path of imageFiles(root)) found.push(path.slice(root.length + 1).replaceAll('\\', '/'));
    expect(found).to.deep.equal(['a.jpeg', 'b/1.tif', 'b/2.heic', 'c.PNG']);
  });

  it('of the samples is what core accepts', async () => {
    let count = 0;
    for await (const path of imageFiles(samples)) {
      check(newImage, { ownerId: OWNER, ...(await readImage(path)) });
      count += 1;
    }
    expect(count).to.equal(17);
  });
});
