import type { Metadata } from 'sharp';
import type { Tags } from './tags.js';

/** The formats that are taken in. */
export const FORMATS = 'JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC';
const TAKEN_IN: ReadonlySet<string> = new Set<Metadata['format']>(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);
export const isTakenIn = (header: Metadata) => TAKEN_IN.has(header.format);

/** By the values of TIFF's tag Compression. */
const TIFF_COMPRESSION: Readonly<Record<number, string>> = {
  1: 'none',
  2: 'ccitt',
  3: 'ccitt',
  4: 'ccitt',
  5: 'lzw',
  6: 'jpeg',
  7: 'jpeg',
  8: 'deflate',
  32773: 'packbits',
  32946: 'deflate',
  34925: 'lzma',
  50000: 'zstd',
  50001: 'webp',
};

/** How the pixels are compressed; null where it is not known. */
export function compression(header: Metadata, tags: Tags): string | null {
  switch (header.format) {
    case 'jpeg':
    case 'webp':
      return header.format;
    case 'png':
      return 'deflate';
    case 'gif':
      return 'lzw';
    case 'tiff':
      return TIFF_COMPRESSION[tags.number('Compression') ?? 0] ?? null;
    default:
      return header.compression ?? null;
  }
}

const PALETTE = 3;

/** What the channels of a pixel mean; null where it is none of the usual. */
export function colorType(header: Metadata, tags: Tags): string | null {
  // libvips looks a TIFF's palette up as it reads, and does not say so.
  if (header.isPalette || (header.format === 'tiff' && tags.number('PhotometricInterpretation') === PALETTE))
    return 'palette';
  switch (header.space) {
    case 'b-w':
    case 'grey16':
      return header.hasAlpha ? 'grayscale-alpha' : 'grayscale';
    case 'srgb':
    case 'rgb':
    case 'rgb16':
    case 'scrgb':
      return header.hasAlpha ? 'rgba' : 'rgb';
    case 'cmyk':
    case 'lab':
      return header.space;
    default:
      return null;
  }
}

const BITS: Readonly<Partial<Record<Metadata['depth'], number>>> = { uchar: 8, ushort: 16, float: 32, double: 64 };

/** Bits of a channel; of a palette, of its indices. */
export function bitDepth(header: Metadata): number | null {
  return header.bitsPerSample ?? BITS[header.depth] ?? null;
}
