import { idTime } from '@janus/core';
import { expect } from 'chai';
import { names } from './houses.js';
import { ada, picture } from './prototype.js';
import { prototypeOf, useTaking, type Taking } from './taking.js';

for (const name of names) {
  describe(`taking over the prototype's first version into ${name}`, function adopting() {
    this.timeout(60_000);
    const taking = useTaking(name);
    let to: Taking['to'];
    let from: Taking['from'];
    let take: Taking['take'];
    let image: Taking['image'];
    let entries: Taking['entries'];

    beforeEach(() => {
      ({ to, from, take, image, entries } = taking('first'));
      from.insert('users', { ...ada, role: 'user' });
    });

    it('takes over users with their password hashes, their names in normal form', async () => {
      expect((await take()).taken).to.include({ users: 1 });
      const user = await to.store.users.findByUsername('ada');
      expect(user).to.include({ email: 'ada@example.org', username: 'ada' });
      expect((await to.store.users.findCredentials('ada@example.org'))?.passwordHash).to.equal(ada['password_hash']);
    });

    it('keeps old id and role of a user in a log entry of theirs', async () => {
      await take();
      const user = await to.store.users.findByUsername('ada');
      const [entry] = await entries('adopt');
      expect(entry).to.deep.include({ action: 'adopted', userId: user?.id });
      const { likeness, ...prototypeRow } = prototypeOf(entry);
      expect(likeness).to.have.lengthOf(2);
      expect(prototypeRow).to.deep.equal({
        id: 1,
        role: 'user',
        table: 'users',
        became: user?.id,
        source: 'prototype',
        unknown: ['createdAt'],
      });
    });

    it('keeps the order of users whose time is not known', async () => {
      from.insert('users', { ...ada, id: 7, username: 'eve', email: 'eve@example.org', role: 'user' });
      await take();
      const { items } = await to.store.users.list();
      expect(items.map(({ username, createdAt }) => [username, createdAt.getTime()])).to.deep.equal([
        ['eve', 7],
        ['ada', 1],
      ]);
    });

    for (const [word, level] of [
      ['superadmin', 100],
      ['Moderator', 10],
      ['7', 7],
    ] as const) {
      it(`takes over an admin's level: ${word}`, async () => {
        from.insert('admins', { id: 1, user_id: 1, admin_level: word });
        expect((await take()).taken).to.include({ admins: 1 });
        const user = await to.store.users.findByUsername('ada');
        expect(user && (await to.store.admins.levelOf(user.id))).to.equal(level);
      });
    }

    it('makes an admin of whoever has that role, and no row of admins', async () => {
      from.insert('users', { ...ada, id: 2, username: 'eve', email: 'eve@example.org', role: 'admin' });
      from.insert('users', { ...ada, id: 3, username: 'bob', email: 'bob@example.org', role: 'admin' });
      from.insert('admins', { id: 1, user_id: 3, admin_level: 'moderator' });
      await take();
      const levels: unknown[] = [];
      for (const username of ['ada', 'eve', 'bob']) {
        const user = await to.store.users.findByUsername(username);
        levels.push(user && (await to.store.admins.levelOf(user.id)));
      }
      expect(levels).to.deep.equal([null, 50, 10]);
    });

    it('does not make somebody an admin again who is none any more', async () => {
      from.insert('admins', { id: 1, user_id: 1, admin_level: 'superadmin' });
      await take();
      const user = await to.store.users.findByUsername('ada');
      if (user) await to.store.admins.revoke(user.id);
      expect((await take()).taken).to.include({ users: 0, admins: 0 });
      expect((await to.store.admins.list()).items).to.deep.equal([]);
    });

    it('gives images to the owner that is named', async () => {
      from.insert('images', picture);
      expect((await take({ owner: ' ADA@example.org' })).outcome).to.equal('complete');
      expect((await image()).ownerId).to.equal((await to.store.users.findByUsername('ada'))?.id);
    });

    it('makes a user of an owner that there is not, who cannot log in', async () => {
      from.insert('images', picture);
      await take({ owner: 'archive@example.org' });
      const owner = await to.store.users.findByEmail('archive@example.org');
      expect((await image()).ownerId).to.equal(owner?.id);
      expect(await to.store.users.findCredentials('archive@example.org')).to.equal(null);
    });

    it('lists images when no owner is named, and takes them over when one is', async () => {
      from.insert('images', picture);
      const { outcome, refused } = await take();
      expect(outcome).to.equal('partial');
      expect(refused).to.have.lengthOf(1);
      expect(refused[0]).to.include({ table: 'images', id: 1n, what: 'user_id', rule: 'required' });
      expect((await take({ owner: 'ada@example.org' })).taken).to.include({ images: 1, users: 0 });
      expect((await take()).outcome).to.equal('complete');
    });

    it('takes over what an image says of itself, and marks what the prototype did not keep', async () => {
      from.insert('images', picture);
      await take({ owner: 'ada@example.org' });
      const { id, ownerId, sha256, ...rest } = await image();
      expect(idTime(id)).to.deep.equal(new Date('2024-03-01T12:30:45.678Z'));
      expect(ownerId).to.be.a('string');
      expect(sha256).to.match(/^[0-9a-f]{64}$/);
      expect(rest).to.deep.equal({
        filename: 'IMG_1.png',
        title: null,
        mimeType: 'image/png',
        byteSize: 0,
        width: 640,
        height: 480,
        bitDepth: 8,
        colorType: 'rgb',
        compression: 'deflate',
        perceptualHash: null,
        status: 'ready',
        captured: null,
        location: null,
        metadata: {
          iso: 100,
          lens: '50 mm',
          prototype: { id: 1, table: 'images', source: 'prototype', unknown: ['sha256', 'byteSize'] },
        },
        tags: [],
        version: 1,
        createdAt: new Date('2024-03-01T12:30:45.678Z'),
        updatedAt: new Date('2024-03-02T12:30:45.000Z'),
        deletedAt: null,
      });
    });

    it('lets images be found by the words of their names', async () => {
      from.insert('images', picture);
      await take({ owner: 'ada@example.org' });
      expect((await to.store.images.list({ where: { text: 'img' } })).items).to.have.lengthOf(1);
    });

    it('takes over analytics as they are, and keeps their old ids beside them', async () => {
      from.insert('analytics', {
        id: 5,
        data: '{"views": [1, 2]}',
        research_topic: null,
        created_at: picture['created_at'] ?? null,
      });
      await take();
      const { items } = await to.store.analytics.list();
      expect(items[0]).to.deep.include({ topic: 'none', data: { views: [1, 2] } });
      expect(prototypeOf((await entries('adopt'))[0])).to.include({ id: 5, became: items[0]?.id });
    });

    it('makes logs of the module security of what was in that table', async () => {
      from.insert('security', { id: 3, user_id: 1, action: 'login failed', timestamp: '2024-05-06 07:08:09' });
      await take();
      const [entry] = await entries('security');
      expect(entry).to.deep.include({
        action: 'login failed',
        level: 'info',
        timestamp: new Date('2024-05-06T07:08:09Z'),
        userId: (await to.store.users.findByUsername('ada'))?.id,
        metadata: { prototype: { id: 3, table: 'security', source: 'prototype' } },
      });
    });

    it('says which version it found', async () => {
      const { version, tables } = await take();
      expect(version).to.include('images without a user').and.to.include('the time in timestamp, and metadata in none');
      expect(tables.find(({ there }) => !there)?.name).to.equal('image_analysis');
    });
  });
}
