import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { ascii, photographs, rationals, type Entry, type Written } from './ingest-exif-writer.js';

const taken = (clock: string, ...more: readonly Entry[]): Written => ({ exif: [ascii(0x9003, clock), ...more] });
const at = (latitude: readonly number[], north: string, longitude: readonly number[], east: string): Written => ({
  gps: [ascii(1, north), rationals(2, ...latitude), ascii(3, east), rationals(4, ...longitude)],
});

describe('what a camera wrote into a file', () => {
  const { path, read } = photographs();

  describe('the instant', () => {
    const instants: readonly [string, Written, string | null, number | null][] = [
      ['is read as UTC where the offset is unknown', taken('2024:02:29 23:59:58'), '2024-02-29T23:59:58.000Z', null],
      ['has its offset', taken('2024:07:01 00:30:00', ascii(0x9011, '+05:45')), '2024-06-30T18:45:00.000Z', 345],
      [
        'has an offset to the west',
        taken('2024:07:01 12:00:00', ascii(0x9011, '-03:30')),
        '2024-07-01T15:30:00.000Z',
        -210,
      ],
      [
        'passes over an offset that is none',
        taken('2024:07:01 12:00:00', ascii(0x9011, '   :  ')),
        '2024-07-01T12:00:00.000Z',
        null,
      ],
      ['has tenths of a second', taken('2024:07:01 12:00:00', ascii(0x9291, '5')), '2024-07-01T12:00:00.500Z', null],
      [
        'has no more than milliseconds',
        taken('2024:07:01 12:00:00', ascii(0x9291, '123987')),
        '2024-07-01T12:00:00.123Z',
        null,
      ],
      ['is read with dashes, too', taken('2024-07-01 12:00:00'), '2024-07-01T12:00:00.000Z', null],
    ];
    for (const [title, written, instant, offset] of instants) {
      it(title, async () => {
        const { captured } = await read(written);
        expect(captured && [captured.at.toISOString(), captured.offset]).to.deep.equal([instant, offset]);
      });
    }

    for (const clock of [
      '0000:00:00 00:00:00',
      '    :  :     :  :  ',
      '2023:02:29 12:00:00',
      '2024:01:01 25:00:00',
      '1969:12:31 23:59:59',
      '2101:01:01 00:00:00',
      'yesterday',
    ]) {
      it(`is unknown where the clock says ${clock}`, async () =>
        expect(await read(taken(clock))).to.have.property('captured', null));
    }

    it('is unknown where its offset puts it before 1970', async () => {
      expect(await read(taken('1970:01:01 00:30:00', ascii(0x9011, '+01:00')))).to.have.property('captured', null);
    });

    it('does not depend on the time zone of the process', async () => {
      await read(taken('2024:03:31 02:30:00'));
      const script = `const { readImage } = await import('@janus/ingest');
        console.log((await readImage(process.argv[1])).captured.at.toISOString());`;
      const answers = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'].map(
        (TZ) =>
          spawnSync(process.execPath, ['--input-type=module', '--eval', script, path()], {
            cwd: import.meta.dirname,
            env: { ...process.env, TZ },
            encoding: 'utf8',
          }).stdout,
      );
      expect(answers).to.deep.equal(Array(4).fill('2024-03-31T02:30:00.000Z\n'));
    });
  });

  describe('the place', () => {
    it('is in degrees, negative to the south and the west', async () => {
      const { location } = await read(at([33, 1, 51, 1, 3168, 100], 'S', [70, 1, 30, 1, 0, 1], 'W'));
      expect(location).to.deep.equal({ latitude: -33.8588, longitude: -70.5 });
    });

    const nowhere: readonly [string, Written][] = [
      ['it is zero by zero', at([0, 1, 0, 1, 0, 1], 'N', [0, 1, 0, 1, 0, 1], 'E')],
      ['it is beyond the pole', at([91, 1], 'N', [0, 1], 'E')],
      ['its fractions have no denominators', at([0, 0, 0, 0, 0, 0], 'N', [0, 0, 0, 0, 0, 0], 'E')],
      ['its hemisphere is missing', at([48, 1], '', [11, 1], '')],
    ];
    for (const [title, written] of nowhere) {
      it(`is unknown where ${title}`, async () => expect((await read(written)).location).to.equal(null));
    }

    it('has a height below the sea', async () => {
      const { metadata } = await read({ gps: [[5, 1, Buffer.of(1)], rationals(6, 430, 1)] });
      expect(metadata).to.have.property('altitude', -430);
    });
  });
});
