import type { JsonValue, NewAnalyticsEvent, AnalyticsId } from '@janus/core';
import { analysisKind, check, json, newAnalyticsEvent } from '@janus/core/adapter';
import { id } from '../src/columns.js';
import type { Database } from '../src/database.js';
import type { Picture } from './pictures.js';

// What no repository writes, or none at an instant that is given: it goes in under core's rules, but by hand.

const LOOKED_UP_AT_A_TIME = 2_000;

/** Those things that a table has no row for yet. */
export async function absent<Item extends { readonly id: string }>(
  database: Database,
  table: string,
  items: readonly Item[],
): Promise<Item[]> {
  const { knex, dialect } = database;
  const found = new Set<string>();
  for (let start = 0; start < items.length; start += LOOKED_UP_AT_A_TIME) {
    const ids = items.slice(start, start + LOOKED_UP_AT_A_TIME).map((item) => dialect.idValue(item.id));
    const rows = await database.rows(`seeds.${table}`, { ids }, (given) =>
      knex(table).select('id').whereIn('id', given.ids),
    );
    for (const row of rows) found.add(id(row['id']));
  }
  return items.filter((item) => !found.has(item.id));
}

export interface SeedEvent extends NewAnalyticsEvent {
  readonly id: AnalyticsId;
  readonly createdAt: Date;
}

export async function recordEvents(database: Database, events: readonly SeedEvent[]): Promise<void> {
  const { dialect } = database;
  const rows = events.map((event) => {
    const { topic, data, imageId } = check(newAnalyticsEvent, event);
    return {
      id: dialect.idValue(event.id),
      topic,
      data: JSON.stringify(data),
      image_id: imageId && dialect.idValue(imageId),
      created_at: event.createdAt,
    };
  });
  await database.insert('analytics', rows);
}

export interface SeedAnalysis {
  readonly imageId: string;
  readonly kind: string;
  readonly result: JsonValue;
  readonly at: Date;
}

export async function recordAnalyses(database: Database, analyses: readonly SeedAnalysis[]): Promise<void> {
  const rows = analyses.map(({ imageId, kind, result, at }) => ({
    image_id: database.dialect.idValue(imageId),
    kind: check(analysisKind, kind),
    result: JSON.stringify(check(json, result)),
    created_at: at,
    updated_at: at,
  }));
  await database.insert('image_analyses', rows);
}

/** Makes images what they became: changed some time ago, or put into the trash. */
export async function setLater(database: Database, pictures: readonly Picture[]): Promise<void> {
  const { knex, dialect } = database;
  for (const { id: image, later } of pictures) {
    if (!later) continue;
    const { version, updatedAt: updated_at, deletedAt: deleted_at } = later;
    const values = { version, updated_at, deleted_at, ...(deleted_at && { trashed: 1, due_at: null }) };
    await database.update('seeds.images', 'images', values, { id: dialect.idValue(image) }, (given) =>
      knex('images').where(given),
    );
  }
}
