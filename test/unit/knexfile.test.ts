import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knexfile } from '@janus/knex';
import { expect } from 'chai';

type Environment = NodeJS.ProcessEnv;

/** Where an environment of the knexfile connects to. */
function target(environment: Environment, name: string): unknown {
  const connection = knexfile(environment)[name]?.connection;
  if (typeof connection !== 'object' || connection === null) return undefined;
  if ('filename' in connection) return connection.filename;
  if ('connectionString' in connection) return connection.connectionString;
  return 'uri' in connection ? connection.uri : undefined;
}

describe('The knexfile', () => {
  it('has an environment for each dialect', () => {
    expect(knexfile({})).to.include.all.keys('sqlite', 'postgres', 'mysql', 'mariadb');
  });

  it('has SQLite at instance/image_processing.db for those who name no environment', () => {
    expect(target({}, 'development')).to.equal('instance/image_processing.db');
    expect(target({}, 'sqlite')).to.equal('instance/image_processing.db');
  });

  it('has SQLite for every NODE_ENV that is not the name of a dialect', () => {
    expect(target({ NODE_ENV: 'production' }, 'production')).to.equal('instance/image_processing.db');
    expect(target({ NODE_ENV: 'postgres' }, 'postgres')).to.equal('postgres://postgres@127.0.0.1:5432/janus');
  });

  it('names each dialect’s local server where nothing is set', () => {
    expect(target({}, 'postgres')).to.equal('postgres://postgres@127.0.0.1:5432/janus');
    expect(target({}, 'mysql')).to.equal('mysql://root@127.0.0.1:3306/janus');
    expect(target({}, 'mariadb')).to.equal('mysql://root@127.0.0.1:3306/janus');
  });

  it('takes the URL of a dialect', () => {
    expect(target({ JANUS_SQLITE_URL: 'sqlite:a.db' }, 'development')).to.equal('a.db');
    expect(target({ JANUS_POSTGRES_URL: 'postgres://a@b/c' }, 'postgres')).to.equal('postgres://a@b/c');
    expect(target({ JANUS_MYSQL_URL: 'mysql://a@b/c' }, 'mysql')).to.equal('mysql://a@b/c');
    expect(target({ JANUS_MARIADB_URL: 'mariadb://a@b/c' }, 'mariadb')).to.equal('mysql://a@b/c');
  });

  it('takes DATABASE_URL first', () => {
    const both = { DATABASE_URL: 'sqlite:general.db', JANUS_SQLITE_URL: 'sqlite:own.db' };
    expect(target(both, 'sqlite')).to.equal('general.db');
  });

  const general: readonly [url: string, name: string, target: string][] = [
    ['sqlite:general.db', 'sqlite', 'general.db'],
    ['file:general.db', 'sqlite', 'general.db'],
    ['postgres://a@b/c', 'postgres', 'postgres://a@b/c'],
    ['postgresql://a@b/c', 'postgres', 'postgresql://a@b/c'],
    ['mysql://a@b/c', 'mysql', 'mysql://a@b/c'],
    ['mariadb://a@b/c', 'mariadb', 'mysql://a@b/c'],
  ];
  for (const [url, name, expected] of general) {
    it(`takes a DATABASE_URL that begins with ${url.split(':')[0]}: for ${name} alone`, () => {
      expect(target({ DATABASE_URL: url }, name)).to.equal(expected);
      for (const other of ['sqlite', 'postgres', 'mysql', 'mariadb', 'development'].filter((each) => each !== name)) {
        if (name === 'sqlite' && other === 'development') continue;
        expect(target({ DATABASE_URL: url }, other), other).to.equal(target({}, other));
      }
    });
  }

  it('is documented: .env.example shows what holds where nothing is set', () => {
    const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
    const shown = [...example.matchAll(/^# (JANUS_(SQLITE|POSTGRES|MYSQL|MARIADB)_URL)=(.+)$/gm)];
    expect(shown).to.have.lengthOf(4);
    for (const [, variable = '', name = '', url = ''] of shown) {
      expect(target({ [variable]: url }, name.toLowerCase()), variable).to.equal(target({}, name.toLowerCase()));
    }
  });
});
