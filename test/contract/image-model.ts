import type { Image, ImageFilter, ImageSort, JsonValue, MetadataFilter, Period, Range } from '@janus/core';

// What `list` promises, said once more in the plainest way: filter and sort over an array.

const inRange = (value: number, { min, max }: Range = {}) =>
  (min === undefined || value >= min) && (max === undefined || value <= max);

const inPeriod = (at: Date | undefined, { from, to }: Period = {}) =>
  (from === undefined || (at !== undefined && at >= from)) && (to === undefined || (at !== undefined && at < to));

/** Words of letters and digits of ASCII; the model's filenames and titles have no others. */
const words = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

function hasText({ filename, title }: Image, text: string): boolean {
  const there = [...words(filename), ...words(title ?? '')];
  return words(text).every((term) => there.some((word) => word.startsWith(term)));
}

/** The value at a path of JSON; undefined where there is none. */
export function valueAt(json: JsonValue, path: MetadataFilter['path']): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
}

function hasMetadata(image: Image, { path, equals }: MetadataFilter): boolean {
  const value = valueAt(image.metadata, path);
  return equals === undefined ? value !== undefined : value === equals;
}

function hasTags({ tags: has }: Image, { all = [], any, none = [] }: NonNullable<ImageFilter['tags']>): boolean {
  return (
    all.every((tag) => has.includes(tag)) &&
    (any === undefined || any.some((tag) => has.includes(tag))) &&
    !none.some((tag) => has.includes(tag))
  );
}

/** In how many bits two hashes differ. */
export const distance = (a: string, b: string): number =>
  (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;

/** Whether an image is one that a filter asks for. */
export function matches(image: Image, where: ImageFilter): boolean {
  const { near, trash = 'excluded' } = where;
  return (
    (where.ownerId === undefined || image.ownerId === where.ownerId) &&
    (where.status === undefined || image.status === where.status) &&
    (where.mimeType === undefined || image.mimeType === where.mimeType) &&
    inRange(image.width, where.width) &&
    inRange(image.height, where.height) &&
    inRange(image.byteSize, where.byteSize) &&
    inPeriod(image.createdAt, where.created) &&
    inPeriod(image.captured?.at, where.captured) &&
    (where.tags === undefined || hasTags(image, where.tags)) &&
    (where.text === undefined || hasText(image, where.text)) &&
    (where.metadata === undefined || hasMetadata(image, where.metadata)) &&
    (near === undefined ||
      (image.perceptualHash !== null && distance(image.perceptualHash, near.hash) <= near.distance)) &&
    (trash === 'included' || (image.deletedAt === null) === (trash === 'excluded'))
  );
}

/** The order of code points, which is not JavaScript's own order of UTF-16 code units. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const index = left.findIndex((letter, at) => letter !== right[at]);
  if (index === -1) return left.length - right.length;
  return (left[index]?.codePointAt(0) ?? -1) - (right[index]?.codePointAt(0) ?? -1);
}

const byAge = (a: Image, b: Image) => byCodePoint(a.id, b.id);

const byCapture = (a: Image, b: Image) => Number(a.captured?.at) - Number(b.captured?.at);

const ORDERS: Readonly<Record<string, (a: Image, b: Image) => number>> = {
  createdAt: byAge,
  capturedAt: byCapture,
  byteSize: (a, b) => a.byteSize - b.byteSize,
  filename: (a, b) => byCodePoint(a.filename, b.filename),
};

/** The order of a sort, to sort an array by. */
export function inOrder(sort: ImageSort): (a: Image, b: Image) => number {
  const [sign, key] = sort.startsWith('-') ? [-1, sort.slice(1)] : [1, sort];
  return (a, b) => {
    // What is absent comes last either way.
    if (key === 'capturedAt' && !(a.captured && b.captured)) {
      return Number(a.captured === null) - Number(b.captured === null) || sign * byAge(a, b);
    }
    return sign * (ORDERS[key]?.(a, b) || byAge(a, b));
  };
}
