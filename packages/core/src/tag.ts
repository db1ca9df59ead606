import { z } from 'zod';
import type { CallOptions } from './call.js';
import type { TagId } from './id.js';
import { pageRequest, type Page, type PageRequest } from './page.js';
import { quick, quickly, UNSURE } from './quick.js';
import { atMost, few, normalText } from './rules.js';

/** A word or two that images are found by. It comes to be when an image is first tagged with it. */
export interface Tag {
  readonly id: TagId;
  /** In its normal form: NFKC, lower case, single spaces. */
  readonly name: string;
}

export interface TagCount extends Tag {
  /** How many images have it, those in the trash left out. */
  readonly images: number;
}

export interface TagQuery extends PageRequest {
  /** How far the images of a tag are counted, from 1; left out, all are, which takes time in proportion to them. */
  readonly countAtMost?: number | undefined;
}

export interface TagRepository {
  /** By name, in the order of code points. Tags that no image has are among them, with a count of 0. */
  list(query?: TagQuery, options?: CallOptions): Promise<Page<TagCount>>;
  /**
   * @throws NotFoundError
   * @throws DuplicateError `tags_name_unique`; `merge` is what makes one tag of two
   */
  rename(name: string, newName: string, options?: CallOptions): Promise<Tag>;
  /** Every image that has the tag `from` has `into` afterwards, and `from` is gone. @throws NotFoundError */
  merge(from: string, into: string, options?: CallOptions): Promise<Tag>;
}

/** The token by which a container provides the tags. */
export const TagRepository: unique symbol = Symbol.for('@janus/core/TagRepository');

const round = (name: string) => name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** 1 to 100 characters in normal form, with no control characters. */
export const tagName = normalText(100, (name) => round(round(name)), /^\P{Cc}*$/u, 'no control characters');
/** Up to 100 tags, each once. */
export const tagNames = quickly(
  few(tagName, 100).transform((names) => [...new Set(names)]),
  (value) => {
    if (!Array.isArray(value) || value.length > 100) return UNSURE;
    const names = new Set<unknown>();
    // By index, as the schema does.
    for (let index = 0; index < value.length; index += 1) names.add(quick(tagName, value[index]));
    return names.has(UNSURE) ? UNSURE : [...names];
  },
);
export const tagQuery = z.strictObject({ ...pageRequest, countAtMost: atMost.optional() });
export const tagPlace = z.tuple([tagName]);
