import ExifReader, { type ExpandedTags, type IncludeTagsOptions } from 'exifreader';
import type { Metadata } from 'sharp';
import { GuardedView } from './guarded-view.js';
import { tidy, western } from './text.js';

/** With the tags of Windows, which ExifReader reads, and its types forget. */
type Exif = NonNullable<ExpandedTags['exif']> & Partial<Record<WideName, { computed?: number[]; description: string }>>;
type WideName = 'XPTitle' | 'XPKeywords';
type Iptc = NonNullable<ExpandedTags['iptc']>;
type Xmp = NonNullable<ExpandedTags['xmp']>;

/** What is read of TIFF's directories. Each of the two groups on its own: an endless text costs no more than its group. */
const FORMAT = ['Compression', 'PhotometricInterpretation'] as const;
const PHOTOGRAPH = [
  'Make',
  'Model',
  'LensModel',
  'Software',
  'Artist',
  'Copyright',
  'ImageDescription',
  'XPTitle',
  'XPKeywords',
  'DateTimeOriginal',
  'SubSecTimeOriginal',
  'OffsetTimeOriginal',
  'ExposureTime',
  'FNumber',
  'ISOSpeedRatings',
  'ExposureBiasValue',
  'FocalLength',
  'FocalLengthIn35mmFilm',
  'Flash',
  'GPSLatitudeRef',
  'GPSLatitude',
  'GPSLongitudeRef',
  'GPSLongitude',
  'GPSAltitudeRef',
  'GPSAltitude',
] as const;
const IPTC = ['Coded Character Set', 'Object Name', 'Caption/Abstract', 'Keywords'] as const;
const XMP = ['title', 'description', 'subject'] as const;

type ExifName = (typeof FORMAT | typeof PHOTOGRAPH)[number];

/** What ExifReader has in the place of a value that points out of the file. */
const FAULTY = '<faulty value>';

/** What an image says of itself. Empty is what it does not say, and what of it cannot be read. */
export class Tags {
  constructor(
    private readonly exif: Exif = {},
    private readonly iptc: Iptc = {},
    private readonly xmp: Partial<Xmp> = {},
  ) {}

  text(name: ExifName): string | null {
    const [first] = [this.exif[name]?.computed].flat();
    return typeof first === 'string' && first !== FAULTY ? tidy(western(first)) : null;
  }

  /** Of the tags that Windows adds. */
  wideText(name: WideName): string | null {
    return tidy(this.exif[name]?.description);
  }

  /** NaN where a fraction has no denominator. */
  numbers(name: ExifName): readonly number[] {
    return [this.exif[name]?.computed ?? []].flat().map((value) => (typeof value === 'number' ? value : NaN));
  }

  /** The first number, if it is one. */
  number(name: ExifName): number | null {
    const [value = NaN] = this.numbers(name);
    return Number.isFinite(value) ? value : null;
  }

  iptcTexts(name: (typeof IPTC)[number]): readonly string[] {
    return [this.iptc[name] ?? []].flat().flatMap(({ description }) => tidy(description) ?? []);
  }

  /** Of a text in several languages, the default one is the first. */
  xmpTexts(name: (typeof XMP)[number]): readonly string[] {
    const value = this.xmp[name]?.value;
    const items = Array.isArray(value) ? value.map((item) => item.value) : [value];
    return items.flatMap((item) => (typeof item === 'string' ? (tidy(item) ?? []) : []));
  }
}

/** To read XMP takes time that grows with the square of its length: at the worst, a quarter of a second for this much. */
const XMP_BYTES = 65_536;
const SEGMENT_BYTES = 65_533;

const EXIF_PREFIX = 'Exif\0\0';

/** Reads the tags of an image: of a TIFF file from its bytes, of any other from what sharp found in it. Never fails. */
export function readTags(header: Metadata, tiffFile: Uint8Array | null): Tags {
  const exif = header.exif ?? Buffer.alloc(0);
  const tiff = tiffFile ?? exif.subarray(exif.indexOf(EXIF_PREFIX) === 0 ? EXIF_PREFIX.length : 0);
  const photograph = readTiff(tiff, { exif: [...PHOTOGRAPH], iptc: [...IPTC] });
  return new Tags(
    { ...readTiff(tiff, { exif: [...FORMAT] }).exif, ...photograph.exif },
    { ...photograph.iptc, ...readIptc(header.iptc) },
    readXmp(header.xmp),
  );
}

function readTiff(bytes: Uint8Array, includeTags: IncludeTagsOptions): ExpandedTags {
  const isTiff = /^(II\*\0|MM\0\*)/.test(String.fromCharCode(...bytes.subarray(0, 4)));
  return isTiff ? load(bytes, includeTags) : {};
}

/** As a segment of a JPEG file, which is where ExifReader looks for it. */
function readIptc(block: Buffer | undefined): Iptc {
  if (!block) return {};
  const body = block.subarray(0, SEGMENT_BYTES);
  const head = Buffer.of(0xff, 0xd8, 0xff, 0xed, 0, 0);
  head.writeUInt16BE(body.length + 2, 4);
  return load(Buffer.concat([head, body]), { iptc: [...IPTC] }).iptc ?? {};
}

/** In the envelope by which ExifReader knows it; not every program writes one. */
function readXmp(packet: Buffer | undefined): Partial<Xmp> {
  if (!packet || packet.length > XMP_BYTES) return {};
  return load(Buffer.concat([Buffer.from('<?xpacket begin=""?>'), packet]), { xmp: [...XMP] }).xmp ?? {};
}

function load(bytes: Uint8Array, includeTags: IncludeTagsOptions): ExpandedTags {
  try {
    const view = new GuardedView(ownBuffer(bytes));
    // eslint-disable-next-line import/no-named-as-default-member -- Node finds no names in ExifReader's bundle
    return ExifReader.loadView(view, { expanded: true, computed: true, includeTags });
  } catch {
    return {};
  }
}

/** The bytes alone: a Buffer's are often a part of Node's pool. A TIFF file, which is large, is not copied. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? buffer
    : new Uint8Array(bytes).buffer;
}
