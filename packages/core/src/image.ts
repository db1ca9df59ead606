import { z } from 'zod';
import { callOptions, type CallOptions } from './call.js';
import { imageId, userId, type ImageId, type UserId } from './id.js';
import { pageRequest, type Page, type PageRequest } from './page.js';
import { NEAR_DISTANCE, perceptualHash, type PerceptualHash } from './perceptual-hash.js';
import type { ImageProcessing } from './processing.js';
import { quick, quickly, UNSURE } from './quick.js';
import {
  atMost,
  changesOf,
  double,
  few,
  FIRST_INSTANT,
  instant,
  jsonObject,
  LAST_INSTANT,
  metadataFilter,
  period,
  text,
  whole,
} from './rules.js';
import type { JsonObject, JsonValue, MetadataFilter, Period, Sweep } from './rules.js';
import { tagNames } from './tag.js';
import type { User } from './user.js';

export const IMAGE_STATUSES = ['pending', 'processing', 'ready', 'failed'] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];

/** When a picture was taken. */
export interface Capture {
  /** The instant, to the millisecond. Where the camera did not say its offset, its clock is read as UTC. */
  readonly at: Date;
  /** The offset of the camera's clock from UTC, in minutes east, −1080 to 1080; null if it did not say. */
  readonly offset: number | null;
}

/** Where a picture was taken, in degrees (WGS 84). */
export interface Location {
  /** −90 to 90, north positive. */
  readonly latitude: number;
  /** −180 to 180, east positive. */
  readonly longitude: number;
}

/** What is known about an uploaded image. The picture itself is kept elsewhere. */
export interface Image {
  readonly id: ImageId;
  readonly ownerId: UserId;
  readonly filename: string;
  readonly title: string | null;
  readonly mimeType: string;
  readonly byteSize: number;
  readonly width: number;
  readonly height: number;
  /** Bits per channel. */
  readonly bitDepth: number | null;
  readonly colorType: string | null;
  readonly compression: string | null;
  /** Of the file's bytes. No owner has two images with one. */
  readonly sha256: string;
  readonly perceptualHash: PerceptualHash | null;
  readonly status: ImageStatus;
  readonly captured: Capture | null;
  readonly location: Location | null;
  /** Its keys come back in one order everywhere: whole numbers as JavaScript has them, then the shorter first. */
  readonly metadata: JsonObject;
  /** Names of its tags, in the order of code points. */
  readonly tags: readonly string[];
  /** 1 when created, and one more with every change of the fields above but tags, into the trash, and out of it. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when it is in the trash; null when it is not. */
  readonly deletedAt: Date | null;
}

export interface NewImage {
  /** For imports; made if left out. Given together with `createdAt`, it must carry that instant. */
  readonly id?: ImageId | undefined;
  readonly createdAt?: Date | undefined;
  readonly ownerId: UserId;
  /** 1 to 255 characters. */
  readonly filename: string;
  /** 1 to 500 characters. */
  readonly title?: string | null | undefined;
  /** Such as `image/jpeg`; up to 127 characters, in lower case. */
  readonly mimeType: string;
  /** 0 and up. */
  readonly byteSize: number;
  /** In pixels, 1 to 1,000,000. */
  readonly width: number;
  readonly height: number;
  /** 1 to 64. */
  readonly bitDepth?: number | null | undefined;
  /** 1 to 50 characters. */
  readonly colorType?: string | null | undefined;
  /** 1 to 50 characters. */
  readonly compression?: string | null | undefined;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly perceptualHash?: PerceptualHash | null | undefined;
  /** `pending`, if left out. */
  readonly status?: ImageStatus | undefined;
  readonly captured?: Capture | null | undefined;
  readonly location?: Location | null | undefined;
  readonly metadata?: JsonObject | undefined;
  /** Up to 100 names of up to 100 characters. */
  readonly tags?: readonly string[] | undefined;
}

/** The fields to change; those left out stay as they are. What the file is (owner, hash, size) does not change. */
export type ImageChanges = Partial<Omit<NewImage, 'id' | 'createdAt' | 'ownerId' | 'sha256' | 'byteSize' | 'tags'>>;

