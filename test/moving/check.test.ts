import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CannotRunError, check, type Finding } from '@janus/cli';
import { expect } from 'chai';
import { newImage, newUser, refusal } from '../contract/store.js';
import { janus } from './command.js';
import { names, useHouses, type House } from './houses.js';

/** Not to be told to anybody. */
const secret = 'b3hu1tMyBXf-secret';

async function findings({ url }: House): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const { outcome, findings: count } = await check(url, { onFinding: (finding) => found.push(finding) });
  expect(count).to.equal(found.length);
  expect(outcome).to.equal(count > 0 ? 'faulty' : 'sound');
  expect(JSON.stringify(found)).not.to.include(secret);
  for (const { advice } of found) expect(advice).not.to.equal('');
  return found;
}

for (const name of names) {
  describe(`checking ${name}`, function checking() {
    this.timeout(60_000);
    const house = useHouses();
    let here: House;

    beforeEach(async () => {
      here = house(name);
      const ada = await here.store.users.create(newUser());
      await here.store.admins.grant(ada.id, { level: 1 });
      const image = await here.store.images.create(
        newImage(ada, { tags: ['cat'], perceptualHash: '00ff00ff00ff00ff', metadata: { iso: 100 } }),
      );
      await here.store.images.recordAnalysis(image.id, 'objects', [1]);
      await here.store.logs.append({ action: 'image.uploaded', imageId: image.id });
      await here.store.analytics.record({ topic: 'views', imageId: image.id, data: null });
    });

    it('finds nothing where all is well', async () => {
      expect(await findings(here)).to.deep.equal([]);
    });

    it('changes nothing', async () => {
      const before = await here.contents();
      await findings(here);
      expect(await here.contents()).to.deep.equal(before);
    });

    const broken: readonly (readonly [string, string, Readonly<Record<string, unknown>>, string])[] = [
      ['a width of none', 'images', { width: 0 }, 'width'],
      ['a checksum that is none', 'images', { sha256: secret }, 'sha256'],
      ['a status that there is not', 'images', { status: 'lost' }, 'status'],
      ['an image that is in the trash, and is not', 'images', { trashed: 1 }, 'trashed'],
      ['half a perceptual hash', 'images', { perceptual_hash_2: 7 }, 'perceptual_hash_2'],
      ['a place beyond the pole', 'images', { latitude: 91, longitude: 0 }, 'latitude'],
      ['metadata that is no object', 'images', { metadata: '[1]' }, 'metadata'],
      ['an address in capitals', 'users', { email: `${secret.toUpperCase()}@EXAMPLE.ORG` }, 'email'],
      ['a tag in capitals', 'tags', { name: 'CAT' }, 'name'],
      ['a level above all', 'admins', { level: 101 }, 'level'],
      ['a log level that there is not', 'logs', { level: 'shout' }, 'level'],
      ['an empty topic', 'analytics', { topic: '' }, 'topic'],
    ];
    for (const [what, table, values, field] of broken) {
      it(`finds ${what}`, async () => {
        await here.database.knex(table).update(values);
        const found = await findings(here);
        expect(found, JSON.stringify(found)).to.have.lengthOf(1);
        expect(found[0]?.where).to.include(`${table} `);
        expect(found[0]?.what).to.include(field);
      });
    }

    it('finds an image whose words are not those of its text', async () => {
      await here.store.images.create(newImage(await here.store.users.create(newUser()), { title: 'a night at sea' }));
      await here.database.knex('image_words').where({ word: 'sea' }).update({ word: 'see' });
      const found = await findings(here);
      expect(found, JSON.stringify(found)).to.have.lengthOf(1);
      expect(found[0]?.where).to.match(/^image_words "/);
      expect(found[0]?.advice).to.include('images.update');
    });

    it('finds an index that is missing, and one too many', async () => {
      // A schema builder runs all that it was ever told: each change has one of its own.
      const { knex } = here.database;
      await knex.schema.alterTable('logs', (t) => {
        t.dropIndex([], 'logs_level_id_index');
        t.index(['module', 'level'], 'mine');
      });
      try {
        const found = await findings(here);
        expect(found.map(({ where, what }) => `${where}: ${what}`)).to.have.members([
          'logs: there is no index on level, id',
          'logs: no migration makes this index on module, level',
        ]);
      } finally {
        await knex.schema.alterTable('logs', (t) => {
          t.dropIndex([], 'mine');
          t.index(['level', 'id'], 'logs_level_id_index');
        });
      }
    });

    it('finds a column that no migration makes', async () => {
      const { knex } = here.database;
      await knex.schema.alterTable('tags', (t) => t.integer('colour'));
      try {
        expect((await findings(here)).map(({ where }) => where)).to.deep.equal(['tags.colour']);
      } finally {
        await knex.schema.alterTable('tags', (t) => t.dropColumn('colour'));
      }
    });

    it('finds a migration that has not run', async () => {
      const { knex } = here.database;
      const last = await knex('janus_migration_digests').orderBy('name', 'desc').first<{ name: string }>();
      await knex('janus_migration_digests').where({ name: last.name }).delete();
      try {
        const found = await findings(here);
        expect(found.map(({ where, what }) => `${where}: ${what}`)).to.deep.equal([
          `migrations: ${last.name} has not run`,
        ]);
        expect(found[0]?.advice).to.include('migrate:latest');
      } finally {
        await knex('janus_migration_digests').insert(last);
      }
    });

    it('ends the command with 0 or 1', async () => {
      const sound = await janus(['check', here.url]);
      expect(sound.code, sound.output).to.equal(0);
      expect(sound.output).to.match(/^sound /);
      await here.database.knex('images').update({ width: 0 });
      const faulty = await janus(['check', here.url]);
      expect(faulty.code, faulty.output).to.equal(1);
      expect(faulty.output)
        .to.match(/^images "[0-9a-f-]{36}": width must be .*\n +correct it/)
        .and.to.include('1 finding');
    });
  });
}

describe('checking what cannot be checked', function checking() {
  this.timeout(60_000);

  it('says that there is nothing of Janus’s', async () => {
    const error = await refusal(check('sqlite::memory:'));
    expect(error).to.be.instanceOf(CannotRunError);
    expect(error.message).to.include('no tables');
  });

  it('makes no file where there is none', async () => {
    const path = join(tmpdir(), `janus-mistyped-${process.pid}`, 'moving.db');
    const url = `sqlite:${path}`;
    const runs = [
      ['check', url],
      ['transfer', '--from', url, '--to', url],
      ['adopt', path, '--to', url],
    ];
    for (const args of runs) {
      const { code, output } = await janus(args);
      expect(code, output).to.equal(2);
      expect(output).to.include('could not run');
      expect(existsSync(path) || existsSync(dirname(path)), args.join(' ')).to.equal(false);
    }
  });

  it('ends the command with 2, and tells no password', async () => {
    const { code, output } = await janus(['check', `postgres://janus:${secret}@127.0.0.1:1/nothing`]);
    expect(code, output).to.equal(2);
    expect(output).not.to.include(secret);
  });
});
