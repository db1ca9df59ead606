import { z } from 'zod';
import type { CallOptions } from './call.js';
import { imageId, logId, userId, type ImageId, type LogId, type UserId } from './id.js';
import { pageRequest, type Page, type PageRequest } from './page.js';
import {
  instant,
  jsonObject,
  metadataFilter,
  orNone,
  period,
  text,
  type JsonObject,
  type MetadataFilter,
  type Period,
  type Sweep,
} from './rules.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Something that happened. */
export interface LogEntry {
  readonly id: LogId;
  readonly timestamp: Date;
  readonly level: LogLevel;
  /** What was done, such as `image.uploaded`. */
  readonly action: string;
  /** The part of the application that did it. */
  readonly module: string;
  /** Who did it; null for nobody, or a user that is gone. */
  readonly userId: UserId | null;
  /** To which image; null for none, or one that is gone. */
  readonly imageId: ImageId | null;
  readonly metadata: JsonObject;
}

export interface NewLogEntry {
  /** For imports; made if left out. Given together with `timestamp`, it must carry that instant. */
  readonly id?: LogId | undefined;
  /** When it happened; now, if left out. */
  readonly timestamp?: Date | undefined;
  /** `info`, if left out. */
  readonly level?: LogLevel | undefined;
  /** Up to 100 characters. */
  readonly action: string;
  /** Up to 100 characters; `app`, if left out. */
  readonly module?: string | undefined;
  readonly userId?: UserId | null | undefined;
  readonly imageId?: ImageId | null | undefined;
  readonly metadata?: JsonObject | undefined;
}

/**
 * All that is given must hold. The entries that the rarest of it has are looked at, newest first, until there is a page: a period
 * says how far back.
 */
export interface LogFilter {
  /** null: the entries that are nobody's. */
  readonly userId?: UserId | null | undefined;
  readonly imageId?: ImageId | null | undefined;
  readonly level?: LogLevel | undefined;
  readonly action?: string | undefined;
  readonly module?: string | undefined;
  readonly timestamp?: Period | undefined;
  readonly metadata?: MetadataFilter | undefined;
}

export interface LogQuery extends PageRequest {
  readonly where?: LogFilter | undefined;
}

export interface UserLogCount {
  /** null: the entries that are nobody's. */
  readonly userId: UserId | null;
  readonly entries: number;
}

export interface LogRepository {
  /** @throws MissingReferenceError `logs_user_id_foreign` or `logs_image_id_foreign` */
  append(entry: NewLogEntry, options?: CallOptions): Promise<LogEntry>;
  /** Appends all or none of any number of entries, reading them as it goes. Returns how many. */
  appendMany(entries: Iterable<NewLogEntry> | AsyncIterable<NewLogEntry>, options?: CallOptions): Promise<number>;
  /** Newest first. */
  list(query?: LogQuery, options?: CallOptions): Promise<Page<LogEntry>>;
  /** The newest entries, newest first. @param limit 1 to 500; 50 if left out */
  recent(limit?: number, options?: CallOptions): Promise<readonly LogEntry[]>;
  /**
   * How many entries each user has: most first, among equals the youngest user first and nobody last; up to 500 users.
   * Reads every entry of the period.
   */
  countByUser(timestamp?: Period, options?: CallOptions): Promise<readonly UserLogCount[]>;
  /** Deletes the entries from before an instant, oldest first, each batch for itself. Returns how many. */
  prune(options: Sweep): Promise<number>;
}

/** The token by which a container provides the logs. */
export const LogRepository: unique symbol = Symbol.for('@janus/core/LogRepository');

const name = text(100);

export const newLogEntry = z.strictObject({
  id: logId.optional(),
  timestamp: instant.optional(),
  level: z.enum(LOG_LEVELS).default('info'),
  action: name,
  module: name.default('app'),
  userId: orNone(userId),
  imageId: orNone(imageId),
  metadata: jsonObject.default({}),
});
export const logQuery = z.strictObject({
  where: z
    .strictObject({
      userId: userId.nullish(),
      imageId: imageId.nullish(),
      level: z.enum(LOG_LEVELS).optional(),
      action: name.optional(),
      module: name.optional(),
      timestamp: period.optional(),
      metadata: metadataFilter.optional(),
    })
    .default({}),
  ...pageRequest,
});
export const logPlace = z.tuple([logId]);
