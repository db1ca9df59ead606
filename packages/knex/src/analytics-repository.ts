import type {
  AnalyticsEvent,
  AnalyticsId,
  AnalyticsQuery,
  AnalyticsRepository,
  Cursor,
  DayCount,
  Image,
  ImageAnalytics,
  ImageId,
  NewAnalyticsEvent,
  Page,
  PageRequest,
  Period,
} from '@janus/core';
import {
  analyticsId,
  limit as limitRule,
  page as pageRule,
  analyticsPlace,
  analyticsQuery,
  check,
  EVENTS_PER_IMAGE,
  firstIdAt,
  identify,
  newAnalyticsEvent,
  perDayQuery,
  imageAnalyticsPlace,
} from '@janus/core/adapter';
import { id, instant, json, nullable, number, text } from './columns.js';
import { between, during, referring, type Bounds } from './conditions.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { imageColumns, toImage } from './image-row.js';
import { newestFirst, type Table } from './newest-first.js';
import { pageOf, placeOf } from './page.js';
import { padded } from './statement.js';

const DAY = 86_400_000;

const COLUMNS = ['id', 'topic', 'data', 'image_id', 'created_at'];

const toEvent = (row: Row): AnalyticsEvent => ({
  id: id(row['id']),
  topic: text(row['topic']),
  data: json(row['data']),
  imageId: nullable(row['image_id'], id<'image'>),
  createdAt: instant(row['created_at']),
});

/** No id sorts before it. */
const OLDEST = '00000000-0000-0000-0000-000000000000';

const ANALYTICS: Table<AnalyticsEvent> = {
  name: 'analytics',
  columns: COLUMNS,
  id: 'id',
  place: analyticsPlace,
  item: toEvent,
  idOf: (event) => event.id,
};

export class KnexAnalyticsRepository implements AnalyticsRepository {
  static {
    calls(this, 'analytics');
  }

  constructor(private readonly database: Database) {}

  async record(event: NewAnalyticsEvent): Promise<AnalyticsEvent> {
    const { dialect } = this.database;
    const values = check(newAnalyticsEvent, event);
    const identity = identify(values.id, values.createdAt, 'createdAt');
    const row = {
      id: dialect.idValue(identity.id),
      topic: values.topic,
      data: JSON.stringify(values.data),
      image_id: values.imageId && dialect.idValue(values.imageId),
      created_at: identity.at,
    };
    await this.database.insert('analytics', [row]);
    return toEvent(row);
  }

  async find(event: AnalyticsId): Promise<AnalyticsEvent | null> {
    const key = { id: this.database.dialect.idValue(check(analyticsId, event, 'id')) };
    const row = await this.database.row('analytics.find', key, (given) =>
      this.database.knex('analytics').select(COLUMNS).where(given),
    );
    return row && toEvent(row);
  }

  async list(query: AnalyticsQuery = {}): Promise<Page<AnalyticsEvent>> {
    const { where, limit, after } = check(analyticsQuery, query);
    const asked = {
      equal: { topic: where.topic, image_id: referring(this.database, where.imageId) },
      ids: this.#ids(where.created ?? {}),
    };
    return newestFirst(this.database, ANALYTICS, asked, { limit, after }, ['analytics.list', where]);
  }

  async recent(limit?: number): Promise<readonly AnalyticsEvent[]> {
    return (await this.list({ limit: check(limitRule, limit, 'limit') })).items;
  }

  async perDay(asked: { created: Required<Period>; topic?: string | undefined }): Promise<readonly DayCount[]> {
    const { created, topic } = check(perDayQuery, asked);
    const { knex, dialect } = this.database;
    const rows = await this.database.rows('analytics.perDay', { ids: this.#ids(created), topic }, (given) => {
      const query = knex('analytics')
        .select({ day: knex.raw(dialect.utcDay('created_at')) }, 'topic')
        .count({ events: '*' })
        .groupBy('day', 'topic')
        .orderBy([{ column: 'day' }, { column: 'topic' }]);
      between(query, 'id', given.ids);
      if (given.topic !== undefined) query.where('topic', given.topic);
      return query;
    });
    return rows.map((row) => ({
      day: new Date(number(row['day']) * DAY).toISOString().slice(0, 10),
      topic: text(row['topic']),
      events: number(row['events']),
    }));
  }

  async listImages(page: PageRequest = {}): Promise<Page<ImageAnalytics>> {
    const request = check(pageRule, page);
    const found = await this.#images(request);
    const images = padded(found.items.map((image) => this.database.dialect.idValue(image.id)));
    const { knex } = this.database;
    const values = { images, oldest: this.database.dialect.idValue(OLDEST) };
    const events = await this.database.rows('analytics.ofImages', values, (given) =>
      knex('images')
        .select(COLUMNS.map((column) => `analytics.${column}`))
        .join('analytics', 'analytics.image_id', 'images.id')
        .whereIn('images.id', given.images)
        .whereRaw('analytics.id >= coalesce(?, ?)', [
          // The last of those that are wanted of an image: all of them are where the index has them, one after the other.
          knex('analytics as latest')
            .select('latest.id')
            .whereRaw('latest.image_id = images.id')
            .orderBy('latest.id', 'desc')
            .limit(1, { skipBinding: true })
            .offset(EVENTS_PER_IMAGE - 1, { skipBinding: true }) as never,
          given.oldest,
        ]),
    );
    const byImage = new Map<ImageId, AnalyticsEvent[]>(found.items.map((image) => [image.id, []]));
    const newest = events.map(toEvent).toSorted((a, b) => (a.id < b.id ? 1 : -1));
    for (const event of newest) if (event.imageId) byImage.get(event.imageId)?.push(event);
    return { items: found.items.map((image) => ({ image, events: byImage.get(image.id) ?? [] })), next: found.next };
  }

  /** A page of the images that have events. */
  async #images({ limit, after }: { limit: number; after?: Cursor | null | undefined }): Promise<Page<Image>> {
    const { knex, dialect } = this.database;
    const of = 'analytics.images';
    const place = placeOf(after, of, imageAnalyticsPlace);
    const values = { after: place ? dialect.idValue(place[0]) : undefined };
    const rows = await this.database.rows(`${of} ${limit}`, values, (given) => {
      const query = knex('images')
        .select(imageColumns(this.database))
        .whereRaw('(images.deleted_at is null) is true')
        .whereRaw('(select 1 from analytics where analytics.image_id = images.id limit 1) = 1')
        .orderBy('images.id', 'desc')
        .limit(limit + 1, { skipBinding: true });
      if (given.after !== undefined) query.where('images.id', '<', given.after);
      return query;
    });
    return pageOf(rows, limit, toImage, of, (last) => [last.id]);
  }

  /** An event's id carries the instant it was created at. */
  #ids(period: Period): Bounds {
    return during(period, (at) => this.database.dialect.idValue(firstIdAt(at)));
  }
}
