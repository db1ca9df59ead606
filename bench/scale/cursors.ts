import type { AnalyticsFilter, Cursor, ImageFilter, ImageSort, LogFilter } from '@janus/core';
import { analyticsQuery, encodeCursor, imageQuery, logQuery } from '@janus/core/adapter';
import { createdAt, eventIdOf, imageIdOf, imageOf, logIdOf, ownerIdOf, OWNERS } from '../data.js';

// A cursor is opaque to an application, which gets to the middle of a list page by page. These are made as the repositories
// make theirs; if those change, the query says that its cursor was refused.

const half = (size: number) => Math.floor(size / 2);

/** Half of the five years that a picture may have been taken before it was uploaded. */
const HALF_OF_CAPTURES = (5 * 365 * 86_400_000) / 2;

type Place = readonly [value: string | number | null, id: string];

function cursorAt(where: ImageFilter, sort: ImageSort, values: Record<string, Place[0]>, index: number): Cursor {
  const query = imageQuery.parse({ where, sort });
  const place: Place = [values[sort.replace('-', '')] ?? null, imageIdOf(index)];
  return encodeCursor(['images.list', query.where, query.sort], place);
}

/** Where half of `size` images come before, in an order; of filenames a quarter. */
export function imageCursor(where: ImageFilter, sort: ImageSort, size: number): Cursor {
  const capturedAt = createdAt(half(size)).getTime() - HALF_OF_CAPTURES;
  return cursorAt(where, sort, { capturedAt, byteSize: 6_100_000, filename: 'DSC150000.jpg' }, half(size));
}

/** The place of an image in a list of images. */
export function placeOfImage(where: ImageFilter, sort: ImageSort, index: number): Cursor {
  const { captured, byteSize, filename } = imageOf(index);
  return cursorAt(where, sort, { capturedAt: captured?.at.getTime() ?? null, byteSize, filename }, index);
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
