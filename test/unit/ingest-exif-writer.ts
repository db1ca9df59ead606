import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImage, type ImageFile } from '@janus/ingest';
import sharp from 'sharp';

export type Entry = readonly [tag: number, type: number, data: Buffer];

export const ascii = (tag: number, value: string | Buffer): Entry => [
  tag,
  2,
  Buffer.concat([Buffer.from(value), Buffer.of(0)]),
];
export const wide = (tag: number, value: string): Entry => [tag, 1, Buffer.from(`${value}\0`, 'utf16le')];
export const long = (tag: number, ...values: readonly number[]): Entry => [
  tag,
  4,
  Buffer.from(Uint32Array.from(values).buffer),
];
export const shorts = (tag: number, ...values: readonly number[]): Entry => [
  tag,
  3,
  Buffer.from(Uint16Array.from(values).buffer),
];
export const rationals = (tag: number, ...values: readonly number[]): Entry => [tag, 5, long(tag, ...values)[2]];
const SIZE: Readonly<Record<number, number>> = { 3: 2, 4: 4, 5: 8, 9: 4 };

/** A directory at an offset, with the values that do not fit into its entries behind it. Little-endian. */
function directory(entries: readonly Entry[], offset: number): Buffer {
  const table = Buffer.alloc(2 + entries.length * 12 + 4);
  const values: Buffer[] = [];
  let end = offset + table.length;
  table.writeUInt16LE(entries.length, 0);
  for (const [i, [tag, type, data]] of entries.entries()) {
    const at = 2 + i * 12;
    table.writeUInt16LE(tag, at);
    table.writeUInt16LE(type, at + 2);
    table.writeUInt32LE(data.length / (SIZE[type] ?? 1), at + 4);
    if (data.length <= 4) {
      data.copy(table, at + 8);
    } else {
      table.writeUInt32LE(end, at + 8);
      values.push(data);
      end += data.length;
    }
  }
  return Buffer.concat([table, ...values]);
}

export interface Written {
  readonly image?: readonly Entry[];
  readonly exif?: readonly Entry[];
  readonly gps?: readonly Entry[];
}

/** A TIFF structure. Its pointers to the other two directories are made, where `image` has none. */
export function exif({ image = [], exif: camera = [], gps = [] }: Written): Buffer {
  const isGiven = (tag: number) => image.some(([given]) => given === tag);
  const pointers = (a: number, b: number) => [long(0x8769, a), long(0x8825, b)].filter(([tag]) => !isGiven(tag));
  const withPointers = (a: number, b: number) => directory([...image, ...pointers(a, b)], 8);
  const cameraAt = 8 + withPointers(0, 0).length;
  const cameraPart = directory(camera, cameraAt);
  const gpsAt = cameraAt + cameraPart.length;
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  return Buffer.concat([header, withPointers(cameraAt, gpsAt), cameraPart, directory(gps, gpsAt)]);
}

/** IPTC's datasets of record 2, among Photoshop's resources. */
export function iptc(...fields: readonly (readonly [dataset: number, text: string | Buffer])[]): Buffer {
  const datasets = fields.map(([dataset, written]) => {
    const text = Buffer.from(written);
    const head = Buffer.of(0x1c, 2, dataset, 0, 0);
    head.writeUInt16BE(text.length, 3);
    return Buffer.concat([head, text]);
  });
  const body = Buffer.concat(datasets);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  return segment(0xed, 'Photoshop 3.0\0', Buffer.concat([Buffer.from('8BIM\x04\x04\0\0', 'latin1'), size, body]));
}

export const xmp = (properties: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">${properties}</rdf:Description>
  </rdf:RDF></x:xmpmeta>`;

/** A segment of a JPEG file. */
export function segment(marker: number, prefix: string, body: Buffer): Buffer {
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(2 + prefix.length + body.length, 2);
  return Buffer.concat([head, Buffer.from(prefix, 'latin1'), body]);
}
export const exifSegment = (bytes: Buffer): Buffer => segment(0xe1, 'Exif\0\0', bytes);
export const xmpSegment = (packet: string): Buffer =>
  segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', Buffer.from(packet));

/** A folder for a suite's files, and ways to read a photograph in which something is written. */
export function photographs() {
  let folder: string;
  let jpeg: Buffer;
  const path = (name = 'photo.jpg') => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'janus-exif-'));
    jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
  });
  after(() => rm(folder, { recursive: true }));

  const readSegments = async (...segments: readonly Buffer[]): Promise<ImageFile> => {
    await writeFile(path(), Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]));
    return readImage(path());
  };
  const read = (written: Written) => readSegments(exifSegment(exif(written)));
  return { path, readSegments, read };
}
