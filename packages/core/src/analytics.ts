import { z } from 'zod';
import type { CallOptions } from './call.js';
import { analyticsId, imageId, type AnalyticsId, type ImageId } from './id.js';
import type { Image } from './image.js';
import { pageRequest, type Page, type PageRequest } from './page.js';
import { instant, json, orNone, period, text, type JsonValue, type Period } from './rules.js';

/** A finding about one image, or about none, under a topic. */
export interface AnalyticsEvent {
  readonly id: AnalyticsId;
  readonly topic: string;
  readonly data: JsonValue;
  /** null for none, or an image that is gone. */
  readonly imageId: ImageId | null;
  readonly createdAt: Date;
}

export interface NewAnalyticsEvent {
  /** For imports; made if left out. Given together with `createdAt`, it must carry that instant. */
  readonly id?: AnalyticsId | undefined;
  readonly createdAt?: Date | undefined;
  /** Up to 100 characters. */
  readonly topic: string;
  readonly data: JsonValue;
  readonly imageId?: ImageId | null | undefined;
}

/** All that is given must hold. */
export interface AnalyticsFilter {
  readonly topic?: string | undefined;
  /** null: the events that belong to no image. */
  readonly imageId?: ImageId | null | undefined;
  readonly created?: Period | undefined;
}

export interface AnalyticsQuery extends PageRequest {
  readonly where?: AnalyticsFilter | undefined;
}

export interface DayCount {
  /** A day in UTC, as `2026-11-22`. */
  readonly day: string;
  readonly topic: string;
  readonly events: number;
}

export interface ImageAnalytics {
  readonly image: Image;
  /** The image's newest events, newest first, up to 20. */
  readonly events: readonly AnalyticsEvent[];
}

export interface AnalyticsRepository {
  /** @throws MissingReferenceError `analytics_image_id_foreign` */
  record(event: NewAnalyticsEvent, options?: CallOptions): Promise<AnalyticsEvent>;
  find(id: AnalyticsId, options?: CallOptions): Promise<AnalyticsEvent | null>;
  /** Newest first. */
  list(query?: AnalyticsQuery, options?: CallOptions): Promise<Page<AnalyticsEvent>>;
  /** The newest events, newest first. @param limit 1 to 500; 50 if left out */
  recent(limit?: number, options?: CallOptions): Promise<readonly AnalyticsEvent[]>;
  /** How many events a day (in UTC) each topic had, by day, then by topic. Days without any are left out. */
  perDay(
    query: {
      readonly created: Required<Period>;
      readonly topic?: string | undefined;
    },
    options?: CallOptions,
  ): Promise<readonly DayCount[]>;
  /** The images that have events, newest image first, each with its newest ones. Those in the trash are left out. */
  listImages(page?: PageRequest, options?: CallOptions): Promise<Page<ImageAnalytics>>;
}

/** The token by which a container provides the analytics. */
export const AnalyticsRepository: unique symbol = Symbol.for('@janus/core/AnalyticsRepository');

/** How many of an image's events `listImages` shows. */
export const EVENTS_PER_IMAGE = 20;

const topic = text(100);

export const newAnalyticsEvent = z.strictObject({
  id: analyticsId.optional(),
  createdAt: instant.optional(),
  topic,
  data: json,
  imageId: orNone(imageId),
});
export const analyticsQuery = z.strictObject({
  where: z
    .strictObject({ topic: topic.optional(), imageId: imageId.nullish(), created: period.optional() })
    .default({}),
  ...pageRequest,
});
export const perDayQuery = z.strictObject({ created: period.required(), topic: topic.optional() });
export const analyticsPlace = z.tuple([analyticsId]);
export const imageAnalyticsPlace = z.tuple([imageId]);
