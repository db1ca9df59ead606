import { expect } from 'chai';
import { names } from './houses.js';
import { ada, picture } from './prototype.js';
import { prototypeOf, useTaking, type Taking } from './taking.js';

for (const name of names) {
  describe(`taking over the prototype's database into ${name}`, function adopting() {
    this.timeout(60_000);
    const taking = useTaking(name);
    let to: Taking['to'];
    let from: Taking['from'];
    let take: Taking['take'];
    let image: Taking['image'];
    let entries: Taking['entries'];

    describe('of the version in which images have users', () => {
      beforeEach(() => {
        ({ to, from, take, image, entries } = taking('owned'));
        from.insert('users', ada);
        from.insert('images', { ...picture, user_id: 1 });
      });

      it('leaves images with their users', async () => {
        expect((await take()).outcome).to.equal('complete');
        expect((await image()).ownerId).to.equal((await to.store.users.findByUsername('ada'))?.id);
      });

      it('keeps each of the analyses of an image', async () => {
        from.insert('image_analysis', {
          id: 4,
          image_id: 1,
          analysis_results: '{"cat": 0.9}',
          created_at: '2024-04-01 00:00:00.000000',
        });
        from.insert('image_analysis', { id: 5, image_id: 1, analysis_results: '"no JSON object"', created_at: null });
        from.insert('image_analysis', { id: 6, image_id: 1, analysis_results: 'a cat', created_at: null });
        expect((await take()).taken).to.include({ image_analysis: 3 });
        const analyses = await to.store.images.analyses((await image()).id);
        expect(analyses.map(({ kind, result }) => [kind, result])).to.deep.equal([
          ['prototype 4', { cat: 0.9 }],
          ['prototype 5', 'no JSON object'],
          ['prototype 6', 'a cat'],
        ]);
        expect(analyses[0]?.createdAt).to.deep.equal(new Date('2024-04-01T00:00:00Z'));
      });

      it('takes over logs with level, module, metadata and user', async () => {
        from.insert('logs', {
          id: 9,
          action: 'image.uploaded',
          user_id: 1,
          timestamp: '2024-05-06 07:08:09.123456',
          updated_at: '2024-05-06 07:08:09.123456',
          module: 'uploads',
          level: 'WARNING',
          log_metadata: '{"from": "phone"}',
        });
        await take();
        const [entry] = await entries('uploads');
        expect(entry).to.deep.include({
          action: 'image.uploaded',
          level: 'warn',
          timestamp: new Date('2024-05-06T07:08:09.123Z'),
          userId: (await to.store.users.findByUsername('ada'))?.id,
          metadata: { from: 'phone', prototype: { id: 9, table: 'logs', source: 'prototype' } },
        });
      });

      it('takes over logs of nobody, and of users that are gone, whose old id it keeps', async () => {
        from.insert('logs', {
          id: 1,
          action: 'started',
          user_id: null,
          timestamp: '2024-05-06 07:08:09',
          level: 'CRITICAL',
        });
        from.insert('logs', { id: 2, action: 'login', user_id: 99, timestamp: '2024-05-06 07:08:10' });
        expect((await take()).outcome).to.equal('complete');
        const [gone, nobody] = await entries('app');
        expect([gone?.userId, nobody?.userId]).to.deep.equal([null, null]);
        expect(prototypeOf(gone)).to.include({ user_id: '99' });
        expect(nobody).to.include({ level: 'error' });
        expect(prototypeOf(nobody)).to.include({ level: 'CRITICAL' });
      });

      it('keeps log metadata that is no JSON as the text it is', async () => {
        from.insert('logs', { id: 1, action: 'started', timestamp: null, log_metadata: "{'from': 'phone'}" });
        await take();
        const [entry] = await entries('app');
        expect(prototypeOf(entry)).to.deep.include({ metadata: "{'from': 'phone'}", unknown: ['timestamp'] });
      });
    });

    describe('of the version in which every table has its times', () => {
      beforeEach(() => {
        ({ to, from, take, image, entries } = taking('timed'));
        from.insert('users', { ...ada, role: null, created_at: '2023-01-02 03:04:05.000000', updated_at: null });
      });

      it('takes over the times of users and admins', async () => {
        from.insert('admins', { id: 1, user_id: 1, admin_level: 3, created_at: '2023-02-02 03:04:05.000000' });
        await take();
        const user = await to.store.users.findByUsername('ada');
        expect(user?.createdAt).to.deep.equal(new Date('2023-01-02T03:04:05Z'));
        expect(user && (await to.store.admins.find(user.id))).to.deep.include({
          level: 3,
          grantedAt: new Date('2023-02-02T03:04:05Z'),
        });
      });

      it('takes over numbers for colour type and compression', async () => {
        from.insert('images', { ...picture, user_id: 1, color_type: 6, compression_method: 0 });
        await take();
        expect(await image()).to.include({ colorType: 'rgba', compression: 'deflate' });
      });

      it('takes over logs by created_at and meta_data', async () => {
        from.insert('logs', {
          id: 1,
          action: 'started',
          module: 'm',
          meta_data: '{"a": 1}',
          created_at: '2024-05-06 07:08:09',
          updated_at: '2024-05-07 07:08:09',
        });
        const { version } = await take();
        expect(version).to.include('the time in created_at, and metadata in meta_data').and.to.include('no security');
        const [entry] = await entries('m');
        expect(entry?.timestamp).to.deep.equal(new Date('2024-05-06T07:08:09Z'));
        expect(entry?.metadata).to.deep.equal({
          a: 1,
          prototype: { id: 1, table: 'logs', source: 'prototype', updated_at: '2024-05-07T07:08:09.000Z' },
        });
      });

      it('goes by the timestamp of logs that have both times, and keeps the other', async () => {
        from.run('alter table logs add column timestamp DATETIME');
        from.insert('logs', {
          id: 1,
          action: 'a',
          module: 'm',
          timestamp: '2024-05-05 00:00:00',
          created_at: '2024-05-06 00:00:00',
        });
        from.insert('logs', { id: 2, action: 'b', module: 'm', timestamp: null, created_at: '2024-05-06 00:00:00' });
        await take();
        const [second, first] = await entries('m');
        expect([first?.timestamp.getUTCDate(), second?.timestamp.getUTCDate()]).to.deep.equal([5, 6]);
        expect(prototypeOf(first)).to.include({ created_at: '2024-05-06T00:00:00.000Z' });
      });

      for (const [text, instant] of [
        ['2024-03-01 12:30:45', '2024-03-01T12:30:45.000Z'],
        ['2024-03-01T12:30:45.5', '2024-03-01T12:30:45.500Z'],
        ['2024-03-01 12:30:45.999999+02:00', '2024-03-01T10:30:45.999Z'],
        ['2024-03-01T12:30:45Z', '2024-03-01T12:30:45.000Z'],
      ] as const) {
        it(`reads the time ${text}`, async () => {
          from.insert('images', { ...picture, user_id: 1, created_at: text });
          await take();
          expect((await image()).createdAt).to.deep.equal(new Date(instant));
        });
      }

      it('takes over an image whose time is not known, and says so', async () => {
        from.insert('images', { ...picture, id: 12, user_id: 1, created_at: null, updated_at: null });
        await take();
        const found = await image();
        expect(found.createdAt.getTime()).to.equal(12);
        expect(prototypeOf(found)['unknown']).to.include('createdAt');
      });
    });
  });
}
