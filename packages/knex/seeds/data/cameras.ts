/** What a kind of file can be. */
export interface Format {
  readonly mimeType: string;
  readonly extension: string;
  readonly bitDepths: readonly number[];
  readonly colorTypes: readonly (string | null)[];
  readonly compressions: readonly (string | null)[];
  /** A file's usual bytes a pixel. */
  readonly density: number;
}

const format = (
  mimeType: string,
  extension: string,
  bitDepths: readonly number[],
  colorTypes: readonly (string | null)[],
  compressions: readonly (string | null)[],
  density: number,
): Format => ({ mimeType, extension, bitDepths, colorTypes, compressions, density });

const jpeg = format('image/jpeg', 'jpg', [8], ['rgb', 'rgb', 'rgb', 'rgb', 'rgb', 'grayscale'], ['jpeg'], 0.35);
const heic = format('image/heic', 'heic', [8, 10], ['rgb'], ['hevc'], 0.15);
const png = format('image/png', 'png', [8, 8, 16], ['rgb', 'rgba', 'grayscale', 'grayscale-alpha'], ['deflate'], 0.6);
const tiff = format('image/tiff', 'tif', [8, 16], ['rgb', 'grayscale', 'lab'], ['none', 'lzw', 'zstd', null], 3);
const fax = format('image/tiff', 'tiff', [1], ['grayscale'], ['ccitt', 'packbits'], 0.02);
const webp = format('image/webp', 'webp', [8], ['rgb', 'rgba'], ['webp'], 0.12);
const avif = format('image/avif', 'avif', [8, 10, 12], ['rgb', 'rgba'], ['av1'], 0.09);
const gif = format('image/gif', 'gif', [1, 2, 4, 8], ['palette'], ['lzw'], 0.4);
const dng = format('image/x-adobe-dng', 'dng', [12, 14], [null], ['jpeg', null], 1.4);

/** What is in front of a camera; a name of null where the camera does not tell. */
export interface Lens {
  readonly name: string | null;
  /** In millimetres. */
  readonly focalLengths: readonly number[];
  readonly apertures: readonly number[];
}

const lens = (name: string | null, focalLengths: readonly number[], apertures: readonly number[]): Lens => ({
  name,
  focalLengths,
  apertures,
});

/** What pictures come from. */
export interface Camera {
  /** Null where it leaves no trace of itself. */
  readonly make: string | null;
  readonly model: string | null;
  /** None for what has no lens. */
  readonly lenses: readonly Lens[];
  readonly width: number;
  readonly height: number;
  readonly formats: readonly Format[];
  /** What it calls its files: # is a digit, @ the day. */
  readonly filename: string;
  /** The years its pictures are of: the first, and that before which they end. */
  readonly years: readonly [from: number, to: number];
  /** Whether it is a telephone or the like: it knows where it is, and how its clock is set. */
  readonly knows: boolean;
}

const camera = (
  [make, model]: readonly [string | null, string | null],
  lenses: readonly Lens[],
  [width, height]: readonly [number, number],
  formats: readonly Format[],
  filename: string,
  years: readonly [from: number, to: number],
  knows = false,
): Camera => ({ make, model, lenses, width, height, formats, filename, years, knows });

