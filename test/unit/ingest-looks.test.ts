import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { hammingDistance, NEAR_DISTANCE } from '@janus/core';
import { imageFiles, readImage } from '@janus/ingest';
import { expect } from 'chai';
import sharp, { type Sharp } from 'sharp';

const samples = join(import.meta.dirname, '../../samples');
const photos = join(import.meta.dirname, '../../../shared/photos');

/** The distances between all pictures of some folders, but for the pairs that show one scene. */
async function distances(folders: readonly string[], isOneScene: (a: string, b: string) => boolean): Promise<number[]> {
  const hashes: [name: string, hash: string][] = [];
  for (const folder of folders) {
    for await (const path of imageFiles(folder)) {
      if (/corrupted|\.heif$/.test(path)) continue;
      hashes.push([basename(path), (await readImage(path)).perceptualHash ?? '']);
    }
  }
  return hashes.flatMap(([a, hash], i) =>
    hashes.slice(i + 1).flatMap(([b, other]) => (isOneScene(a, b) ? [] : [hammingDistance(hash, other)])),
  );
}
const scene = (name: string) => /^(sunset|lighthouse|landscape_)/.exec(name)?.[0] ?? name;
const isOneScene = (a: string, b: string) => scene(a) === scene(b);

const hashOf = async (path: string) => (await readImage(path)).perceptualHash ?? '';

describe('a picture looks', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'janus-looks-'));
  });
  after(() => rm(folder, { recursive: true }));

  const made = async (name: string, image: Sharp) => {
    await image.toFile(join(folder, name));
    return readImage(join(folder, name));
  };

  it('the same however it is turned in the file', async () => {
    const upright = await sharp(join(samples, 'aurora.jpg')).resize(240, 160).png().toBuffer();
    const turned: Record<number, Sharp> = {
      1: sharp(upright),
      2: sharp(upright).flop(),
      3: sharp(upright).rotate(180),
      4: sharp(upright).flip(),
      5: sharp(await sharp(upright).rotate(90).toBuffer()).flop(),
      6: sharp(upright).rotate(270),
      7: sharp(await sharp(upright).rotate(270).toBuffer()).flop(),
      8: sharp(upright).rotate(90),
    };
    const files = Object.entries(turned).map(([orientation, image]) =>
      made(`turned-${orientation}.png`, image.withMetadata({ orientation: Number(orientation) }).png()),
    );
    const seen = (await Promise.all(files)).map((file) => [file.width, file.height, file.perceptualHash]);
    expect(new Set(seen.map(String)).size, String(seen)).to.equal(1);
  });

  for (const name of ['sunset-small.jpg', 'sunset-recompressed.jpg', 'sunset-brighter.jpg']) {
    it(`like what it was made from: ${name}`, async () =>
      expect(
        hammingDistance(await hashOf(join(samples, 'sunset.jpg')), await hashOf(join(samples, name))),
      ).to.be.at.most(NEAR_DISTANCE));
  }

  it('unlike every other picture', async () => {
    expect(Math.min(...(await distances([samples], isOneScene)))).to.be.above(2 * NEAR_DISTANCE);
  });

  it('like nothing when it is of one colour', async () => {
    const plain = sharp({ create: { width: 640, height: 480, channels: 3, background: '#7a3355' } });
    expect((await made('plain.jpg', plain.jpeg({ quality: 40 }))).perceptualHash).to.equal(null);
  });

  if (existsSync(photos)) {
    it('like itself in four orientations, each compressed on its own', async () => {
      const files = await Promise.all(
        [1, 3, 6, 8].map((orientation) => readImage(join(photos, `landscape_${orientation}.jpg`))),
      );
      const [first = '', ...others] = files.map((file) => file.perceptualHash ?? '');
      expect(Math.max(...others.map((hash) => hammingDistance(first, hash)))).to.be.at.most(2);
      expect(files.map(({ width, height }) => `${width}×${height}`)).to.deep.equal(Array(4).fill('600×450'));
    });

    it('unlike every other from a real camera', async () => {
      expect(Math.min(...(await distances([photos, samples], isOneScene)))).to.be.above(2 * NEAR_DISTANCE);
    });
  }
});
