import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortError, InvalidError, UnavailableError } from '@janus/core';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import type { Certificate, Running } from '../../scripts/test/engine.js';
import { refusal } from '../contract/store.js';
import { canStart, engine } from '../faults/private-server.js';
import { selfSigned } from './certificates.js';
import { expectNotToTell } from './scratch.js';

/** How a server is asked what its own connection is encrypted with, and kept busy. */
const servers = {
  postgres: {
    cipher: 'select cipher from pg_stat_ssl where pid = pg_backend_pid()',
    slow: 'select pg_sleep(20)',
  },
  mysql: {
    cipher: `select variable_value as cipher from performance_schema.session_status where variable_name = 'Ssl_cipher'`,
    slow: 'select sleep(20)',
  },
  mariadb: {
    cipher: `select variable_value as cipher from information_schema.session_status where variable_name = 'Ssl_cipher'`,
    slow: 'select sleep(20)',
  },
};

/** The URL of a server by a host's name, with these parameters. */
function urlOf(running: Running | null, parameters: Readonly<Record<string, string>>, hostname = 'localhost'): string {
  const url = Object.assign(new URL(running?.url ?? ''), { hostname });
  url.pathname = engine?.name === 'postgres' ? '/postgres' : '/mysql';
  url.search = new URLSearchParams(parameters).toString();
  return url.href;
}

if (engine && canStart) {
  const kind = engine;
  const server = servers[kind.name as keyof typeof servers];
  const cipherOf = async (database: Database) =>
    (
      await database.row('cipher', {}, () =>
        database.knex.from(database.knex.raw(`(${server.cipher}) as used`)).select('cipher'),
      )
    )?.['cipher'];

  describe('a connection to a server whose certificate is signed by itself', function encryption() {
    this.timeout(120_000);
    let folder = '';
    let authority = '';
    let otherAuthority = '';
    let ofLocalhost: Running | null = null;
    let ofAnother: Running | null = null;
    let unencrypted: Running | null = null;
    const opened: Database[] = [];

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'janus-certificates-'));
      const mine = await selfSigned(folder, 'localhost');
      const other = await selfSigned(folder, 'elsewhere.example.org');
      authority = mine.file;
      otherAuthority = other.file;
      const start = async (certificate?: Certificate) => (await kind.start?.({ certificate })) ?? null;
      [ofLocalhost, ofAnother] = await Promise.all([start(mine), start(other)]);
      if (kind.name !== 'mysql') unencrypted = await start();
    });
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close();
    });
    after(async () => {
      await Promise.all([ofLocalhost?.stop(), ofAnother?.stop(), unencrypted?.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    async function open(url: string): Promise<Database> {
      const database = await Database.open(url);
      opened.push(database);
      return database;
    }

    /** That a URL is refused with these words, and without its password. */
    async function refuses(url: string, expected: typeof UnavailableError | typeof InvalidError, words: string) {
      const error = await refusal(open(url));
      expect(error).to.be.instanceOf(expected);
      expect(error.message).to.include(words);
      expectNotToTell(error, new URL(url).password);
    }

    for (const sslmode of ['verify-full', 'require']) {
      it(`is encrypted when its certificate is the one to trust, for sslmode=${sslmode}`, async () => {
        const database = await open(urlOf(ofLocalhost, { sslmode, sslrootcert: authority }));
        expect(await cipherOf(database)).to.match(/^[A-Z0-9_-]{8,}$/);
      });

      it(`is refused when nothing says that its certificate is to be trusted, for sslmode=${sslmode}`, async () => {
        await refuses(urlOf(ofLocalhost, { sslmode }), UnavailableError, 'its certificate is not trusted');
      });
    }

    it('is refused when another certificate is the one to trust', async () => {
      const url = urlOf(ofLocalhost, { sslmode: 'verify-full', sslrootcert: otherAuthority });
      await refuses(url, UnavailableError, 'its certificate is not trusted');
    });

    it('is refused when its certificate is for another host', async () => {
      const url = urlOf(ofAnother, { sslmode: 'verify-full', sslrootcert: otherAuthority });
      await refuses(url, UnavailableError, 'its certificate is not for this host');
    });

    it('is refused when the environment would have certificates not verified', async () => {
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        await refuses(
          urlOf(ofLocalhost, { sslmode: 'verify-full' }),
          UnavailableError,
          'its certificate is not trusted',
        );
      } finally {
        delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      }
    });

    it('is not encrypted for sslmode=disable', async () => {
      const database = await open(urlOf(ofLocalhost, { sslmode: 'disable' }, '127.0.0.1'));
      expect(await cipherOf(database)).to.be.oneOf([null, '']);
    });

    it('has the server end what a signal aborts, also when it is encrypted', async () => {
      const database = await open(urlOf(ofLocalhost, { sslmode: 'verify-full', sslrootcert: authority }));
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 200);
      const since = performance.now();
      const slow = database.until(controller.signal, async () =>
        database.rows('slow', {}, () => database.knex.from(database.knex.raw(`(${server.slow}) as slow_work`))),
      );
      expect(await refusal(slow)).to.be.instanceOf(AbortError);
      // Where the server does not hear of it, the connection is closed a second later.
      expect(performance.now() - since).to.be.below(1_100);
    });

    // MySQL makes a certificate for itself where it is given none.
    if (kind.name !== 'mysql') {
      it('is refused when the server does not encrypt', async () => {
        const url = urlOf(unencrypted, { sslmode: 'verify-full', sslrootcert: authority });
        await refuses(url, UnavailableError, 'does not speak TLS');
      });
    }

    it('is refused when its host is an address, which the certificate is not for', async () => {
      const url = urlOf(ofLocalhost, { sslmode: 'verify-full', sslrootcert: authority }, '127.0.0.1');
      await refuses(url, InvalidError, 'a host name');
    });

    for (const [what, parameters] of Object.entries({
      'a mode that there is not': { sslmode: 'prefer' },
      'a mode in other letters': { sslmode: 'VERIFY-FULL' },
      'a mode that verifies nothing': { sslmode: 'no-verify' },
      'no mode, but a certificate': { sslrootcert: 'ca.pem' },
      'other words for it': { ssl: 'true' },
      'other words beside it': { sslmode: 'verify-full', 'ssl-mode': 'DISABLED' },
      'words of another library': { tls: 'true' },
    } as Record<string, Record<string, string>>)) {
      it(`is refused for ${what}`, async () => {
        await refuses(urlOf(ofLocalhost, parameters), InvalidError, 'sslmode');
      });
    }

    it('is refused for a file of certificates that is not there, or none', async () => {
      const letter = join(folder, 'letter.txt');
      await writeFile(letter, 'Dear Ada, this is no certificate.');
      for (const sslrootcert of [letter, join(folder, 'nothing.pem')]) {
        await refuses(urlOf(ofLocalhost, { sslmode: 'verify-full', sslrootcert }), InvalidError, 'PEM');
      }
    });
  });
}
