import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Image, JsonObject, JsonValue } from '@janus/core';
import sharp, { type Metadata } from 'sharp';
import { bitDepth, colorType, compression, FORMATS, isTakenIn } from './format.js';
import { keywords } from './keywords.js';
import { perceptualHash } from './perceptual-hash.js';
import { altitude, camera, captured, credits, exposure, location } from './photograph.js';
import { readTags, type Tags } from './tags.js';
import { cut } from './text.js';
import { captions } from './title.js';
import { UnreadableImageError } from './unreadable-image-error.js';

/**
 * What a file says: all that `images.create` takes but for the owner, as core accepts it.
 *
 * - `filename` is the path's last part. Put your own in where an upload was stored under another: `{ ...file, filename }`.
 * - `width` and `height` are as the picture is seen, turned as its EXIF says. Of an animation, or of several pages, the
 *   first is looked at.
 * - `bitDepth`: of a channel; of a palette, of its indices.
 * - `colorType`: `grayscale`, `grayscale-alpha`, `rgb`, `rgba`, `palette`, `cmyk`, `lab`, or null.
 * - `compression`: `jpeg`, `deflate` (PNG), `lzw` (GIF), `webp`, `av1`, `hevc`; of a TIFF also `none`, `ccitt`, `packbits`,
 *   `lzma`, `zstd`, or null.
 * - `title`: what a person wrote, as far as that can be told; what cameras fill in by themselves is left out.
 * - `captured` and `location` are null where the file has none that can be true.
 * - `perceptualHash` is null for a picture of one colour, and for one that cannot be decoded (HEIC).
 * - `metadata`, each where it is known: `description` (where it is not the title; up to 2,000 characters), `camera` (`make`,
 *   `model`, `lens`), `exposure` (`time` in seconds, `aperture` as its f-number, `iso`, `bias` in EV, `focalLength` and
 *   `focalLength35mm` in millimetres, `flash`: whether it fired), `orientation` (1 to 8, as EXIF counts), `density` (pixels
 *   per inch), `pages`, `altitude` (metres above the sea), `software`, `artist`, `copyright` (up to 200 characters each).
 * - `tags`: keywords, of IPTC, XMP or Windows, as far as they are tags; up to 100.
 */
export type ImageFile = Pick<
  Image,
  | 'filename'
  | 'title'
  | 'mimeType'
  | 'byteSize'
  | 'width'
  | 'height'
  | 'bitDepth'
  | 'colorType'
  | 'compression'
  | 'sha256'
  | 'perceptualHash'
  | 'captured'
  | 'location'
  | 'metadata'
  | 'tags'
>;

const TITLE = 500;
const DESCRIPTION = 2_000;
/** No TIFF file beyond this is held in memory. */
const TIFF_BYTES = 64 * 2 ** 20;
const LONGEST_SIDE = 1_000_000;
const TOO_LARGE = 'has too many pixels';

/**
 * Reads an image file, whatever its name says: JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC. The file is not held in memory
 * as a whole, but for a TIFF file of up to 64 MiB; of a larger one EXIF, IPTC, compression and palette are not read. The
 * pixels are decoded to find damage. EXIF that is wrong costs no more than what is wrong in it. SVG is refused: it has no
 * pixels, and to draw a stranger's is to run a stranger's program.
 * @throws UnreadableImageError when there is no such file, or none that is taken in: empty, of another kind, damaged, cut
 * off, or of more than 268 million pixels or a million on a side
 */
export async function readImage(path: string): Promise<ImageFile> {
  const filename = basename(path);
  const refuse = (reason: string, cause?: unknown) => new UnreadableImageError(filename, reason, { cause });
  const orRefuse = <Result>(work: Promise<Result>, reason: (cause: unknown) => string): Promise<Result> =>
    work.catch((cause: unknown) => {
      throw refuse(reason(cause), cause);
    });

  // Asked first, because opening a pipe waits for somebody to write to it.
  if (!(await orRefuse(stat(path), unopened)).isFile()) throw refuse('is not a file');
  const file = await orRefuse(open(path), unopened);
  try {
    const { byteSize, sha256 } = await orRefuse(digest(file), unopened);
    if (byteSize === 0) throw refuse('is empty');

    const picture = sharp(path, { failOn: 'error' });
    const header = await orRefuse(picture.metadata(), (cause) =>
      isTooLarge(cause) ? TOO_LARGE : `is not ${FORMATS}, or is damaged`,
    );
    if (!isTakenIn(header)) throw refuse(`is not ${FORMATS}`);
    const { width, height } = header.autoOrient;
    if (Math.max(width, height) > LONGEST_SIDE) throw refuse(TOO_LARGE);
    const looks = perceptualHash(picture, header.orientation ?? 1);
    // libvips as sharp brings it reads what a HEIC file says, and has no decoder for its pixels.
    const hash = await (header.compression === 'hevc'
      ? looks.catch(() => null)
      : orRefuse(looks, (cause) => (isTooLarge(cause) ? TOO_LARGE : 'is damaged or cut off')));

    const isTiff = header.format === 'tiff' && byteSize <= TIFF_BYTES;
    const tags = readTags(header, isTiff ? await orRefuse(whole(file, byteSize), unopened) : null);
    const words = captions(tags);
    const title = words.title && cut(words.title, TITLE);
    const description = words.description === title ? null : words.description;
    return {
      filename,
      title,
      mimeType: header.mediaType ?? `image/${header.format}`,
      byteSize,
      width,
      height,
      bitDepth: bitDepth(header),
      colorType: colorType(header, tags),
      compression: compression(header, tags),
      sha256,
      perceptualHash: hash,
      captured: captured(tags),
      location: location(tags),
      metadata: metadata(header, tags, description),
      tags: keywords(tags),
    };
  } finally {
    await file.close();
  }
}

function unopened(cause: unknown): string {
  switch (cause instanceof Error && 'code' in cause && cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'is not there';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    default:
      return 'cannot be read';
  }
}

const isTooLarge = (cause: unknown) => cause instanceof Error && cause.message.includes('pixel limit');

async function digest(file: FileHandle): Promise<{ readonly byteSize: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let byteSize = 0;
  const chunks: AsyncIterable<Buffer> = file.createReadStream({ start: 0, autoClose: false });
  for await (const chunk of chunks) {
    hash.update(chunk);
    byteSize += chunk.length;
  }
  return { byteSize, sha256: hash.digest('hex') };
}

async function whole(file: FileHandle, byteSize: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(byteSize), 0, byteSize, 0);
  return buffer.subarray(0, bytesRead);
}

function metadata(header: Metadata, tags: Tags, description: string | null): JsonObject {
  return known({
    description: description && cut(description, DESCRIPTION),
    camera: known(camera(tags)),
    exposure: known(exposure(tags)),
    orientation: header.orientation ?? null,
    density: header.density ?? null,
    pages: header.pages !== undefined && header.pages > 1 ? header.pages : null,
    altitude: altitude(tags),
    ...credits(tags),
  });
}

const isKnown = (value: JsonValue) => value !== null && (typeof value !== 'object' || Object.keys(value).length > 0);

/** Without what is not known: null, and objects that hold nothing. */
function known(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isKnown(value)));
}
