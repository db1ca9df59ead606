import { expect } from 'chai';
import { newImage, newUser, useStore } from './store.js';

// Zones that make trouble: an offset with seconds in it (Monrovia until 1972, Amsterdam until 1937 by its rules), of a quarter
// of an hour, beyond twelve hours, and with an hour that is left out or there twice.
const zones = [
  'Africa/Monrovia',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'America/New_York',
  'Australia/Lord_Howe',
  'UTC',
];

const instants = [
  '1970-01-01T00:00:00.000Z',
  '1971-06-15T12:34:56.789Z',
  '2026-03-08T07:30:00.123Z',
  '2026-11-01T05:30:00.999Z',
  '2100-12-31T23:59:59.999Z',
].map((text) => new Date(text));

describe('instants, wherever the process runs', () => {
  const store = useStore();
  const zone = process.env['TZ'];

  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  for (const name of zones) {
    it(`come back to the millisecond, and are found by a range: ${name}`, async () => {
      process.env['TZ'] = name;
      const owner = await store.users.create(newUser());
      for (const at of instants) {
        const { id } = await store.images.create(newImage(owner, { createdAt: at, captured: { at, offset: null } }));
        const image = await store.images.get(id);
        expect(image.createdAt.toISOString()).to.equal(at.toISOString());
        expect(image.captured?.at.toISOString()).to.equal(at.toISOString());

        const within = { from: at, to: new Date(at.getTime() + 1) };
        const found = await store.images.list({ where: { captured: within, created: within } });
        expect(found.items.map((item) => item.id)).to.deep.equal([id]);
      }
    });
  }

  it('written in one zone are read in another', async () => {
    process.env['TZ'] = 'Africa/Monrovia';
    const { id } = await store.users.create({ ...newUser(), createdAt: new Date(0) });
    process.env['TZ'] = 'Asia/Kathmandu';
    expect((await store.users.get(id)).createdAt.getTime()).to.equal(0);
  });
});
