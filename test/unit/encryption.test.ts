import { InvalidError } from '@janus/core';
import { knexfile } from '@janus/knex';
import { expect } from 'chai';

const SERVERS = ['postgres', 'mysql', 'mariadb'] as const;

/** What a driver is given for a URL of its server. */
function connectionOf(name: (typeof SERVERS)[number], rest: string): Readonly<Record<string, unknown>> {
  const connection: unknown = knexfile({ DATABASE_URL: `${name}://a:b@${rest}` })[name]?.connection;
  return connection as Readonly<Record<string, unknown>>;
}

describe('The URL of a server', () => {
  for (const name of SERVERS) {
    it(`asks for a certificate that is verified, by sslmode=verify-full and require: ${name}`, () => {
      for (const mode of ['verify-full', 'require']) {
        const { ssl } = connectionOf(name, `db.example.org/c?sslmode=${mode}`);
        expect(ssl).to.include({ rejectUnauthorized: true });
      }
    });

    it(`keeps its other parameters, and gives the driver none about TLS: ${name}`, () => {
      const { connectionString, uri } = connectionOf(name, 'db.example.org/c?a=1&sslmode=verify-full&b=2');
      expect(String(connectionString ?? uri)).to.match(/db\.example\.org\/c\?a=1&b=2$/);
    });

    it(`has nothing encrypted by sslmode=disable: ${name}`, () => {
      expect(connectionOf(name, 'db.example.org/c?sslmode=disable')['ssl'] ?? false).to.equal(false);
    });

    for (const refused of [
      'db.example.org/c?sslmode=no-verify',
      'db.example.org/c?sslmode=prefer',
      'db.example.org/c?sslmode=',
      'db.example.org/c?sslmode=verify-full&sslmode=disable',
      'db.example.org/c?sslrootcert=ca.pem',
      'db.example.org/c?sslmode=verify-full&sslrootcert=no/such/ca.pem',
      'db.example.org/c?ssl=true',
      'db.example.org/c?SSLMODE=verify-full',
      'db.example.org/c?ssl-mode=REQUIRED',
      'db.example.org/c?tls=true',
      '127.0.0.1/c?sslmode=verify-full',
      '[::1]/c?sslmode=verify-full',
    ]) {
      it(`is refused as ${name}://…@${refused}`, () => {
        expect(() => connectionOf(name, refused))
          .to.throw(InvalidError)
          .with.property('field', 'url');
      });
    }
  }
});