/** Smallest and largest value, both of them allowed. */
export interface Range {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Whether images in the trash are left out, are all that is wanted, or are treated like the others. */
export type Trash = 'excluded' | 'only' | 'included';

/**
 * All that is given must hold. A page is found by one index, and what else is asked for is looked at image by image: where few of
 * those that the index gives match, it takes as long as it takes to look at them. By age, `created` says how far back that goes.
 */
export interface ImageFilter {
  readonly ownerId?: UserId | undefined;
  readonly status?: ImageStatus | undefined;
  readonly mimeType?: string | undefined;
  /** By age, images are looked at until a page has it, as they are for `height` and `metadata`. */
  readonly width?: Range | undefined;
  readonly height?: Range | undefined;
  /**
   * A page takes as long with many images as with few when it is sorted by `byteSize`; by age up to 50,000 are gathered,
   * and beyond that they are looked for.
   */
  readonly byteSize?: Range | undefined;
  readonly created?: Period | undefined;
  /**
   * A page takes as long with many images as with few when it is sorted by `capturedAt`; by age up to 50,000 are gathered,
   * and beyond that they are looked for.
   */
  readonly captured?: Period | undefined;
  readonly tags?:
    | {
        /** Up to 16. Those of the rarest are looked at by age until a page has all: of two that are seldom together, many. */
        readonly all?: readonly string[] | undefined;
        /**
         * Of up to 16, a page by age takes as long with many images as with few, where most of those that have one match all else. Beyond
         * that, what hardly any of the newest have is gathered, up to 50,000, and looked for beyond that.
         */
        readonly any?: readonly string[] | undefined;
        readonly none?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * Every term is a word, or the beginning of one, in filename or title, without regard to case. Nothing is a wildcard. Up to
   * 16 terms; of long words the first 64 characters count.
   *
   * A page by age takes as long with many images as with few for one term that is the beginning of one word only. Of several such terms
   * the images of the rarest are looked at by age until a page has all; what a term has that is the beginning of several words is
   * gathered, up to 50,000, or looked for.
   */
  readonly text?: string | undefined;
  readonly metadata?: MetadataFilter | undefined;
  /**
   * Looks like this: their hashes differ in at most `distance` bits, 0 to 7. Of hashes that are spread evenly, one in 16,000 is
   * measured up to a distance of 3, and one in 1,000 beyond: the time grows with the images that there are, and is least up to 3.
   */
  readonly near?: { readonly hash: PerceptualHash; readonly distance: number } | undefined;
  /** `excluded`, if left out. */
  readonly trash?: Trash | undefined;
}

export const IMAGE_SORTS = [
  'createdAt',
  '-createdAt',
  'capturedAt',
  '-capturedAt',
  'byteSize',
  '-byteSize',
  'filename',
  '-filename',
] as const;

/** The order; `-` is descending. What is absent comes last either way, and equals go by age, in the same direction. */
export type ImageSort = (typeof IMAGE_SORTS)[number];

export interface ImageQuery extends PageRequest {
  readonly where?: ImageFilter | undefined;
  /**
   * `-createdAt` (newest first), if left out.
   *
   * A page takes as long with many images as with few in any order, of all or of one owner. What else is asked for is looked at along
   * that order; but what hardly any of the next have is gathered, up to 20,000, and looked for beyond that. By age, a page of one
   * status, type, tag or word takes as long with many images as with few.
   */
  readonly sort?: ImageSort | undefined;
}

/** An image, and whose it is. */
export interface OwnedImage {
  readonly image: Image;
  readonly owner: User;
}

/** What to do about an image that its owner has already: refuse it, leave what is there, or also take it out of the trash. */
export type OnDuplicate = 'fail' | 'skip' | 'restore';

export interface DuplicateOption extends CallOptions {
  /** `fail`, if left out. */
  readonly onDuplicate?: OnDuplicate | undefined;
}

export interface CreatedMany {
  readonly created: number;
  readonly skipped: number;
  readonly restored: number;
}

/** One result of analysing an image; there is one of each kind. */
export interface ImageAnalysis {
  readonly imageId: ImageId;
  readonly kind: string;
  readonly result: JsonValue;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface TrashOption extends CallOptions {
  /** `excluded`, if left out. */
  readonly trash?: Exclude<Trash, 'only'> | undefined;
}

export interface ImageRepository extends ImageProcessing {
  /**
   * Creates an image. Where its owner has one of the same bytes, `onDuplicate` says what happens: `fail` (if left out)
   * refuses it; `skip` returns the image that is there, as it is; `restore` also takes that out of the trash. Uploads of
   * one file that race with `skip` or `restore` make one image, and each gets it.
   * @throws DuplicateError `images_owner_id_sha256_unique` or `images_id_unique`
   * @throws MissingReferenceError `images_owner_id_foreign`
   */
  create(image: NewImage, options?: DuplicateOption): Promise<Image>;
  /**
   * Creates all or none of any number of images, reading them as it goes. Two of the same bytes among them are
   * duplicates, too.
   * @throws what `create` throws; the `field` of an InvalidError begins with the position, from 0
   */
  createMany(images: Iterable<NewImage> | AsyncIterable<NewImage>, options?: DuplicateOption): Promise<CreatedMany>;
  find(id: ImageId, options?: TrashOption): Promise<Image | null>;
  /** @throws NotFoundError */
  get(id: ImageId, options?: TrashOption): Promise<Image>;
  findByHash(ownerId: UserId, sha256: string, options?: TrashOption): Promise<Image | null>;
  /** In the order asked for, null where there is none. Up to 1,000 ids. */
  findMany(ids: readonly ImageId[], options?: TrashOption): Promise<readonly (Image | null)[]>;
  list(query?: ImageQuery, options?: CallOptions): Promise<Page<Image>>;
  /** As `list`, with the owner of each image. */
  listWithOwners(query?: ImageQuery, options?: CallOptions): Promise<Page<OwnedImage>>;
  /**
   * How many images match. Exact, and the time it takes grows with that number, unless `atMost` (1 to 1,000,000) is given:
   * then it counts no further.
   */
  count(where?: ImageFilter, options?: CallOptions & { readonly atMost?: number | undefined }): Promise<number>;
  /**
   * Every image that matches, page by page: memory stays bounded, and no connection is held between pages. A page may be read
   * while the one before is looked at.
   */
  stream(where?: ImageFilter, options?: CallOptions & { readonly sort?: ImageSort | undefined }): AsyncIterable<Image>;
  /**
   * Changes the fields that are given, if nobody else has changed the image since `version` was read.
   * @throws NotFoundError (also when it is in the trash), StaleVersionError, InvalidError (also for no change at all)
   */
  update(id: ImageId, changes: ImageChanges, seen: { readonly version: number }, options?: CallOptions): Promise<Image>;
  /** Puts an image into the trash. @throws NotFoundError (also when it is there already) */
  remove(id: ImageId, options?: CallOptions): Promise<void>;
  /** Takes an image out of the trash; one that is not in it stays as it is. @throws NotFoundError */
  restore(id: ImageId, options?: CallOptions): Promise<Image>;
  /** Deletes what has been in the trash since before an instant, for good, each batch for itself. Returns how many. */
  purge(options: Sweep): Promise<number>;
  /** Adds tags to an image, out of the trash or in it; those it has already are kept. @throws NotFoundError */
  tag(id: ImageId, tags: readonly string[], options?: CallOptions): Promise<void>;
  /** Takes tags from an image; those it has not are passed over. @throws NotFoundError */
  untag(id: ImageId, tags: readonly string[], options?: CallOptions): Promise<void>;
  /** Stores the result of an analysis, in place of the last one of that kind. @throws NotFoundError */
  recordAnalysis(id: ImageId, kind: string, result: JsonValue, options?: CallOptions): Promise<ImageAnalysis>;
  /** All results for an image, by kind. */
  analyses(id: ImageId, options?: CallOptions): Promise<readonly ImageAnalysis[]>;
}

/** The token by which a container provides the images. */
export const ImageRepository: unique symbol = Symbol.for('@janus/core/ImageRepository');

const MOST_PIXELS = 1_000_000;
const pixels = whole(1, MOST_PIXELS);
const label = text(50).nullable();
const MIME_TYPE = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/;
const mimeType = quickly(
  text(127).refine((value) => MIME_TYPE.test(value), {
    params: { rule: 'format', allowed: 'a type in lower case, such as image/jpeg' },
  }),
  (value) => (typeof value === 'string' && value.length <= 127 && MIME_TYPE.test(value) ? value : UNSURE),
);
const SHA256 = /^[0-9a-f]{64}$/;
export const sha256 = quickly(
  z.string().refine((value) => SHA256.test(value), {
    params: { rule: 'format', allowed: '64 lower-case hexadecimal digits' },
  }),
  (value) => (typeof value === 'string' && SHA256.test(value) ? value : UNSURE),
);

const changeable = {
  filename: text(255),
  title: text(500).nullable(),
  mimeType,
  width: pixels,
  height: pixels,
  bitDepth: whole(1, 64).nullable(),
  colorType: label,
  compression: label,
  perceptualHash: perceptualHash.nullable(),
  status: z.enum(IMAGE_STATUSES),
  captured: z.strictObject({ at: instant, offset: whole(-1080, 1080).nullable() }).nullable(),
  location: z.strictObject({ latitude: double(-90, 90), longitude: double(-180, 180) }).nullable(),
  metadata: jsonObject,
};

export const newImage = z.strictObject({
  id: imageId.optional(),
  createdAt: instant.optional(),
  ownerId: userId,
  byteSize: whole(0),
  sha256,
  ...changeable,
  title: changeable.title.default(null),
  bitDepth: changeable.bitDepth.default(null),
  colorType: label.default(null),
  compression: label.default(null),
  perceptualHash: changeable.perceptualHash.default(null),
  status: changeable.status.default('pending'),
  captured: changeable.captured.default(null),
  location: changeable.location.default(null),
  metadata: jsonObject.default({}),
  tags: tagNames.default([]),
});

export const imageFields = z.strictObject(changeable);
export const imageChanges = changesOf(imageFields.partial());

/**
 * A range of whole numbers from 0. A bound between two of them is the next one inside, one far outside is just outside: what
 * is compared with a column is always a number that its type has.
 */
const range = (most: number) => {
  const any = double(-Number.MAX_VALUE, Number.MAX_VALUE);
  const end = (round: (value: number) => number) =>
    quickly(
      any.transform((value) => round(Math.min(Math.max(value, -1), most + 1))),
      (value) => (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most ? Number(value) + 0 : UNSURE),
    ).optional();
  return z.strictObject({ min: end(Math.ceil), max: end(Math.floor) }).optional();
};

/** Each of these is looked up by itself. */
const fewTags = quickly(
  tagNames.refine((names) => names.length <= 16, { params: { rule: 'length', allowed: 'up to 16 tags' } }),
  (value) => (Array.isArray(value) && value.length <= 16 ? quick(tagNames, value) : UNSURE),
);

export const imageFilter = z.strictObject({
  ownerId: userId.optional(),
  status: z.enum(IMAGE_STATUSES).optional(),
  mimeType: mimeType.optional(),
  width: range(MOST_PIXELS),
  height: range(MOST_PIXELS),
  byteSize: range(Number.MAX_SAFE_INTEGER),
  created: period.optional(),
  captured: period.optional(),
  tags: z.strictObject({ all: fewTags.optional(), any: tagNames.optional(), none: tagNames.optional() }).optional(),
  text: text(500).optional(),
  metadata: metadataFilter.optional(),
  near: z.strictObject({ hash: perceptualHash, distance: whole(0, NEAR_DISTANCE) }).optional(),
  trash: z.enum(['excluded', 'only', 'included']).default('excluded'),
});

export const imageQuery = z.strictObject({
  where: imageFilter.prefault({}),
  sort: z.enum(IMAGE_SORTS).default('-createdAt'),
  ...pageRequest,
});

/** What images are sorted by, and where in that order a page can end: at a value (null: among those without) and an id. */
export const imagePlaces = {
  createdAt: z.tuple([z.null(), imageId]),
  capturedAt: z.tuple([whole(FIRST_INSTANT.getTime(), LAST_INSTANT.getTime()).nullable(), imageId]),
  byteSize: z.tuple([whole(0), imageId]),
  filename: z.tuple([text(255), imageId]),
};
export const createOptions = callOptions.extend({ onDuplicate: z.enum(['fail', 'skip', 'restore']).default('fail') });
export const trashOption = callOptions.extend({ trash: z.enum(['excluded', 'included']).default('excluded') });
export const countOptions = callOptions.extend({ atMost: atMost.optional() });
export const streamOptions = callOptions.extend({ sort: z.enum(IMAGE_SORTS).optional() });
export const imageIds = quickly(few(imageId, 1_000), (value) =>
  Array.isArray(value) && value.length <= 1_000 && [...value].every((id) => quick(imageId, id) !== UNSURE)
    ? [...value]
    : UNSURE,
);
/** The image as it was read, say. One below the largest version that its column holds, for the next is one more. */
export const seen = z.object({ version: whole(1, 2 ** 31 - 2) });
export const analysisKind = text(50);
