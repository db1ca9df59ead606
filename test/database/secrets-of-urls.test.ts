import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { JanusError } from '@janus/core';
import { Database, knexfile } from '@janus/knex';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { markedBy, markIn, told } from '../contract/told.js';
import { url } from './empty-database.js';

const marks = markedBy('', '@', ':', '/', '?', '#', '%', '%zz', '%00', ' ', "'", '"', '\\', '[', ']', '&', '=', '😀');

/** What is printed while something is done. */
async function printedBy(work: () => Promise<unknown>): Promise<string> {
  const { stdout, stderr } = process;
  const writes = [stdout.write.bind(stdout), stderr.write.bind(stderr)] as const;
  let printed = '';
  const note = (text: string | Uint8Array) => {
    printed += String(text);
    return true;
  };
  stdout.write = note;
  stderr.write = note;
  try {
    await work();
  } finally {
    stdout.write = writes[0];
    stderr.write = writes[1];
  }
  return printed;
}

let folder = '';
const encoded = encodeURIComponent;
const { protocol, host, hostname, username, password } = url.startsWith('sqlite:') ? new URL('http://x') : new URL(url);
const login = password === '' ? username : `${username}:${password}`;

/** URLs with a secret in them, none of which can be opened. */
const ofServers: Readonly<Record<string, (secret: string) => string>> = {
  'a wrong password': (secret) => `${protocol}//janus_nobody:${encoded(secret)}@${host}/janus`,
  'a wrong password, not encoded': (secret) => `${protocol}//janus_nobody:${secret}@${host}/janus`,
  'a user who is not known': (secret) => `${protocol}//${encoded(secret)}@${host}/janus`,
  'a database that is not there': (secret) => `${protocol}//${login}@${host}/${encoded(secret)}`,
  'a host that is not known': (secret) => `${protocol}//a:${encoded(secret)}@janus.invalid/janus`,
  'a port on which nobody listens': (secret) => `${protocol}//a:${encoded(secret)}@${hostname}:1/janus`,
  'a port that is none': (secret) => `${protocol}//a:${encoded(secret)}@${hostname}:99999999/janus`,
  'a bracket that is not closed': (secret) => `${protocol}//a:${secret}@[::1/janus`,
  'a parameter': (secret) => `${protocol}//janus_nobody:x@${host}/janus?application_name=${encoded(secret)}`,
  'a parameter that is not known': (secret) => `${protocol}//janus_nobody:x@${host}/janus?token=${encoded(secret)}`,
  'a mode of TLS that there is not': (secret) => `${protocol}//a:b@${host}/janus?sslmode=${encoded(secret)}`,
  'another word for TLS': (secret) => `${protocol}//a:b@${host}/janus?ssl=${encoded(secret)}`,
  'a file of certificates that is not there': (secret) =>
    `${protocol}//a:b@localhost/janus?sslmode=verify-full&sslrootcert=/janus/${encoded(secret)}`,
};
const ofFiles: Readonly<Record<string, (secret: string) => string>> = {
  'a folder that cannot be made': (secret) => `sqlite:${join(folder, 'letter.txt')}/${secret}/janus.db`,
  'a file that is no database': (secret) => `sqlite:${join(folder, 'letter.txt')}?${secret}/..`,
  'a host in the URL of a file': (secret) => `file://${secret}/janus.db`,
  'a URL of a file that cannot be read': (secret) => `file:///%zz${secret}`,
};
const ofAll: Readonly<Record<string, (secret: string) => string>> = {
  'a scheme that is not known': (secret) => `oracle://a:${secret}@${hostname}/janus`,
  'a secret for a scheme': (secret) => secret,
};

describe('neither an error nor what is printed tells a secret of a URL with', () => {
  before(async function makeFolder() {
    folder = await mkdtemp(join(tmpdir(), 'janus-urls-'));
    await writeFile(join(folder, 'letter.txt'), 'Dear Ada, this is no database.\n'.repeat(100));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  for (const [what, urlOf] of Object.entries({ ...(url.startsWith('sqlite:') ? ofFiles : ofServers), ...ofAll })) {
    it(what, async () => {
      await fc.assert(
        fc.asyncProperty(marks, async (marked) => {
          let error: unknown;
          const printed = await printedBy(async () => {
            try {
              knexfile({ DATABASE_URL: urlOf(marked.value) });
              await (await Database.open(urlOf(marked.value))).close();
            } catch (thrown) {
              error = thrown;
            }
          });
          expect(error).to.be.instanceOf(JanusError);
          if (error instanceof Error) expect(markIn(told(error), marked), told(error)).to.equal(undefined);
          expect(markIn(printed, marked), printed).to.equal(undefined);
        }),
        { numRuns: 20 },
      );
    });
  }
});

it('a database that is printed does not tell its URL', async () => {
  const database = await Database.open(url);
  try {
    expect(inspect(database, { depth: 20, showHidden: true })).to.equal(`Database { ${database.dialect.name} }`);
  } finally {
    await database.close();
  }
});
