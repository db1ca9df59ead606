import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkTypes, install, node, type Packed, pack } from './installed.js';

const use = `
import 'reflect-metadata';
import { ImageRepository, UserRepository } from '@janus/core';
import { readImage } from '@janus/ingest';
import { Database, registerRepositories } from '@janus/knex';
import { container } from 'tsyringe';

const database = await Database.open('sqlite:new/janus.db');
const migrated = await database.migrate();
registerRepositories(container, database);
const users = container.resolve(UserRepository);
const images = container.resolve(ImageRepository);
const ada = await users.create({ email: 'ada@example.org', username: 'Ada' });
const image = await images.create({ ownerId: ada.id, ...(await readImage('dot.png')) });
const { items } = await images.list({ where: { ownerId: ada.id } });
await database.knex.seed.run();
console.log(JSON.stringify({ migrated, found: items.map(({ id }) => id === image.id), seeded: await images.count() }));
await database.close();
`;

const typed = use
  .replace('const users = container.resolve(', 'const users = container.resolve<UserRepository>(')
  .replace('const images = container.resolve(', 'const images = container.resolve<ImageRepository>(');

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

async function run(where: string, source: string): Promise<string> {
  writeFileSync(join(where, 'use.js'), source);
  const { code, output } = await node(where, 'use.js');
  expect(code, output).to.equal(0);
  return output;
}

describe('The packages, packed and installed where the repository is not', function installed() {
  this.timeout(120_000);
  let folder = '';
  let project = '';
  let bare = '';
  let packed: readonly Packed[] = [];

  before(function packAll() {
    folder = mkdtempSync(join(tmpdir(), 'janus-packed-'));
    packed = pack(folder);
    project = join(folder, 'project');
    install(project, packed, ['better-sqlite3', 'reflect-metadata', 'tsyringe', '@types/node', 'undici-types']);
    writeFileSync(join(project, 'dot.png'), Buffer.from(dot, 'base64'));
    bare = join(folder, 'bare');
    // The command brings every driver.
    install(
      bare,
      packed.filter(({ name }) => name !== '@janus/cli'),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('hold what was built, and what the migrations’ digests are of', () => {
    const contents = packed.flatMap((one) => one.contents.map((path) => `${one.name}/${path}`));
    expect(contents).to.include.members([
      '@janus/core/dist/index.js',
      '@janus/core/dist/adapter.d.ts',
      '@janus/cli/bin/janus.js',
      '@janus/cli/dist/index.d.ts',
      '@janus/ingest/dist/index.js',
      '@janus/knex/dist/src/index.js',
      '@janus/knex/dist/src/index.d.ts',
      '@janus/knex/dist/migrations/20261122000000_initial.js',
      '@janus/knex/migrations/20261122000000_initial.ts',
    ]);
  });

  it('hold no tests, and nothing that only a build or a database leaves behind', () => {
    const odd = packed.flatMap(({ contents }) =>
      contents.filter((path) => !/^(bin|dist|src|migrations|seeds)\//.test(path)),
    );
    expect(new Set(odd)).to.deep.equal(new Set(['package.json']));
    const left = /test|\.tsbuildinfo$|\.db$|\.env|\.log$/;
    expect(packed.flatMap(({ contents }) => contents.filter((path) => left.test(path)))).to.deep.equal([]);
  });

  it('open SQLite, migrate, store an image and seed, from JavaScript', async () => {
    const said = JSON.parse(await run(project, use)) as Record<string, unknown>;
    expect(said['migrated']).to.have.property('length').that.is.greaterThan(0);
    expect(said['found']).to.deep.equal([true]);
    expect(said['seeded']).to.be.greaterThan(1);
  });

  it('have types that a strict project accepts', async () => {
    writeFileSync(join(project, 'use.ts'), typed);
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
    const { code, output } = await checkTypes(project);
    expect(code, output).to.equal(0);
  });

  it('have types that refuse what is wrong', async () => {
    writeFileSync(join(project, 'wrong.ts'), typed.replace("email: 'ada@example.org'", 'email: 42'));
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['wrong.ts'] }));
    const { code, output } = await checkTypes(project);
    expect(code).not.to.equal(0);
    expect(output).to.match(/wrong\.ts.*Type 'number' is not assignable to type 'string'/);
  });

  it('run the command `janus`, which brings its drivers', async () => {
    const janus = join('node_modules', '@janus', 'cli', 'bin', 'janus.js');
    const memory = 'sqlite::memory:';
    const { code, output } = await node(project, janus, 'transfer', '--from', memory, '--to', memory);
    expect(code).to.equal(2);
    expect(output).to.include('neither the source nor the target has tables of Janus’s');
  });

  it('can be imported without any driver, and without a container', async () => {
    const names = await run(bare, "import * as janus from '@janus/knex'; console.log(Object.keys(janus).join());");
    expect(names).to.include('Database').and.to.include('registerRepositories');
  });

  const drivers = { 'sqlite::memory:': 'better-sqlite3', 'postgres://a@b/c': 'pg', 'mysql://a@b/c': 'mysql2' };
  for (const [url, driver] of Object.entries({ ...drivers, 'mariadb://a@b/c': 'mysql2' })) {
    it(`say that ${driver} is to be installed when ${url} is opened without it`, async () => {
      const output = await run(
        bare,
        `import { UnavailableError } from '@janus/core';
         import { Database } from '@janus/knex';
         await Database.open('${url}').catch((error) => {
           console.log(error instanceof UnavailableError, error.code, error.message);
         });`,
      );
      expect(output).to.match(/^true no driver .*\n$/);
      expect(output).to.include(`npm install ${driver}`);
    });
  }
});
