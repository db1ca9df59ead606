import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { adopt, CannotRunError } from '@janus/cli';
import Sqlite from 'better-sqlite3';
import { expect } from 'chai';
import sharp from 'sharp';
import { refusal } from '../contract/store.js';
import { names, useHouses, type House } from './houses.js';
import { ada, picture, usePrototypes, type Prototype } from './prototype.js';

/** All that can be seen of a folder. */
const seen = (folder: string) =>
  readdirSync(folder)
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mtimeNs, size, ino } = statSync(path, { bigint: true });
      return { name, mtimeNs, size, ino, bytes: readFileSync(path).toString('hex') };
    });

async function refusedFor(to: House, path: string): Promise<string> {
  const error = await refusal(adopt(path, to.url));
  expect(error).to.be.instanceOf(CannotRunError);
  return error.message;
}

const png = async (seed: number) =>
  sharp({ create: { width: 8 + seed, height: 4, channels: 3, background: { r: 9, g: seed, b: 1 } } })
    .png()
    .toBuffer();

describe('a source that is taken over', function sources() {
  this.timeout(60_000);
  const house = useHouses();
  const prototype = usePrototypes();
  const [name = ''] = names;
  let to: House;
  let from: Prototype;

  beforeEach(() => {
    to = house(name);
    from = prototype('owned');
    from.insert('users', ada);
    from.insert('images', { ...picture, user_id: 1 });
  });

  async function expectUntouched(images = 1): Promise<void> {
    const before = seen(from.folder);
    const { outcome, tables } = await adopt(from.path, to.url);
    expect(outcome).to.equal('complete');
    expect(tables.find((table) => table.name === 'images')?.rows).to.equal(images);
    expect(seen(from.folder)).to.deep.equal(before);
  }

  it('is not changed, and nothing appears beside it', async () => {
    await expectUntouched();
  });

  it('is not changed when it has a write-ahead log', async () => {
    from.run('pragma journal_mode = wal');
    await expectUntouched();
  });

  it('is not changed when what was written last is in its write-ahead log alone', async () => {
    from.run('pragma journal_mode = wal');
    const service = new Sqlite(from.path);
    service.prepare("insert into images (id, filename, user_id, width, height) values (2, 'b.jpg', 1, 1, 1)").run();
    try {
      await expectUntouched(2);
    } finally {
      service.close();
    }
  });

  it('is not changed when a transaction was interrupted, whose beginning is not taken over', async () => {
    const service = new Sqlite(from.path);
    service.pragma('cache_size = 1');
    service.exec('begin');
    const insert = service.prepare('insert into images (filename, user_id, width, height) values (?, 1, 1, 1)');
    for (let index = 0; index < 2000; index += 1) insert.run(`${index}.jpg`);
    const folder = join(from.folder, 'left behind');
    mkdirSync(folder);
    for (const end of ['', '-journal']) copyFileSync(from.path + end, join(folder, `image_processing.db${end}`));
    service.exec('rollback');
    service.close();
    from = { ...from, folder, path: join(folder, 'image_processing.db') };
    await expectUntouched();
  });

  it('may be one that may only be read', async () => {
    chmodSync(from.path, 0o400);
    await expectUntouched();
  });

  it('may be given as a URL', async () => {
    expect((await adopt(`sqlite:${from.path}`, to.url)).outcome).to.equal('complete');
    expect((await adopt(`file://${from.path}`, to.url)).outcome).to.equal('complete');
  });

  it('is told from a second one by its name', async () => {
    const second = prototype('owned');
    second.insert('users', { ...ada, username: 'eve', email: 'eve@example.org' });
    second.insert('images', { ...picture, user_id: 1 });
    await adopt(from.path, to.url);
    const { outcome } = await adopt(second.path, to.url, { name: 'second' });
    expect(outcome).to.equal('complete');
    const { items } = await to.store.images.list();
    expect(new Set(items.map(({ ownerId }) => ownerId)).size).to.equal(2);
  });

  it('is refused when its users are others than those of the name before, and nothing is written', async () => {
    const second = prototype('owned');
    second.insert('users', { ...ada, username: 'eve', email: 'eve@example.org' });
    second.insert('images', { ...picture, user_id: 1 });
    await adopt(from.path, to.url);
    const before = await to.contents();
    const error = await refusal(adopt(second.path, to.url));
    expect(error).to.be.instanceOf(CannotRunError);
    expect(error.message).to.include('--name');
    expect(await to.contents()).to.deep.equal(before);
  });

  it('is the same when a user has another name since', async () => {
    await adopt(from.path, to.url);
    from.run("update users set username = 'Countess'");
    expect((await adopt(from.path, to.url)).outcome).to.equal('complete');
  });

  it('gives the same ids on every run, in every database', async () => {
    const ids: unknown[] = [];
    for (const one of names) {
      await adopt(from.path, house(one).url);
      const { items } = await house(one).store.images.list();
      ids.push(items.map(({ id, ownerId, sha256 }) => [id, ownerId, sha256]));
    }
    for (const other of ids) expect(other).to.deep.equal(ids[0]);
  });

  it('cannot be the target', async () => {
    const before = seen(from.folder);
    const link = join(prototype('first').folder, 'link.db');
    symlinkSync(from.path, link);
    for (const url of [`sqlite:${from.path}`, `sqlite:${link}`]) {
      const error = await refusal(adopt(from.path, url));
      expect(error).to.be.instanceOf(CannotRunError);
      expect(error.message).to.include('one file');
    }
    expect(seen(from.folder)).to.deep.equal(before);
  });

  it('is refused when it is Janus’s own, none of the prototype’s, no database, or not there', async () => {
    const other = join(from.folder, 'other.db');
    expect(await refusedFor(to, join(from.folder, 'nowhere.db'))).to.include('is there such a file');
    writeFileSync(other, 'no database');
    expect(await refusedFor(to, other)).to.include('no database');
    const database = new Sqlite(join(from.folder, 'foreign.db'));
    database.exec('create table cars (id integer primary key)');
    database.close();
    expect(await refusedFor(to, join(from.folder, 'foreign.db'))).to.include('no table of the prototype');
    const ours = house('sqlite').url.slice('sqlite:'.length);
    if (names.length > 1) {
      const error = await refusal(adopt(ours, house(names.find((one) => one !== 'sqlite') ?? '').url));
      expect(error.message).to.include('janus transfer');
    }
  });

  it('is refused when the target lacks a migration', async () => {
    const error = await refusal(adopt(from.path, `sqlite:${join(from.folder, 'empty.db')}`));
    expect(error).to.be.instanceOf(CannotRunError);
    expect(error.message).to.include('migrate:latest');
  });

  describe('with the files of its images', () => {
    it('takes from them what the prototype did not keep', async () => {
      const bytes = await png(1);
      const files = join(from.folder, 'files');
      mkdirSync(files);
      writeFileSync(join(files, 'IMG_1.png'), bytes);
      writeFileSync(join(files, 'IMG_2.jpg'), await png(2));
      from.insert('images', { id: 2, filename: 'uploads/IMG_2.jpg', user_id: 1 });
      expect((await adopt(from.path, to.url, { files })).outcome).to.equal('complete');
      const { items } = await to.store.images.list();
      const first = items.find(({ filename }) => filename === 'IMG_1.png');
      expect(first).to.include({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        byteSize: bytes.length,
        width: 640,
      });
      expect(first?.metadata['prototype']).not.to.have.property('unknown');
      expect(items.find(({ filename }) => filename === 'uploads/IMG_2.jpg')).to.include({
        mimeType: 'image/png',
        width: 10,
        colorType: 'rgb',
      });
    });

    it('does without those that are not there, damaged, or outside of the folder', async () => {
      const files = join(from.folder, 'files');
      mkdirSync(files);
      writeFileSync(join(files, 'IMG_1.png'), 'no picture');
      writeFileSync(join(from.folder, 'out.png'), await png(1));
      symlinkSync(join(from.folder, 'out.png'), join(files, 'link.png'));
      for (const [at, filename] of ['../out.png', 'link.png', join(from.folder, 'out.png')].entries())
        from.insert('images', { ...picture, id: at + 2, user_id: 1, filename });
      expect((await adopt(from.path, to.url, { files })).outcome).to.equal('complete');
      const { items } = await to.store.images.list();
      expect(items).to.have.lengthOf(4);
      for (const { metadata } of items)
        expect(metadata['prototype']).to.deep.include({ unknown: ['sha256', 'byteSize'] });
    });

    it('is refused when the folder is not there', async () => {
      const error = await refusal(adopt(from.path, to.url, { files: join(from.folder, 'nowhere') }));
      expect(error).to.be.instanceOf(CannotRunError);
    });
  });
});
