import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

describe("The README's example", () => {
  let folder: string;
  let example: string;

  before(async () => {
    // In the repository, from where an application would find the packages.
    folder = await mkdtemp(join(root, 'test', 'installed', 'readme-'));
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    example = join(folder, 'example.ts');
    for (const name of ['example', 'worker', 'watch']) {
      const code = new RegExp(`<!-- ${name} -->\\s+\`\`\`ts\\n(.*?)\`\`\`\\s+<!-- /${name} -->`, 's').exec(readme)?.[1];
      if (code === undefined) throw new Error(`the README has no ${name} between its markers`);
      await writeFile(join(folder, `${name}.ts`), code);
    }
  });

  after(async () => rm(folder, { recursive: true }));

  const runExample = async () =>
    run(process.execPath, ['--import', 'tsx', example], {
      cwd: root,
      env: { ...process.env, DATABASE_URL: `sqlite:${join(folder, 'example.db')}` },
    });

  it('has types that are right', async () => {
    const settings = join(folder, 'tsconfig.json');
    await writeFile(
      settings,
      JSON.stringify({
        extends: '../../../tsconfig.json',
        include: [],
        files: ['example.ts', 'worker.ts', 'watch.ts'],
      }),
    );
    await run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', settings]);
  });

  it('stores an image and finds it by its tags', async () => {
    const { stdout } = await runExample();

    expect(stdout).to.match(/^IMG_0042\.jpg .* \[ 'cat', 'night' \]\n$/);
  });

  it('says the same when it is run again', async () => {
    const first = await runExample();
    const second = await runExample();

    expect(second.stdout).to.equal(first.stdout);
  });
});
