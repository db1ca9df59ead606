import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidError, TimeoutError, UnavailableError, type LogRepository } from '@janus/core';
import { Database, knexfile, KnexLogRepository } from '@janus/knex';
import { expect } from 'chai';
import createKnex from 'knex';
import { refusal } from '../contract/store.js';
import { url } from './empty-database.js';
import { expectNotToTell, secret } from './scratch.js';

/** The URL of this run's server with parts of it changed. */
function changed(parts: Partial<Pick<URL, 'username' | 'password' | 'port' | 'pathname' | 'hostname'>>): string {
  return Object.assign(new URL(url), parts).href;
}

async function refusedToOpen(other: string): Promise<Error> {
  return refusal(Database.open(other).then(async (database) => database.close()));
}

const isFile = url.startsWith('sqlite:');

describe('a database that was closed', () => {
  it('says so to whoever calls it', async () => {
    const database = await Database.open(url);
    await database.close();
    const error = await refusal(new KnexLogRepository(database).recent());
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'closed' });
  });
});

describe('a database all of whose connections are in use', () => {
  it('says so to whoever waits for one in vain, and goes on when one is free', async () => {
    const [config] = Object.entries(knexfile({ DATABASE_URL: url })).flatMap(([name, one]) =>
      url.startsWith(name) ? [one] : [],
    );
    const knex = createKnex({
      ...config,
      pool: { ...config?.pool, min: 0, max: 1 },
      acquireConnectionTimeout: 300,
      log: { warn: () => undefined },
    });
    const database = Database.of(knex);
    const logs: LogRepository = new KnexLogRepository(database);
    try {
      await database.migrate();
      const done = new AbortController();
      const held = database.run(
        async () => {
          await logs.recent();
          await once(done.signal, 'abort');
        },
        { readOnly: true },
      );
      await sleep(100);
      const error = await refusal(logs.list({ where: { action: secret } }));
      expect(error).to.be.instanceOf(TimeoutError).and.include({ code: 'no free connection' });
      expectNotToTell(error, secret);
      done.abort();
      await held;
      await logs.recent();
    } finally {
      await database.close();
    }
  });
});

describe('a database that cannot be opened', () => {
  let folder = '';
  const printed: unknown[] = [];
  const { log } = console;
  beforeEach(() => {
    printed.length = 0;
    console.log = (...words: unknown[]) => printed.push(...words);
  });
  afterEach(() => {
    console.log = log;
  });
  before(async function makeFolder() {
    folder = await mkdtemp(join(tmpdir(), `janus-${secret}-`));
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  async function expectUnavailable(other: string): Promise<void> {
    const error = await refusedToOpen(other);
    expect(error).to.be.instanceOf(UnavailableError);
    expect(error.message).not.to.include('see its documentation');
    expectNotToTell(error, secret);
    expect(printed, 'what was printed').to.deep.equal([]);
  }

  it('is refused by its scheme where no dialect has that, without telling the rest of its URL', async () => {
    const error = await refusedToOpen(`oracle://someone:${secret}@127.0.0.1/janus`);
    expect(error).to.be.instanceOf(InvalidError).that.includes({ field: 'url', rule: 'scheme' });
    expectNotToTell(error, secret);
  });

  if (isFile) {
    it('is unavailable when it is a folder', async () => {
      await expectUnavailable(`sqlite:${folder}`);
    });

    it('is unavailable when its folder cannot be made', async () => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      await expectUnavailable(`sqlite:${join(file, 'janus.db')}`);
    });

    it('is unavailable when the file is something else', async () => {
      const file = join(folder, 'letter.txt');
      await writeFile(file, 'Dear Ada, this is no database.\n'.repeat(100));
      await expectUnavailable(`sqlite:${file}`);
    });
  } else {
    it('is unavailable when the user is not known', async () => {
      await expectUnavailable(changed({ username: 'janus_nobody', password: secret }));
    });

    it('is unavailable when there is none of that name', async () => {
      await expectUnavailable(changed({ pathname: '/janus_no_such_database' }));
    });

    it('is unavailable when nobody listens on the port', async () => {
      await expectUnavailable(changed({ port: '1', password: secret }));
    });

    it('is unavailable when its server says nothing for ten seconds', async function silence() {
      this.timeout(20_000);
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      try {
        await expectUnavailable(changed({ port: String(port), password: secret }));
      } finally {
        silent.close();
      }
    });

    it('is unavailable when the host is not known', async () => {
      await expectUnavailable(changed({ hostname: 'janus.invalid', password: secret }));
    });
  }
});
