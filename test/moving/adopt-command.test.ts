import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { janus } from './command.js';
import { names, useHouses, type House } from './houses.js';
import { ada, picture, usePrototypes, type Prototype } from './prototype.js';

describe('the command `janus adopt`', function command() {
  this.timeout(60_000);
  const house = useHouses();
  const prototype = usePrototypes();
  const [name = ''] = names;
  let to: House;
  let from: Prototype;

  beforeEach(() => {
    to = house(name);
    from = prototype('first');
    from.insert('users', { ...ada, role: 'user' });
    from.insert('images', picture);
  });

  it('ends with 0 when all was taken over, and shows each table', async () => {
    const { code, output } = await janus(['adopt', from.path, '--to', to.url, '--owner', 'ada@example.org']);
    expect(code, output).to.equal(0);
    expect(output).to.match(/^images +1 +1 +0 +0$/m);
    expect(output).to.match(/^image_analysis +not there$/m);
    expect(output)
      .to.match(/^complete /m)
      .and.to.include('images without a user');
  });

  it('ends with 1 when something was not, and names it with its reason', async () => {
    const { code, output } = await janus(['adopt', from.path, '--to', to.url]);
    expect(code, output).to.equal(1);
    expect(output).to.match(/^not taken over {2}images 1: user_id: .*--owner.*\(rule: required\)$/m);
    expect(output).to.match(/^users +1 +1 +0 +0$/m);
  });

  it('ends with 0 when it is run again, and adds nothing', async () => {
    const args = ['adopt', from.path, '--to', to.url, '--owner', 'ada@example.org'];
    await janus(args);
    const before = await to.contents();
    const { code, output } = await janus(args);
    expect(code, output).to.equal(0);
    expect(output).to.match(/^images +1 +0 +1 +0$/m);
    expect(await to.contents()).to.deep.equal(before);
  });

  it('goes on where it was killed', async () => {
    from.run(
      `with recursive n(i) as (select 2 union all select i + 1 from n where i < 3000)
       insert into images (id, filename, width, height, created_at) select i, i || '.jpg', 1, 1, '2024-01-01 00:00:00' from n`,
    );
    const args = ['adopt', from.path, '--to', to.url, '--owner', 'ada@example.org'];
    for (const delay of [350, 500, 700]) {
      await janus(args, (child) => setTimeout(() => child.kill('SIGKILL'), delay));
    }
    const { code, output } = await janus(args);
    expect(code, output).to.equal(0);
    expect(await to.store.images.count()).to.equal(3000);
    expect((await janus(['check', to.url])).code).to.equal(0);
  });

  it('ends with 2, and says why, when it cannot run', async () => {
    const secret = 's3cret-word';
    for (const [args, reason] of [
      [['adopt', `${from.path}.nowhere`, '--to', to.url], 'is there such a file'],
      [['adopt', from.path, '--to', from.path], 'one file'],
      [['adopt', from.path, '--to', `postgres://janus:${secret}@127.0.0.1:1/nothing`], 'the target'],
      [['adopt', from.path, '--to', to.url, '--owner', 'nobody'], 'owner'],
      [['adopt', from.path], '--to'],
    ] as const) {
      const { code, output } = await janus(args);
      expect(code, output).to.equal(2);
      expect(output).to.include(reason).and.not.to.include(secret);
    }
  });

  it('teaches, and ends with 0, when help is asked for', async () => {
    const { code, output } = await janus(['adopt', '--help']);
    expect(code, output).to.equal(0);
    expect(output).to.include('--owner').and.to.include('changes nothing that is there');
  });

  it('changes nothing of the source', async () => {
    const before = readFileSync(from.path);
    await janus(['adopt', from.path, '--to', to.url]);
    expect(readFileSync(from.path).equals(before)).to.equal(true);
  });
});
