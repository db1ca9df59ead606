import { FIRST_INSTANT, LAST_INSTANT, type JsonObject, type NewImage } from '@janus/core';
import { subjects } from './subjects.js';

const ABSENT = {
  title: null,
  bitDepth: null,
  colorType: null,
  compression: null,
  perceptualHash: null,
  captured: null,
  location: null,
  metadata: {},
  tags: [],
} satisfies Partial<NewImage>;

const nested = (depth: number): JsonObject => (depth === 0 ? {} : { in: nested(depth - 1) });

const LONG_TAG = 'a tag as long as tags can be '.repeat(4).slice(0, 99) + '!';

/** Tags that no image needs to have. */
export const oddTags: readonly string[] = ['on no image yet', LONG_TAG, '👩‍🚀🇺🇳', 'שלום עולם', "it's 100 % \\ _", 'é̂́'];

/** What is unusual, yet allowed: each makes something of an ordinary image. */
export const oddities: readonly Partial<NewImage>[] = [
  // An instant that an id can hardly carry, at either end. The last one lies in the trash, or it would head every list.
  { createdAt: FIRST_INSTANT, filename: 'first.jpg', title: 'Imported from the first millisecond', status: 'ready' },
  { createdAt: LAST_INSTANT, filename: 'last.jpg', title: 'Imported from the last millisecond', status: 'ready' },
  { ...ABSENT, filename: 'a' },
  { ...ABSENT, filename: 'failed.jpg', status: 'failed', byteSize: 0, width: 1, height: 1 },
  { filename: '名'.repeat(251) + '.jpg', title: 'x'.repeat(500), tags: [LONG_TAG] },
  { filename: '🏔️🎑'.repeat(51), title: '👩‍🚀'.repeat(166) + '🇺🇳', tags: ['👩‍🚀🇺🇳'] },
  { filename: 'شاطئ البحر.jpg', title: '\u202bصورة قديمة (1987) من الأرشيف\u202c', tags: ['שלום עולם', 'بحر'] },
  {
    filename: 'e\u0301te\u0301.jpg',
    title: 'Decomposed: e\u0301te\u0301, A\u030angstro\u0308m, Z\u0351\u036b\u0343a\u0323\u0300l',
    tags: ['é̂́'],
  },
  { filename: '\u00e9t\u00e9.jpg', title: 'Composed: \u00e9t\u00e9, \u00c5ngstr\u00f6m, \ufb01ne, \u017fharp \u00df' },
  { filename: 'it\'s 100 % "fine"; -- \\ _.jpg', title: 'Line one\nline two\ttab', tags: ["it's 100 % \\ _"] },
  { filename: 'trailing space.jpg ', title: ' spaces all around ' },
  { filename: 'IMG_0001.JPG', title: 'Upper case, and the same name as another' },
  { filename: 'IMG_0001.JPG', title: 'upper case, and the same name as another' },
  {
    filename: 'huge.tif',
    mimeType: 'image/tiff',
    // More than 32 bits hold.
    byteSize: 5_000_000_000,
    width: 1_000_000,
    height: 1_000_000,
  },
  {
    filename: 'depth.jxl',
    mimeType: 'image/jxl',
    bitDepth: 64,
    colorType: 'c'.repeat(50),
    compression: 'z'.repeat(50),
  },
  { filename: 'unknown.bin', mimeType: `application/${'x-'.repeat(57)}y`, bitDepth: 1 },
  { captured: { at: FIRST_INSTANT, offset: 0 }, title: 'A camera whose clock was never set' },
  { captured: { at: LAST_INSTANT, offset: null }, title: 'A camera whose clock is far ahead' },
  {
    captured: { at: new Date('2024-12-31T18:15:00.000Z'), offset: 345 },
    title: 'New Year in Nepal, a year early in UTC',
  },
  { captured: { at: new Date('2025-02-28T23:59:59.999Z'), offset: -570 }, title: 'Marquesas, half an hour apart' },
  { captured: { at: new Date('2025-03-30T01:30:00.123Z'), offset: 1080 }, title: 'The furthest offset east' },
  { captured: { at: new Date('2025-10-26T00:30:00.001Z'), offset: -1080 }, title: 'The furthest offset west' },
  { location: { latitude: -90, longitude: 180 }, title: 'South Pole' },
  { location: { latitude: 90, longitude: -180 }, title: 'North Pole' },
  { location: { latitude: 0, longitude: 0 }, title: 'Null Island' },
  { location: { latitude: -16.80003333, longitude: -179.99999999 }, title: 'A step east of the date line' },
  { perceptualHash: '0000000000000000', title: 'A dark room' },
  { perceptualHash: 'ffffffffffffffff', title: 'A bright room' },
  { metadata: nested(20), title: 'Metadata as deep as it goes' },
  {
    metadata: {
      '': 'an empty key',
      '10': 'ten',
      '9': 'nine',
      'ключ 🔑': ['ü', null, true, { a: [] }],
      tiny: 1e-7,
      large: 1.5e300,
      whole: Number.MAX_SAFE_INTEGER,
      tenth: 0.1,
      quote: '"\\\u0001\u2028',
      description: 'Words of a person. '.repeat(1_000),
    },
    title: 'Metadata of every kind',
  },
  { sha256: '0'.repeat(64), title: 'A file that two people have' },
  { sha256: '0'.repeat(64), title: 'A file that somebody else has, too' },
  { tags: [...new Set(subjects.flatMap(({ tags }) => tags))].slice(0, 100), title: 'Tagged with everything' },
];
