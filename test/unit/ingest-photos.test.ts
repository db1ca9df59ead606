import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { check, newImage } from '@janus/core/adapter';
import { imageFiles, readImage, UnreadableImageError } from '@janus/ingest';
import { expect } from 'chai';

const photos = join(import.meta.dirname, '../../../shared/photos');
const OWNER = '01890a5d-ac96-774b-bcce-b302099a8057';

const photo = (name: string) => readImage(join(photos, name));

if (existsSync(photos)) {
  describe('a file from a real camera', () => {
    it('is what core accepts', async () => {
      for await (const path of imageFiles(photos)) {
        if (!path.endsWith('corrupted.jpg')) check(newImage, { ownerId: OWNER, ...(await readImage(path)) });
      }
    });

    it('says when, where and with what it was taken', async () => {
      expect(await photo('DSCN0010.jpg')).to.deep.include({
        captured: { at: new Date('2008-10-22T16:28:39Z'), offset: null },
        location: { latitude: 43.46744833, longitude: 11.88512667 },
      });
      expect((await photo('Nikon_D70.jpg')).metadata).to.deep.include({
        camera: { make: 'NIKON CORPORATION', model: 'NIKON D70' },
        exposure: {
          time: 0.005,
          aperture: 9,
          iso: 200,
          bias: -1,
          focalLength: 100,
          focalLength35mm: 150,
          flash: false,
        },
      });
    });

    it('has a title only where a person wrote one', async () => {
      expect((await photo('no_exif.jpg')).title).to.equal('Der Goalie bin ig');
      expect((await photo('olympus-c960.jpg')).title).to.equal(null);
      expect((await photo('sanyo-vpcg250.jpg')).title).to.equal(null);
    });

    it('is read where its EXIF is broken', async () => {
      expect(await photo('image00971.jpg')).to.include({ width: 636, height: 227, captured: null });
      expect(await photo('image01088.jpg')).to.include({ width: 425, height: 120, captured: null });
    });

    it('is read without its looks where there is no decoder for it', async () => {
      expect(await photo('samplefilehub.heif')).to.include({
        mimeType: 'image/heic',
        width: 640,
        height: 426,
        compression: 'hevc',
        perceptualHash: null,
      });
    });

    it('is refused where it is damaged', async () => {
      const refused = await photo('corrupted.jpg').catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(UnreadableImageError).with.property('reason', 'is damaged or cut off');
    });
  });
}
