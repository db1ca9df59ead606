import { FIRST_INSTANT, LAST_INSTANT, type Capture, type Location } from '@janus/core';
import type { Tags } from './tags.js';
import { cut } from './text.js';

const MINUTE = 60_000;

/** When the picture was taken: EXIF's DateTimeOriginal, its fraction of a second, and its offset. */
export function captured(tags: Tags): Capture | null {
  const clock = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(tags.text('DateTimeOriginal') ?? '');
  if (!clock) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = clock.slice(1).map(Number);
  const [fraction = ''] = /^\d*/.exec(tags.text('SubSecTimeOriginal') ?? '') ?? [];
  const read = new Date(
    Date.UTC(year, month - 1, day, hour, minute, second, Number(fraction.padEnd(3, '0').slice(0, 3))),
  );
  // Date.UTC turns 30 February into 1 March, and the year 0 into 1900.
  if (read.toISOString().slice(0, 19) !== clock.slice(1, 4).join('-') + 'T' + clock.slice(4).join(':')) return null;
  const offset = offsetOf(tags.text('OffsetTimeOriginal') ?? '');
  const at = new Date(read.getTime() - (offset ?? 0) * MINUTE);
  return at >= FIRST_INSTANT && at <= LAST_INSTANT ? { at, offset } : null;
}

function offsetOf(written: string): number | null {
  if (written === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(written) ?? [];
  const offset = Number(hours) * 60 + Number(minutes);
  if (!(offset <= 18 * 60)) return null;
  return sign === '-' && offset > 0 ? -offset : offset;
}

/** Where it was taken, to a millimetre. Zero degrees by zero degrees is what receivers write before they know. */
export function location(tags: Tags): Location | null {
  const latitude = degrees(tags.numbers('GPSLatitude'), tags.text('GPSLatitudeRef'), 'N', 'S');
  const longitude = degrees(tags.numbers('GPSLongitude'), tags.text('GPSLongitudeRef'), 'E', 'W');
  const known = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
  return known ? { latitude, longitude } : null;
}

/** NaN, unless the degrees and the hemisphere are there. */
function degrees(parts: readonly number[], hemisphere: string | null, positive: string, negative: string): number {
  const [whole = NaN, minutes = 0, seconds = 0] = parts;
  const value = Math.round((whole + minutes / 60 + seconds / 3600) * 1e8) / 1e8;
  const letter = hemisphere?.at(0)?.toUpperCase();
  if (letter === positive) return value;
  return letter === negative ? 0 - value : NaN;
}

/** In metres above the sea, or below. Writers that know no sign store a depth as some 4,294,967 kilometres. */
export function altitude(tags: Tags): number | null {
  const value = tags.number('GPSAltitude');
  if (value === null || Math.abs(value) > 100_000) return null;
  return tags.number('GPSAltitudeRef') === 1 ? 0 - value : value;
}

const NAME = 200;
const name = (value: string | null) => value && cut(value, NAME);

/** Zero and less is how cameras write that they do not know. */
const positive = (value: number | null) => (value !== null && value > 0 ? value : null);

export const camera = (tags: Tags) => ({
  make: name(tags.text('Make')),
  model: name(tags.text('Model')),
  lens: name(tags.text('LensModel')),
});

export function exposure(tags: Tags) {
  const flash = tags.number('Flash');
  return {
    time: positive(tags.number('ExposureTime')),
    aperture: positive(tags.number('FNumber')),
    iso: positive(tags.number('ISOSpeedRatings')),
    bias: tags.number('ExposureBiasValue'),
    focalLength: positive(tags.number('FocalLength')),
    focalLength35mm: positive(tags.number('FocalLengthIn35mmFilm')),
    flash: flash === null ? null : flash % 2 === 1,
  };
}

export const credits = (tags: Tags) => ({
  software: name(tags.text('Software')),
  artist: name(tags.text('Artist')),
  copyright: name(tags.text('Copyright')),
});
