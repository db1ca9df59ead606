import type { Cursor, Image, ImageId, ImageStatus, NewImage, User, UserId } from '@janus/core';

/** SQLite's driver answers at once; to make it wait for a promise would be to slow it down. */
export type Answer<Value> = Value | Promise<Value>;

/** Where a page begins: after this image, or as Janus has it, after this cursor. */
export interface Place {
  readonly id: ImageId;
  readonly cursor: Cursor;
}

export interface OwnedImage {
  readonly image: Image;
  readonly owner: User;
}

export const PAGE = 50;
export const LOG_ACTION = 'image.uploaded';

/** One way to do what is measured. All of them answer with the very same objects. */
export interface Side {
  find(id: ImageId): Answer<Image | null>;
  findByHash(ownerId: UserId, sha256: string): Answer<Image | null>;
  /** The next 50, newest first. */
  page(after: Place): Answer<readonly Image[]>;
  pageWithOwners(after: Place): Answer<readonly OwnedImage[]>;
  /** The newest 50 that have both tags, and this status. */
  pageTagged(tags: readonly [string, string], status: ImageStatus): Answer<readonly Image[]>;
  create(image: NewImage): Answer<Image>;
  update(id: ImageId, version: number, status: ImageStatus): Answer<Image>;
  /** Visits all of them, newest first. */
  each(visit: (image: Image) => void): Answer<void>;
  createMany(images: readonly NewImage[]): Answer<void>;
  /** Stores an image, whose tags exist already, and a log entry about it; or neither. */
  accept(image: NewImage): Answer<Image>;
  close(): Answer<void>;
}
