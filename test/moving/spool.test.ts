import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transfer } from '@janus/cli';
import { expect } from 'chai';
import { bin, janus } from './command.js';
import { names, useHouses, type House } from './houses.js';
import { fillMany } from './many.js';

describe('the lines that a transfer to PostgreSQL keeps for a while', function spool() {
  this.timeout(60_000);
  if (!names.includes('sqlite') || !names.includes('postgres')) return;
  const house = useHouses();
  const before = process.env['TMPDIR'];
  let from: House;
  let to: House;
  let folder: string;

  beforeEach(async () => {
    [from, to] = [house('sqlite'), house('postgres')];
    await fillMany(from.store, 300);
    folder = await mkdtemp(join(tmpdir(), 'janus-test-'));
    process.env['TMPDIR'] = folder;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('leave nothing behind', async () => {
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('leave nothing behind when it is killed', async () => {
    await janus(['transfer', '--from', from.url, '--to', to.url], (child) => {
      void sleep(600).then(() => child.kill('SIGKILL'));
    });
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('are not needed: where no file can be made, both sides end identical', async () => {
    process.env['TMPDIR'] = join(folder, 'nowhere');
    expect((await transfer(from.url, to.url)).outcome).to.equal('identical');
  });

  it('are not needed: where there is room for some of them, both sides end identical', async () => {
    // Files of up to so many blocks of 512 bytes.
    const limited = `ulimit -f 100; exec "$0" "$@"`;
    const args = [process.execPath, bin, 'transfer', '--from', from.url, '--to', to.url];
    const child = spawn('sh', ['-c', limited, ...args], { stdio: 'ignore' });
    await once(child, 'close');
    expect(child.exitCode).to.equal(0);
    expect((await transfer(from.url, to.url, { verify: true })).outcome).to.equal('identical');
  });
});
