import {
  newId,
  type Image,
  type ImageId,
  type JsonObject,
  type JsonValue,
  type NewImage,
  type User,
  type UserId,
} from '@janus/core';
import { words } from '@janus/core/adapter';

const READ_COLUMNS = `
  id owner_id filename title mime_type byte_size width height bit_depth color_type compression sha256 perceptual_hash status
  captured_at captured_offset latitude longitude metadata version created_at updated_at deleted_at
`
  .trim()
  .split(/\s+/);

/** What is read of an image, beside its tags. */
export const IMAGE_FIELDS = READ_COLUMNS.map((column) => `images.${column}`);

/** What is written, in the order of `imageValues`. */
export const IMAGE_COLUMNS = [...READ_COLUMNS, ...[0, 1, 2, 3].map((part) => `perceptual_hash_${part}`), 'due_at'];

/** A row as a driver hands it over; what differs between them is told by the codec. */
export interface ImageRow<Stored> {
  readonly id: Stored;
  readonly owner_id: Stored;
  readonly filename: string;
  readonly title: string | null;
  readonly mime_type: string;
  readonly byte_size: number | string;
  readonly width: number;
  readonly height: number;
  readonly bit_depth: number | null;
  readonly color_type: string | null;
  readonly compression: string | null;
  readonly sha256: string;
  readonly perceptual_hash: string | null;
  readonly status: Image['status'];
  readonly captured_at: Date | number | null;
  readonly captured_offset: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly metadata: JsonValue;
  readonly version: number;
  readonly created_at: Date | number;
  readonly updated_at: Date | number;
  readonly deleted_at: Date | number | null;
  readonly tags: JsonValue;
}

export interface OwnerRow<Stored> {
  readonly user_id: Stored;
  readonly user_email: string;
  readonly user_username: string;
  readonly user_created_at: Date | number;
  readonly user_updated_at: Date | number;
}

/** How one driver takes and gives what they differ in. */
export interface Codec<Stored> {
  readonly idFrom: (stored: Stored) => string;
  readonly idTo: (id: string) => Stored;
  readonly instantFrom: (stored: Date | number) => Date;
  readonly instantTo: (instant: Date) => Date | number | string;
  readonly jsonFrom: (stored: JsonValue) => JsonValue;
}

export function imageFrom<Stored>(codec: Codec<Stored>, row: ImageRow<Stored>): Image {
  const { idFrom, instantFrom, jsonFrom } = codec;
  // Of names without characters beyond U+FFFF, which are all there are here, this is the order of code points.
  const tags = row.tags === null ? [] : (jsonFrom(row.tags) as string[]).toSorted();
  return {
    id: idFrom(row.id) as ImageId,
    ownerId: idFrom(row.owner_id) as UserId,
    filename: row.filename,
    title: row.title,
    mimeType: row.mime_type,
    byteSize: Number(row.byte_size),
    width: row.width,
    height: row.height,
    bitDepth: row.bit_depth,
    colorType: row.color_type,
    compression: row.compression,
    sha256: row.sha256,
    perceptualHash: row.perceptual_hash,
    status: row.status,
    captured: row.captured_at === null ? null : { at: instantFrom(row.captured_at), offset: row.captured_offset },
    location:
      row.latitude === null || row.longitude === null ? null : { latitude: row.latitude, longitude: row.longitude },
    metadata: jsonFrom(row.metadata) as JsonObject,
    tags,
    version: row.version,
    createdAt: instantFrom(row.created_at),
    updatedAt: instantFrom(row.updated_at),
    deletedAt: row.deleted_at === null ? null : instantFrom(row.deleted_at),
  };
}

export const ownerFrom = <Stored>({ idFrom, instantFrom }: Codec<Stored>, row: OwnerRow<Stored>): User => ({
  id: idFrom(row.user_id) as UserId,
  email: row.user_email,
  username: row.user_username,
  createdAt: instantFrom(row.user_created_at),
  updatedAt: instantFrom(row.user_updated_at),
});

/** The image that a new one becomes. */
export function imageOf(image: NewImage): Image {
  const id = image.id ?? newId<'image'>(image.createdAt);
  const createdAt = image.createdAt ?? new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  return {
    id,
    ownerId: image.ownerId,
    filename: image.filename,
    title: image.title ?? null,
    mimeType: image.mimeType,
    byteSize: image.byteSize,
    width: image.width,
    height: image.height,
    bitDepth: image.bitDepth ?? null,
    colorType: image.colorType ?? null,
    compression: image.compression ?? null,
    sha256: image.sha256,
    perceptualHash: image.perceptualHash ?? null,
    status: image.status ?? 'pending',
    captured: image.captured ?? null,
    location: image.location ?? null,
    metadata: image.metadata ?? {},
    tags: image.tags ? image.tags.toSorted() : [],
    version: 1,
    createdAt,
    updatedAt: createdAt,
    deletedAt: null,
  };
}

export type Value = string | number | Date | Buffer | null;

export function imageValues<Stored extends Value>({ idTo, instantTo }: Codec<Stored>, image: Image): Value[] {
  const { captured, location, perceptualHash: hash } = image;
  return [
    idTo(image.id),
    idTo(image.ownerId),
    image.filename,
    image.title,
    image.mimeType,
    image.byteSize,
    image.width,
    image.height,
    image.bitDepth,
    image.colorType,
    image.compression,
    image.sha256,
    hash,
    image.status,
    captured && instantTo(captured.at),
    captured && captured.offset,
    location && location.latitude,
    location && location.longitude,
    JSON.stringify(image.metadata),
    image.version,
    instantTo(image.createdAt),
    instantTo(image.updatedAt),
    image.deletedAt && instantTo(image.deletedAt),
    hash && parseInt(hash.slice(0, 4), 16),
    hash && parseInt(hash.slice(4, 8), 16),
    hash && parseInt(hash.slice(8, 12), 16),
    hash && parseInt(hash.slice(12, 16), 16),
    image.status === 'pending' ? instantTo(image.createdAt) : null,
  ];
}

/** The words that an image is found by: whoever writes it derives them, with the very same rules. */
export const wordsOf = ({ filename, title }: Image): readonly string[] => words(filename, title);
