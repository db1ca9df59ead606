import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { knexCommand, npxKnex } from '../knex-command.js';

describe('`npx knex` at the root, without a flag', () => {
  let folder = '';
  let file = '';

  before(async function makeFolder() {
    folder = await mkdtemp(join(tmpdir(), 'janus-knex-'));
  });
  beforeEach(() => {
    // In a folder that is not there yet, as `instance` is not after a clone.
    file = join(folder, String(performance.now()), 'janus.db');
  });
  after(async () => rm(folder, { recursive: true, force: true }));

  async function knex(command: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, output } = await knexCommand(command, { JANUS_SQLITE_URL: `sqlite:${file}`, ...more });
    expect(code, output).to.equal(0);
    return output;
  }

  async function look<Result>(at: (database: Database) => Promise<Result>): Promise<Result> {
    const database = await Database.open(`sqlite:${file}`);
    try {
      return await at(database);
    } finally {
      await database.close();
    }
  }
  const tables = async () => look(async (database) => (await readSchema(database)).map(({ name }) => name));

  const counts = async () =>
    look(async (database) => {
      const found: Record<string, unknown> = {};
      for (const { name } of await readSchema(database)) found[name] = await database.knex(name).count();
      return found;
    });

  it('migrates', async () => {
    const { code, output } = await npxKnex('migrate:latest', { JANUS_SQLITE_URL: `sqlite:${file}` });
    expect(code, output).to.equal(0);
    expect(await tables()).to.include.members(['users', 'images', 'logs', 'analytics']);
    expect(await look(async (database) => database.migrate())).to.deep.equal([]);
  });

  it('migrates for --env sqlite alike', async () => {
    await knex('migrate:latest --env sqlite');
    expect(await tables()).to.include('images');
  });

  it('migrates for NODE_ENV=production alike', async () => {
    await knex('migrate:latest', { NODE_ENV: 'production' });
    expect(await tables()).to.include('images');
  });

  it('migrates the file of DATABASE_URL', async () => {
    await knex('migrate:latest', { JANUS_SQLITE_URL: '', DATABASE_URL: `sqlite:${file}` });
    expect(await tables()).to.include('images');
  });

  it('passes over the DATABASE_URL of another dialect', async () => {
    await knex('migrate:latest', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(await tables()).to.include('images');
  });

  it('says which migrations have run, and which have not', async () => {
    expect(await knex('migrate:status'))
      .to.match(/pending/i)
      .and.to.include('_initial');
    await knex('migrate:latest');
    expect(await knex('migrate:status'))
      .to.match(/no pending/i)
      .and.to.include('_initial');
  });

  it('takes every migration back', async () => {
    await knex('migrate:latest');
    await knex('migrate:rollback --all');
    expect((await tables()).filter((name) => !name.startsWith('janus_migration'))).to.deep.equal([]);
  });

  it('seeds, and a second time changes the number of no row', async () => {
    await knex('migrate:latest');
    await knex('seed:run');
    const first = await counts();
    expect(first['images']).not.to.deep.equal([{ 'count(*)': 0 }]);
    await knex('seed:run');
    expect(await counts()).to.deep.equal(first);
  });

  it('fails, and says what it knows, for an environment that there is not', async () => {
    const { code } = await knexCommand('migrate:latest --env oracle', { JANUS_SQLITE_URL: `sqlite:${file}` });
    expect(code).to.equal(1);
    expect(existsSync(file)).to.equal(false);
  });
});
