import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnavailableError } from '@janus/core';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import type { Tally } from '../../scripts/test/mocha.js';
import { refusal } from '../contract/store.js';
import { url } from './empty-database.js';

const isFull = process.env['JANUS_TEST_FAULTS'] === 'full';
const root = join(import.meta.dirname, '..', '..');
const contract = join(root, 'test', 'contract');

/** The tests that the serving role passes: all that are said in core's words, or those in which every call is made. */
const FILES = isFull
  ? readdirSync(contract).filter((file) => file.endsWith('.test.ts'))
  : [
      'injection.test.ts',
      'images-trash.test.ts',
      'tags.test.ts',
      'users.test.ts',
      'admins.test.ts',
      'analytics.test.ts',
    ];

/** The statements between two markers of the README. */
async function statements(name: string): Promise<readonly string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const code = new RegExp(`<!-- grants ${name} -->\\s+\`\`\`sql\\n(.*?)\`\`\`\\s+<!-- /grants ${name} -->`, 's').exec(
    readme,
  );
  if (!code?.[1]) throw new Error(`the README has no grants for ${name} between its markers`);
  return code[1].split(/;\s*/).filter((statement) => statement !== '');
}

/** Runs files of tests on a database, in a process of their own. */
async function runTests(files: readonly string[], on: string): Promise<{ tally: Tally | undefined; output: string }> {
  const child = fork(join(root, 'scripts', 'test', 'run.ts'), files, {
    cwd: root,
    env: { ...process.env, JANUS_TEST_URL: on, JANUS_TEST_FAULTS: '' },
    execArgv: ['--import', 'tsx/esm'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let tally: Tally | undefined;
  let output = '';
  child.on('message', (told) => (tally = told as Tally));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  await once(child, 'close');
  return { tally, output };
}

if (!url.startsWith('sqlite:')) {
  const isPostgres = url.startsWith('postgres');
  describe('with the rights that the README gives', function privileges() {
    this.timeout(isFull ? 1_800_000 : 300_000);
    // Roles are the server's, and not the database's.
    const own = `janus_least_${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    let admin: Database | undefined;
    let serving: Database | undefined;

    /** The URL of the new database, as one of its roles or (none) as whoever runs the tests. */
    function urlAs(role?: 'migrating' | 'serving'): string {
      const made = Object.assign(new URL(url), { pathname: `/${own}` });
      return (role ? Object.assign(made, { username: `${own}_${role}`, password }) : made).href;
    }

    before(async function prepare() {
      const given = await Database.open(url);
      try {
        await given.knex.raw(`create database ${own}`);
      } finally {
        await given.close();
      }
      admin = await Database.open(urlAs());
      for (const statement of await statements(isPostgres ? 'postgres' : 'mysql')) {
        const mine = statement.replaceAll(/\bjanus(?=[_.])/g, own).replaceAll(/'[^']+'/g, `'${password}'`);
        await admin.knex.raw(mine);
      }
    });

    after(async () => {
      await serving?.close();
      if (!admin) return;
      await admin.close();
      const given = await Database.open(url);
      // What the roles were given in the database goes with it.
      await given.knex.raw(`drop database ${own}`);
      for (const role of [`${own}_migrating`, `${own}_serving`]) {
        await given.knex.raw(isPostgres ? `drop role ${role}` : `drop user ${role}`);
      }
      await given.close();
    });

    it('the first role migrates, takes all of it back, and migrates again', async () => {
      const migrating = await Database.open(urlAs('migrating'));
      try {
        const ran = await migrating.migrate();
        expect(ran).not.to.deep.equal([]);
        await migrating.knex.migrate.rollback(undefined, true);
        expect(await migrating.migrate()).to.deep.equal(ran);
      } finally {
        await migrating.close();
      }
    });

    it('the second role finds nothing to migrate', async () => {
      serving = await Database.open(urlAs('serving'));
      expect(await serving.migrate()).to.deep.equal([]);
    });

    it(isFull ? 'the second role keeps every promise' : 'the second role makes every call', async () => {
      const files = FILES.map((file) => join(contract, file));
      const { tally, output } = await runTests(files, urlAs('serving'));
      expect(tally?.failed, output).to.equal(0);
      expect(tally?.ended).to.equal(true);
      expect(tally?.passed).to.be.above(40);
    });

    for (const statement of [
      'create table mine (id integer)',
      'alter table images add column mine integer',
      'alter table images drop column title',
      'drop table image_words',
      'truncate table image_words',
      'create index mine on images (title)',
      'create view mine as select * from users',
    ]) {
      it(`the second role may not: ${statement}`, async () => {
        const error = await refusal(
          serving
            ? serving.write({
                statements: [{ name: statement, sql: statement, bindings: [] }],
                about: () => ({ table: null, rows: [] }),
              })
            : Promise.resolve(),
        );
        expect(error).to.be.instanceOf(UnavailableError);
        expect(error.message).to.include('its user may not do this');
      });
    }
  });
}
