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
import { during, referring } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { imageColumns, toImage } from './image-row.js';
import { newestFirst } from './page.js';

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
    return newestFirst(this.database, this.#matching(where), { limit, after }, ['analytics.list', where], {
      column: 'id',
      place: analyticsPlace,
      item: toEvent,
      id: (event) => event.id,
    });
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
    const request = check(pageRule, page);
    const { knex, dialect } = this.database;
    const query = knex('images')
      .select(imageColumns(this.database))
      .whereNull('images.deleted_at')
      .whereExists(knex('analytics').select('id').where('analytics.image_id', knex.ref('images.id')));
    const found = await newestFirst(this.database, query, request, 'analytics.images', {
      column: 'images.id',
      place: imageAnalyticsPlace,
      item: toImage,
      id: (image) => image.id,
    });
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
    referring(this.database, query, 'image_id', where.imageId);
    // An event's id carries the instant it was created at.
    during(query, 'id', where.created, (at) => dialect.idValue(firstIdAt(at)));
    return query;
  }
}
