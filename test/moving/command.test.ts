import { expect } from 'chai';
import { newImage, newUser } from '../contract/store.js';
import { janus } from './command.js';
import { names, useHouses, type House } from './houses.js';

describe('the command `janus transfer`', function command() {
  this.timeout(60_000);
  const house = useHouses();
  const [here = '', there = here] = names;
  let from: House;
  let to: House;

  beforeEach(async () => {
    [from, to] = [house(here), house(there)];
    const ada = await from.store.users.create(newUser());
    await from.store.images.create(newImage(ada, { tags: ['cat'] }));
  });
  const transfer = async (...options: readonly string[]) =>
    janus(['transfer', '--from', from.url, '--to', to.url, ...options]);

  it('ends with 0 when both are identical, and shows each table', async () => {
    const { code, output } = await transfer();
    expect(code, output).to.equal(0);
    expect(output).to.match(/^images +1 +1 +1 +0 +0 +([0-9a-f]{16}) +\1 +identical$/m);
    expect(output).to.match(/^image_tags /m);
    expect(output).to.match(/^identical /m);
  });

  it('ends with 1 when it only compares and they differ, with 0 when they do not', async () => {
    const differing = await transfer('--verify');
    expect(differing.code, differing.output).to.equal(1);
    expect(differing.output).to.match(/^images +1 +0 +1 +0 +0 +.* different$/m);
    await transfer();
    expect((await transfer('--verify')).code).to.equal(0);
  });

  it('ends with 1 when it only plans and there is something to do', async () => {
    const { code, output } = await transfer('--dry-run');
    expect(code, output).to.equal(1);
    expect((await transfer('--verify')).code).to.equal(1);
  });

  it('moves the tables that are named', async () => {
    const { code, output } = await transfer('--tables', 'users,tags');
    expect(code, output).to.equal(0);
    expect(output).not.to.match(/^images /m);
  });

  it('ends with 2, and says why, for a table that there is not', async () => {
    const { code, output } = await transfer('--tables', 'pictures');
    expect(code, output).to.equal(2);
    expect(output).to.include('there is no table pictures');
  });

  it('ends with 2 when an option is missing, or is none', async () => {
    expect((await janus(['transfer', '--from', from.url])).code).to.equal(2);
    expect((await transfer('--quickly')).code).to.equal(2);
    expect((await janus(['carry'])).code).to.equal(2);
  });

  it('teaches how to move, and ends with 0, when help is asked for', async () => {
    const { code, output } = await janus(['transfer', '--help']);
    expect(code, output).to.equal(0);
    expect(output).to.include('--dry-run').and.to.include('must say "identical"');
    expect((await janus(['--help'])).output).to.include('transfer');
  });

  it('ends with 2, and tells no password, when a side cannot be reached', async () => {
    const url = 'postgres://janus:s3cret-word@127.0.0.1:1/nothing';
    for (const args of [
      ['--from', url, '--to', to.url],
      ['--from', from.url, '--to', url],
    ]) {
      const { code, output } = await janus(['transfer', ...args]);
      expect(code, output).to.equal(2);
      expect(output).to.match(/could not run: the (source|target): .*it cannot be reached/);
      expect(output).not.to.include('s3cret-word');
    }
  });

  it('ends with 2, and tells no password, for a URL of no database', async () => {
    const { code, output } = await janus(['transfer', '--from', 'oracle://janus:s3cret-word@host/x', '--to', to.url]);
    expect(code, output).to.equal(2);
    expect(output).to.include('postgres:');
    expect(output).not.to.include('s3cret-word');
  });
});
