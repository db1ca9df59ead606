import type { Database } from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { knexCommand } from '../knex-command.js';
import { empty, openEmpty, url } from './empty-database.js';

describe('`npx knex --env` with this database', () => {
  let database: Database;

  before(async function open() {
    database = await openEmpty();
  });
  afterEach(async () => empty(database));
  after(async () => database.close());

  async function knex(command: string): Promise<string> {
    const { code, output } = await knexCommand(`${command} --env ${database.dialect.name}`, { DATABASE_URL: url });
    expect(code, output).to.equal(0);
    return output;
  }

  it('migrates to the same schema as migrate()', async () => {
    await knex('migrate:latest');
    const migrated = await readSchema(database);
    expect(await database.migrate()).to.deep.equal([]);
    await empty(database);
    await database.migrate();
    expect(migrated).to.deep.equal(await readSchema(database));
  });

  it('knows what migrate() has done', async () => {
    await database.migrate();
    expect(await knex('migrate:status'))
      .to.match(/no pending/i)
      .and.to.include('_initial');
    expect(await knex('migrate:latest')).to.include('Already up to date');
  });

  it('takes back what migrate() has done', async () => {
    await database.migrate();
    await knex('migrate:rollback --all');
    const tables = (await readSchema(database)).map(({ name }) => name);
    expect(tables.filter((name) => !name.startsWith('janus_migration'))).to.deep.equal([]);
  });

  it('seeds, and a second time changes the number of no row', async () => {
    await database.migrate();
    const counts = async () => {
      const found: Record<string, unknown> = {};
      for (const { name } of await readSchema(database)) {
        const [row] = await database.knex(name).count<{ rows: number | string }[]>({ rows: '*' });
        found[name] = Number(row?.rows);
      }
      return found;
    };
    await knex('seed:run');
    const first = await counts();
    for (const table of ['users', 'images', 'logs', 'analytics']) expect(first[table], table).to.be.greaterThan(0);
    await knex('seed:run');
    expect(await counts()).to.deep.equal(first);
  });

  it('refuses a migration that was edited after it ran, by name', async () => {
    const [name = ''] = await database.migrate();
    await database.knex('janus_migration_digests').where({ name }).update({ digest: 'another' });
    for (const command of ['migrate:latest', 'migrate:rollback --all']) {
      const { code, output } = await knexCommand(`${command} --env ${database.dialect.name}`, { DATABASE_URL: url });
      expect(code, command).to.equal(1);
      expect(output).to.include(name).and.to.include('edited');
    }
  });
});
