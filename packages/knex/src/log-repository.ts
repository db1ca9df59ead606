import type {
  LogEntry,
  LogFilter,
  LogLevel,
  LogQuery,
  LogRepository,
  NewLogEntry,
  Page,
  Period,
  Sweep,
  UserLogCount,
} from '@janus/core';
import {
  check,
  firstIdAt,
  identify,
  period as periodRule,
  logPlace,
  logQuery,
  many,
  newLogEntry,
  sweep,
  limit as limitRule,
} from '@janus/core/adapter';
import type { Knex } from 'knex';
import { inBatches } from './batches.js';
import { id, instant, jsonObject, nullable, number, text } from './columns.js';
import { during, having, referring } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { newestFirst } from './page.js';

const toEntry = (row: Row): LogEntry => ({
  id: id(row['id']),
  timestamp: instant(row['timestamp']),
  level: text(row['level']) as LogLevel,
  action: text(row['action']),
  module: text(row['module']),
  userId: nullable(row['user_id'], id<'user'>),
  imageId: nullable(row['image_id'], id<'image'>),
  metadata: jsonObject(row['metadata']),
});

export class KnexLogRepository implements LogRepository {
  constructor(private readonly database: Database) {}

  async append(entry: NewLogEntry): Promise<LogEntry> {
    const row = this.#row(entry, '');
    await this.database.insert('logs', [row]);
    return toEntry(row);
  }

  async appendMany(entries: Iterable<NewLogEntry> | AsyncIterable<NewLogEntry>): Promise<number> {
    check(many, entries, 'entries');
    return this.database.run(async () => {
      let appended = 0;
      for await (const batch of inBatches(entries, (entry, position) => this.#row(entry, String(position)))) {
        await this.database.insert('logs', batch);
        appended += batch.length;
      }
      return appended;
    });
  }

  #row(entry: NewLogEntry, at: string): Row {
    const { dialect } = this.database;
    const values = check(newLogEntry, entry, at);
    const identity = identify(values.id, values.timestamp, at === '' ? 'timestamp' : `${at}.timestamp`);
    return {
      id: dialect.idValue(identity.id),
      timestamp: identity.at,
      level: values.level,
      action: values.action,
      module: values.module,
      user_id: values.userId && dialect.idValue(values.userId),
      image_id: values.imageId && dialect.idValue(values.imageId),
      metadata: JSON.stringify(values.metadata),
    };
  }

  async list(query: LogQuery = {}): Promise<Page<LogEntry>> {
    const { where, limit, after } = check(logQuery, query);
    return newestFirst(this.database, this.#matching(where), { limit, after }, ['logs.list', where], {
      column: 'id',
      place: logPlace,
      item: toEntry,
      id: (entry) => entry.id,
    });
  }

  async recent(limit?: number): Promise<readonly LogEntry[]> {
    return (await this.list({ limit: check(limitRule, limit, 'limit') })).items;
  }

  async countByUser(timestamp: Period = {}): Promise<readonly UserLogCount[]> {
    const period = check(periodRule, timestamp, 'timestamp');
    const query = this.#matching({ timestamp: period }).select('user_id').count({ entries: '*' }).groupBy('user_id');
    const rows = await this.database.rows(query.orderByRaw('entries desc, user_id is null, user_id desc').limit(500));
    return rows.map((row) => ({ userId: nullable(row['user_id'], id<'user'>), entries: number(row['entries']) }));
  }

  async prune(options: Sweep): Promise<number> {
    const { before, batch } = check(sweep, options);
    const due = () => this.#matching({ timestamp: { to: before } });
    for (let pruned = 0; ;) {
      const rows = await this.database.rows(due().select('id').orderBy('id').limit(batch));
      const last = rows.at(-1);
      if (!last) return pruned;
      pruned += await this.database.deleteWhere('logs', due().where('id', '<=', last['id'] as Knex.Value));
      if (rows.length < batch) return pruned;
    }
  }

  #matching(where: LogFilter): Knex.QueryBuilder {
    const { knex, dialect } = this.database;
    const query = knex('logs');
    referring(this.database, query, 'user_id', where.userId);
    referring(this.database, query, 'image_id', where.imageId);
    if (where.level !== undefined) query.where('level', where.level);
    if (where.action !== undefined) query.where('action', where.action);
    if (where.module !== undefined) query.where('module', where.module);
    // An entry's id carries its timestamp: entries are found and ordered by it alone.
    during(query, 'id', where.timestamp, (at) => dialect.idValue(firstIdAt(at)));
    having(this.database, query, 'metadata', where.metadata);
    return query;
  }
}