/** The most used first. */
export const cameras: readonly Camera[] = [
  camera(
    ['Apple', 'iPhone 15 Pro'],
    [
      lens('iPhone 15 Pro back triple camera 6.765mm f/1.78', [6.765], [1.78]),
      lens('iPhone 15 Pro back triple camera 9mm f/2.8', [9], [2.8]),
    ],
    [4032, 3024],
    [heic, heic, jpeg],
    'IMG_####',
    [2023, 2026],
    true,
  ),
  camera(
    ['Canon', 'Canon EOS R6'],
    [
      lens('RF24-105mm F4 L IS USM', [24, 35, 62, 105], [4, 5.6, 8, 11]),
      lens('RF50mm F1.8 STM', [50], [1.8, 2.8, 4]),
      lens('RF100-500mm F4.5-7.1 L IS USM', [300, 500], [7.1, 8]),
    ],
    [5472, 3648],
    [jpeg, jpeg, tiff],
    '0R6A####',
    [2020, 2026],
  ),
  camera(
    ['Google', 'Pixel 8'],
    [lens('Pixel 8 back camera 6.9mm f/1.68', [6.9], [1.68])],
    [4080, 3072],
    [jpeg, dng],
    'PXL_@_#########',
    [2023, 2026],
    true,
  ),
  camera(
    ['SONY', 'ILCE-7M4'],
    [
      lens('FE 35mm F1.4 GM', [35], [1.4, 2, 5.6]),
      lens('FE 70-200mm F2.8 GM OSS II', [70, 135, 200], [2.8, 4]),
      lens(null, [58], [2, 4]),
    ],
    [7008, 4672],
    [jpeg, jpeg, tiff],
    'DSC0####',
    [2021, 2026],
  ),
  camera([null, null], [], [2560, 1440], [png, png, webp], 'Screenshot from @ ######', [2018, 2026]),
  camera([null, null], [], [1200, 1200], [gif, webp, avif, png], 'drawing-######', [2015, 2026]),
  camera(
    ['NIKON CORPORATION', 'NIKON Z 6_2'],
    [lens('NIKKOR Z 24-70mm f/4 S', [24, 35, 70], [4, 8, 11])],
    [6048, 4024],
    [jpeg, tiff],
    'DSC_####',
    [2020, 2026],
  ),
  camera(
    ['FUJIFILM', 'X-T5'],
    [lens('XF23mmF2 R WR', [23], [2, 5.6]), lens('XF16-80mmF4 R OIS WR', [16, 35, 80], [4, 8])],
    [7728, 5152],
    [jpeg, avif],
    'DSCF####',
    [2022, 2026],
  ),
  camera(
    ['samsung', 'SM-S911B'],
    [lens(null, [5.4], [1.8])],
    [4000, 3000],
    [jpeg, heic],
    '@_######',
    [2023, 2026],
    true,
  ),
  camera(
    ['OLYMPUS CORPORATION', 'E-M1MarkIII'],
    [lens('OLYMPUS M.12-40mm F2.8', [12, 25, 40], [2.8, 5.6])],
    [5184, 3888],
    [jpeg],
    'P#######',
    [2020, 2024],
  ),
  camera(['EPSON', 'Perfection V600'], [], [6400, 4200], [tiff, png], 'scan ### from @', [1970, 2004]),
  camera(
    ['Panasonic', 'DMC-TZ100'],
    [lens(null, [9.1, 20.4, 91], [2.8, 5.9])],
    [5472, 3648],
    [jpeg],
    'P10#####',
    [2016, 2021],
  ),
  camera(
    ['DJI', 'FC3582'],
    [lens('24mm f/1.7', [6.7], [1.7])],
    [4032, 3024],
    [jpeg, dng],
    'DJI_@_####',
    [2022, 2026],
    true,
  ),
  camera(
    ['LEICA CAMERA AG', 'LEICA Q2'],
    [lens('SUMMILUX 1:1.7/28 ASPH.', [28], [1.7, 4, 8])],
    [8368, 5584],
    [jpeg, dng],
    'L10#####',
    [2019, 2026],
  ),
  camera(
    ['RICOH IMAGING COMPANY, LTD.', 'GR III'],
    [lens(null, [18.3], [2.8, 5.6, 8])],
    [6000, 4000],
    [jpeg],
    'R00#####',
    [2019, 2026],
  ),
  camera(['GoPro', 'HERO11 Black'], [lens(null, [2.7], [2.5])], [5568, 4872], [jpeg], 'GOPR####', [2022, 2026], true),
  camera(['Canon', 'CanoScan 9000F'], [], [2480, 3508], [fax, tiff], 'archive-####', [1971, 1999]),
  camera(
    ['NIKON', 'COOLPIX L3'],
    [lens(null, [6.3, 12, 18.9], [3.2, 5.3])],
    [2592, 1944],
    [jpeg],
    'DSCN####',
    [2006, 2012],
  ),
];
