import type {
  AnalyticsEvent,
  AnalyticsFilter,
  AnalyticsId,
  AnalyticsQuery,
  AnalyticsRepository,
  DayCount,
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
import type { Knex } from 'knex';
import { id, instant, json, nullable, number, text } from './columns.js';
import { during } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { imageColumns, toImage } from './image-row.js';
import { pageOf, placeOf } from './page.js';

const DAY = 86_400_000;

const toEvent = (row: Row): AnalyticsEvent => ({
  id: id(row['id']),
  topic: text(row['topic']),
  data: json(row['data']),
  imageId: nullable(row['image_id'], id<'image'>),
  createdAt: instant(row['created_at']),
});

export class KnexAnalyticsRepository implements AnalyticsRepository {
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
    const value = this.database.dialect.idValue(check(analyticsId, event, 'id'));
    const row = await this.database.row(this.database.knex('analytics').where('id', value));
    return row && toEvent(row);
  }

  async list(query: AnalyticsQuery = {}): Promise<Page<AnalyticsEvent>> {
    const { where, limit, after } = check(analyticsQuery, query);
    const name = ['analytics.list', where];
    const events = this.#matching(where)
      .orderBy('id', 'desc')
      .limit(limit + 1);
    const place = placeOf(after, name, analyticsPlace);
    if (place) events.where('id', '<', this.database.dialect.idValue(place[0]));
    const rows = await this.database.rows(events);
    return pageOf(rows.map(toEvent), limit, name, (event) => [event.id]);
  }

  async recent(limit?: number): Promise<readonly AnalyticsEvent[]> {
    return (await this.list({ limit: check(limitRule, limit, 'limit') })).items;
  }

  async perDay(query: { created: Required<Period>; topic?: string | undefined }): Promise<readonly DayCount[]> {
    const { created, topic } = check(perDayQuery, query);
    const { knex, dialect } = this.database;
    const day = knex.raw(dialect.utcDay('created_at'));
    const rows = await this.database.rows(
      this.#matching({ created, topic })
        .select({ day }, 'topic')
        .count({ events: '*' })
        .groupBy('day', 'topic')
        .orderBy([{ column: 'day' }, { column: 'topic' }]),
    );
    return rows.map((row) => ({
      day: new Date(number(row['day']) * DAY).toISOString().slice(0, 10),
      topic: text(row['topic']),
      events: number(row['events']),
    }));
  }

  async listImages(page: PageRequest = {}): Promise<Page<ImageAnalytics>> {
    const { limit, after } = check(pageRule, page);
    const { knex, dialect } = this.database;
    const query = knex('images')
      .select(imageColumns(this.database))
      .whereNull('images.deleted_at')
      .whereExists(knex('analytics').select('id').where('analytics.image_id', knex.ref('images.id')))
      .orderBy('images.id', 'desc')
      .limit(limit + 1);
    const place = placeOf(after, 'analytics.images', imageAnalyticsPlace);
    if (place) query.where('images.id', '<', dialect.idValue(place[0]));
    const rows = await this.database.rows(query);
    const found = pageOf(rows.map(toImage), limit, 'analytics.images', (image) => [image.id]);
    const ids = found.items.map((image) => dialect.idValue(image.id));
    const numbered = knex('analytics')
      .select('*', knex.raw('row_number() over (partition by image_id order by id desc) as position'))
      .whereIn('image_id', ids)
      .as('numbered');
    const events = await this.database.rows(
      knex.from(numbered).where('position', '<=', EVENTS_PER_IMAGE).orderBy('position'),
    );
    const byImage = new Map<ImageId, AnalyticsEvent[]>(found.items.map((image) => [image.id, []]));
    for (const event of events.map(toEvent)) if (event.imageId) byImage.get(event.imageId)?.push(event);
    return { items: found.items.map((image) => ({ image, events: byImage.get(image.id) ?? [] })), next: found.next };
  }

  #matching(where: AnalyticsFilter): Knex.QueryBuilder {
    const { knex, dialect } = this.database;
    const query = knex('analytics');
    if (where.topic !== undefined) query.where('topic', where.topic);
    if (where.imageId === null) query.whereNull('image_id');
    else if (where.imageId !== undefined) query.where('image_id', dialect.idValue(where.imageId));
    // An event's id carries the instant it was created at.
    during(query, 'id', where.created, (at) => dialect.idValue(firstIdAt(at)));
    return query;
  }
}
