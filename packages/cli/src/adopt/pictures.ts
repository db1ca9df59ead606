import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { InvalidError, type ImageId } from '@janus/core';
import { analysisKind, check, instant as instantRule, json as jsonRule, newImage } from '@janus/core/adapter';
import { newImageValues, wordRows } from '@janus/knex/tables';
import { origin, prototypeOf, required, withPrototype, type Adoption } from './adoption.js';
import { instant, json, jsonOrText, NOT_JSON, number, reference, text, type OldRow } from './cells.js';

/** PNG’s colour types and Pillow’s modes, as @janus/ingest names them. */
const COLOUR_TYPES: Readonly<Record<string, string>> = {
  '0': 'grayscale',
  '2': 'rgb',
  '3': 'palette',
  '4': 'grayscale-alpha',
  '6': 'rgba',
  L: 'grayscale',
  LA: 'grayscale-alpha',
  P: 'palette',
  RGB: 'rgb',
  RGBA: 'rgba',
  CMYK: 'cmyk',
  LAB: 'lab',
};

/** PNG has one compression method, and calls it 0. */
const COMPRESSIONS: Readonly<Record<string, string>> = { '0': 'deflate' };

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.bmp': 'image/bmp',
  '.avif': 'image/avif',
  '.heic': 'image/heic',
  '.heif': 'image/heif',
  '.svg': 'image/svg+xml',
};
const ANY_BYTES = 'application/octet-stream';

function named(names: Readonly<Record<string, string>>, value: string | null): string | null {
  if (value === null) return null;
  return Object.hasOwn(names, value) ? (names[value] ?? value) : value;
}

/** In place of the digest of a file that is not there: of the row, so that no two rows have one, and the same on every run. */
const digestOf = (source: string, { id }: OldRow): string =>
  createHash('sha256')
    .update(JSON.stringify([source, 'an image without its file', String(id)]))
    .digest('hex');

export const images: Adoption = {
  table: 'images',
  times: ['created_at'],
  marks: ({ id }) => [{ table: 'images', id }],
  async make(row, { id, at, known }, around) {
    const old = reference(row, 'user_id');
    const ownerId = old === null ? await around.owner() : around.user(old, 'user_id');
    const filename = required(text(row, 'filename'), 'filename');
    const own = json(row, 'image_metadata');
    if (own === NOT_JSON) throw new InvalidError('image_metadata', 'format', 'JSON');
    const file = await around.file(filename);
    const extension = named(MIME_TYPES, extname(filename).toLowerCase());
    const mimeType = file?.mimeType ?? (extension?.includes('/') ? extension : ANY_BYTES);
    const unknown = [
      ...(file ? [] : ['sha256', 'byteSize']),
      ...(mimeType === ANY_BYTES ? ['mimeType'] : []),
      ...(known ? [] : ['createdAt']),
    ];
    const values = check(newImage, {
      ownerId,
      filename,
      mimeType,
      byteSize: file?.byteSize ?? 0,
      sha256: file?.sha256 ?? digestOf(around.source, row),
      perceptualHash: file?.perceptualHash ?? null,
      captured: file?.captured ?? null,
      location: file?.location ?? null,
      width: number(row, 'width') ?? required(file?.width ?? null, 'width'),
      height: number(row, 'height') ?? required(file?.height ?? null, 'height'),
      bitDepth: number(row, 'bit_depth') ?? file?.bitDepth ?? null,
      colorType: named(COLOUR_TYPES, text(row, 'color_type')) ?? file?.colorType ?? null,
      compression: named(COMPRESSIONS, text(row, 'compression_method')) ?? file?.compression ?? null,
      status: 'ready',
      metadata: withPrototype(own, prototypeOf(around, 'images', row, unknown.length > 0 ? { unknown } : {})),
    });
    const image = { ...values, id: id as ImageId, createdAt: at };
    const updatedAt = check(instantRule, instant(row, 'updated_at') ?? at, 'updated_at');
    return [
      { table: 'images', row: { ...newImageValues(around.database, image), updated_at: updatedAt } },
      ...wordRows(around.database, image).map((words) => ({ table: 'image_words', row: words })),
    ];
  },
};

export const analyses: Adoption = {
  table: 'image_analysis',
  times: ['created_at'],
  marks: (_, log) => [{ table: 'logs', id: log }],
  make(row, { at, known }, around) {
    const image = around.image(required(reference(row, 'image_id'), 'image_id'), 'image_id');
    const { dialect } = around.database;
    // The prototype kept any number of one image; Janus keeps one of each kind.
    const kind = check(analysisKind, `prototype ${row.id}`);
    return [
      {
        table: 'image_analyses',
        row: {
          image_id: dialect.idValue(image),
          kind,
          result: JSON.stringify(check(jsonRule, jsonOrText(row, 'analysis_results') ?? null, 'analysis_results')),
          created_at: at,
          updated_at: check(instantRule, instant(row, 'updated_at') ?? at, 'updated_at'),
        },
      },
      origin(around, 'image_analysis', row, at, {
        imageId: image,
        more: { kind, ...(!known && { unknown: ['createdAt'] }) },
      }),
    ];
  },
};
