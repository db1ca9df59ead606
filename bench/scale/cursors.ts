import type { AnalyticsFilter, Cursor, ImageFilter, ImageSort, LogFilter } from '@janus/core';
import { analyticsQuery, encodeCursor, imageQuery, logQuery } from '@janus/core/adapter';
import { createdAt, eventIdOf, imageIdOf, logIdOf, ownerIdOf, OWNERS } from '../data.js';

// A cursor is opaque to an application, which gets to the middle of a list page by page. These are made as the repositories
// make theirs; if those change, the query says that its cursor was refused.

const half = (size: number) => Math.floor(size / 2);

/** Half of the five years that a picture may have been taken before it was uploaded. */
const HALF_OF_CAPTURES = (5 * 365 * 86_400_000) / 2;

/** Where half of `size` images come before, in an order; of filenames a quarter. */
function middle(sort: ImageSort, size: number): readonly [string | number | null, string] {
  const index = half(size);
  const values: Readonly<Record<string, string | number | null>> = {
    capturedAt: createdAt(index).getTime() - HALF_OF_CAPTURES,
    byteSize: 6_100_000,
    filename: 'DSC150000.jpg',
  };
  return [values[sort.replace('-', '')] ?? null, imageIdOf(index)];
}

/** The middle of a list of images. */
export function imageCursor(where: ImageFilter, sort: ImageSort, size: number): Cursor {
  const query = imageQuery.parse({ where, sort });
  return encodeCursor(['images.list', query.where, query.sort], middle(sort, size));
}

/** The middle of a list of log entries. */
export const logCursor = (where: LogFilter, size: number): Cursor =>
  encodeCursor(['logs.list', logQuery.parse({ where }).where], [logIdOf(half(size))]);

/** The middle of a list of events. */
export const eventCursor = (where: AnalyticsFilter, size: number): Cursor =>
  encodeCursor(['analytics.list', analyticsQuery.parse({ where }).where], [eventIdOf(half(size))]);

/** The middle of the images that have events. */
export const imageAnalyticsCursor = (size: number): Cursor => encodeCursor('analytics.images', [imageIdOf(half(size))]);

/** The middle of the users. */
export const userCursor = (): Cursor => encodeCursor('users.list', [ownerIdOf(half(OWNERS))]);
