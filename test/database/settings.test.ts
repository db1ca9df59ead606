import { Database, KnexImageRepository, KnexUserRepository } from '@janus/knex';
import { expect } from 'chai';
import { newImage, newUser } from '../contract/store.js';
import { openDatabase } from '../open-store.js';
import { url } from './empty-database.js';

if (url.startsWith('postgres')) {
  describe('a server that is set to show values in another way', () => {
    let database: Database;
    let name = '';
    before(async () => {
      database = await openDatabase();
      for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
      name = new URL(url).pathname.slice(1);
      await database.knex.raw('alter database ?? set extra_float_digits = 0', [name]);
      await database.knex.raw("alter database ?? set datestyle = 'German'", [name]);
    });
    after(async () => {
      for (const setting of ['extra_float_digits', 'datestyle'])
        await database.knex.raw(`alter database ?? reset ${setting}`, [name]);
      await database.close();
    });

    it('gives every value as it was', async () => {
      const opened = await Database.open(url);
      try {
        const images = new KnexImageRepository(opened);
        const ada = await new KnexUserRepository(opened).create(newUser());
        const location = { latitude: 0.1 + 0.2, longitude: 1 / 3 };
        const image = await images.create(newImage(ada, { location }));
        expect(await images.get(image.id)).to.deep.equal(image);
        expect(image.location).to.deep.equal(location);
      } finally {
        await opened.close();
      }
    });
  });
}
