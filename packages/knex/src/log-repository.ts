import type {
  Id,
  LogEntry,
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
import { inBatches, sweepAway } from './batches.js';
import { id, instant, jsonObject, nullable, number, text } from './columns.js';
import { between, during, having, referring, type Bounds } from './conditions.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import { PRIMARY_KEY, type Row } from './dialects/dialect.js';
import { newestFirst, type Table } from './newest-first.js';
import { padded } from './statement.js';

const COLUMNS = ['id', 'timestamp', 'level', 'action', 'module', 'user_id', 'image_id', 'metadata'];

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

/** What a new entry writes, with what its rules leave to be made. */
export const newLogValues = (
  { dialect }: Database,
  values: Omit<LogEntry, 'id' | 'timestamp'>,
  identity: { readonly id: Id<'log'>; readonly at: Date },
): Row => ({
  id: dialect.idValue(identity.id),
  timestamp: identity.at,
  level: values.level,
  action: values.action,
  module: values.module,
  user_id: values.userId && dialect.idValue(values.userId),
  image_id: values.imageId && dialect.idValue(values.imageId),
  metadata: JSON.stringify(values.metadata),
});

const LOGS: Table<LogEntry> = {
  name: 'logs',
  columns: COLUMNS,
  id: 'id',
  place: logPlace,
  item: toEntry,
  idOf: (entry) => entry.id,
};

export class KnexLogRepository implements LogRepository {
  static {
    calls(this, 'logs');
  }

  constructor(private readonly database: Database) {}

  async append(entry: NewLogEntry): Promise<LogEntry> {
    const row = this.#row(entry, '');
    await this.database.insert('logs', [row]);
    return toEntry(row);
  }

  async appendMany(entries: Iterable<NewLogEntry> | AsyncIterable<NewLogEntry>): Promise<number> {
    check(many, entries, 'entries');
    return this.database.runOver(entries, async () => {
      let appended = 0;
      const making = {
        each: (entry: NewLogEntry, position: number) => this.#row(entry, String(position)),
        batch: (rows: readonly Row[]) => ({ count: rows.length, write: this.database.insertion('logs', rows) }),
      };
      for await (const { count, write } of inBatches(entries, making)) {
        await this.database.write(write);
        appended += count;
      }
      return appended;
    });
  }

  #row(entry: NewLogEntry, at: string): Row {
    const values = check(newLogEntry, entry, at);
    const identity = identify(values.id, values.timestamp, at === '' ? 'timestamp' : `${at}.timestamp`);
    return newLogValues(this.database, values, identity);
  }

  async list(query: LogQuery = {}): Promise<Page<LogEntry>> {
    const { where, limit, after } = check(logQuery, query);
    const asked = {
      equal: {
        user_id: referring(this.database, where.userId),
        image_id: referring(this.database, where.imageId),
        level: where.level,
        action: where.action,
        module: where.module,
      },
      ids: this.#ids(where.timestamp ?? {}),
      also: having(this.database, 'metadata', where.metadata),
    };
    return newestFirst(this.database, LOGS, asked, { limit, after }, ['logs.list', where]);
  }

  async recent(limit?: number): Promise<readonly LogEntry[]> {
    return (await this.list({ limit: check(limitRule, limit, 'limit') })).items;
  }

  async countByUser(timestamp: Period = {}): Promise<readonly UserLogCount[]> {
    const ids = this.#ids(check(periodRule, timestamp, 'timestamp'));
    const rows = await this.database.rows('logs.countByUser', { ids }, (given) => {
      // SQLite would read the whole index by user, or leap through it from user to user.
      const isPart = Object.keys(given.ids).length > 0;
      const query = isPart ? this.database.from('logs', PRIMARY_KEY) : this.#logs();
      query.select('user_id').count({ entries: '*' }).groupBy('user_id');
      between(query, 'id', given.ids);
      return query.orderByRaw('entries desc, user_id is null, user_id desc').limit(500, { skipBinding: true });
    });
    return rows.map((row) => ({ userId: nullable(row['user_id'], id<'user'>), entries: number(row['entries']) }));
  }

  async prune(options: Sweep): Promise<number> {
    const { before, ...batches } = check(sweep, options);
    const ids = this.#ids({ to: before });
    return sweepAway(
      batches,
      async () =>
        this.database.rows(`logs.prunable ${batches.batch}`, { ids }, (given) => {
          const query = this.#logs().select('id').orderBy('id').limit(batches.batch, { skipBinding: true });
          between(query, 'id', given.ids);
          return query;
        }),
      // By their ids: a range would wait for whoever is writing the entry after it.
      async (due) =>
        this.database.deleteWhere('logs.prune', 'logs', { due: padded(due) }, (given) =>
          this.database.from('logs', PRIMARY_KEY).whereIn('id', given.due),
        ),
    );
  }

  #logs() {
    return this.database.knex('logs');
  }

  /** An entry's id carries its timestamp: entries are found and ordered by it alone. */
  #ids(period: Period): Bounds {
    return during(period, (at) => this.database.dialect.idValue(firstIdAt(at)));
  }
}
