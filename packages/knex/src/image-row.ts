import type { Capture, Image, ImageAnalysis, ImageChanges, ImageStatus, Location, PerceptualHash } from '@janus/core';
import type { newImage } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { id, instant, json, jsonObject, nullable, number, text } from './columns.js';
import type { Database } from './database.js';
import { SEPARATOR, type Row } from './dialects/dialect.js';
import { dueSince } from './image-queue-row.js';

const COLUMNS = `
  id owner_id filename title mime_type byte_size width height bit_depth color_type compression sha256 perceptual_hash status
  captured_at captured_offset latitude longitude metadata version created_at updated_at deleted_at
`
  .trim()
  .split(/\s+/)
  .map((column) => `images.${column}`);

/** An image to be created, as core's rules make it, with its id and instant. */
export type CheckedImage = ReturnType<(typeof newImage)['parse']> & {
  readonly id: Image['id'];
  readonly createdAt: Date;
};

/** The columns of an image, and the names of its tags as one more: what `toImage` reads. */
export function imageColumns({ knex, dialect }: Database): (string | Knex.Raw)[] {
  return [
    ...COLUMNS,
    knex.raw(
      `(select ${dialect.joined('tags.name')} from image_tags ${dialect.lookUp('tags', 'tags.id = image_tags.tag_id')}
        where image_tags.image_id = images.id) as tags`,
    ),
  ];
}

/** UTF-8 bytes sort as code points do, and as JavaScript's own order of UTF-16 code units does not. */
export const byCodePoint = (a: string, b: string): number =>
  isAscii(a) && isAscii(b) ? (a < b ? -1 : Number(a > b)) : Buffer.compare(Buffer.from(a), Buffer.from(b));

// eslint-disable-next-line no-control-regex -- all of it
const isAscii = (value: string) => /^[\x00-\x7f]*$/.test(value);

/** The names of an image's tags, in their order. */
export const inOrder = (names: readonly string[]): readonly string[] =>
  names.every(isAscii) ? sortAscii([...names]) : names.toSorted(byCodePoint);

/** Sorts a few by insertion, for which JavaScript's own sort takes as long as to parse them. */
function sortAscii(names: string[]): readonly string[] {
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string;
    let at = index;
    for (; at > 0 && (names[at - 1] as string) > name; at -= 1) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}

export function toImage(row: Row): Image {
  return {
    id: id(row['id']),
    ownerId: id(row['owner_id']),
    filename: text(row['filename']),
    title: nullable(row['title'], text),
    mimeType: text(row['mime_type']),
    byteSize: number(row['byte_size']),
    width: number(row['width']),
    height: number(row['height']),
    bitDepth: nullable(row['bit_depth'], number),
    colorType: nullable(row['color_type'], text),
    compression: nullable(row['compression'], text),
    sha256: text(row['sha256']),
    perceptualHash: nullable(row['perceptual_hash'], text),
    status: text(row['status']) as ImageStatus,
    captured: nullable(row['captured_at'], (at): Capture => ({
      at: instant(at),
      offset: nullable(row['captured_offset'], number),
    })),
    location: nullable(row['latitude'], (latitude): Location => ({
      latitude: number(latitude),
      longitude: number(row['longitude']),
    })),
    metadata: jsonObject(row['metadata']),
    tags: tagNames(row['tags']),
    version: number(row['version']),
    createdAt: instant(row['created_at']),
    updatedAt: instant(row['updated_at']),
    deletedAt: nullable(row['deleted_at'], instant),
  };
}

function tagNames(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const joined = text(value);
  const names = joined.split(SEPARATOR);
  // Those of a text that is ASCII are so, too: looked at once, and not each as `inOrder` does.
  return isAscii(joined) ? sortAscii(names) : inOrder(names);
}

const hashValues = (hash: PerceptualHash | null) => ({
  perceptual_hash: hash,
  perceptual_hash_0: hash && hashPart(hash, 0),
  perceptual_hash_1: hash && hashPart(hash, 1),
  perceptual_hash_2: hash && hashPart(hash, 2),
  perceptual_hash_3: hash && hashPart(hash, 3),
});

/** The columns of each field that changes. */
const COLUMNS_OF: {
  readonly [Field in keyof ImageChanges]-?: (value: Exclude<ImageChanges[Field], undefined>) => Row;
} = {
  filename: (filename) => ({ filename }),
  title: (title) => ({ title }),
  mimeType: (mime_type) => ({ mime_type }),
  width: (width) => ({ width }),
  height: (height) => ({ height }),
  bitDepth: (bit_depth) => ({ bit_depth }),
  colorType: (color_type) => ({ color_type }),
  compression: (compression) => ({ compression }),
  perceptualHash: hashValues,
  status: (status) => ({ status }),
  captured: (captured) => ({ captured_at: captured?.at ?? null, captured_offset: captured?.offset ?? null }),
  location: (location) => ({ latitude: location?.latitude ?? null, longitude: location?.longitude ?? null }),
  metadata: (metadata) => ({ metadata: JSON.stringify(metadata) }),
};

/** The columns for those fields of an image that are given. */
export function imageValues(fields: ImageChanges): Row {
  const values: Row = {};
  for (const [field, value] of Object.entries(fields)) {
    const columns = COLUMNS_OF[field as keyof ImageChanges] as (given: unknown) => Row;
    if (value !== undefined) Object.assign(values, columns(value));
  }
  return values;
}

/** The columns for an image that is new. */
export const newImageValues = ({ dialect }: Database, image: CheckedImage): Row => ({
  id: dialect.idValue(image.id),
  owner_id: dialect.idValue(image.ownerId),
  filename: image.filename,
  title: image.title,
  mime_type: image.mimeType,
  byte_size: image.byteSize,
  width: image.width,
  height: image.height,
  bit_depth: image.bitDepth,
  color_type: image.colorType,
  compression: image.compression,
  sha256: image.sha256,
  perceptual_hash: image.perceptualHash,
  perceptual_hash_0: image.perceptualHash && hashPart(image.perceptualHash, 0),
  perceptual_hash_1: image.perceptualHash && hashPart(image.perceptualHash, 1),
  perceptual_hash_2: image.perceptualHash && hashPart(image.perceptualHash, 2),
  perceptual_hash_3: image.perceptualHash && hashPart(image.perceptualHash, 3),
  status: image.status,
  due_at: image.status === 'pending' ? dueSince(image.createdAt) : null,
  captured_at: image.captured?.at ?? null,
  captured_offset: image.captured?.offset ?? null,
  latitude: image.location?.latitude ?? null,
  longitude: image.location?.longitude ?? null,
  metadata: JSON.stringify(image.metadata),
  version: 1,
  created_at: image.createdAt,
  updated_at: image.createdAt,
  deleted_at: null,
});

/** One of the four parts of 16 bits that a perceptual hash is looked up by. */
export const hashPart = (hash: string, part: number): number => parseInt(hash.slice(part * 4, part * 4 + 4), 16);

export function toAnalysis(row: Row): ImageAnalysis {
  return {
    imageId: id(row['image_id']),
    kind: text(row['kind']),
    result: json(row['result']),
    createdAt: instant(row['created_at']),
    updatedAt: instant(row['updated_at']),
  };
}
