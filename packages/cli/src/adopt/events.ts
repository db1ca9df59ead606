import {
  InvalidError,
  LOG_LEVELS,
  type AnalyticsId,
  type Id,
  type JsonObject,
  type LogLevel,
  type UserId,
} from '@janus/core';
import { check, newAnalyticsEvent } from '@janus/core/adapter';
import {
  logRow,
  origin,
  prototypeOf,
  required,
  withPrototype,
  type Adoption,
  type Around,
  type Identity,
} from './adoption.js';
import { instant, jsonOrText, reference, text, type OldRow } from './cells.js';

/** Python’s levels, by name and number. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  notset: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  fatal: 'error',
  '0': 'debug',
  '10': 'debug',
  '20': 'info',
  '30': 'warn',
  '40': 'error',
  '50': 'error',
};

/** What the level becomes, and what is said of it where that says less. @throws InvalidError */
function levelOf(row: OldRow): { readonly level: LogLevel | undefined; readonly said: JsonObject } {
  const value = text(row, 'level');
  if (value === null) return { level: undefined, said: {} };
  const word = value.trim().toLowerCase();
  const level = Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
  if (!level) throw new InvalidError('level', 'choice', `one of ${LOG_LEVELS.join(', ')}, or a level of Python’s`);
  return { level, said: word === level || word === 'warning' ? {} : { level: value } };
}

/** Times of a row beside the one that it goes by, where they are others. */
function otherTimes(row: OldRow, columns: readonly string[], at: Date): JsonObject {
  const found = columns.flatMap((column) => {
    const time = instant(row, column);
    return time && time.getTime() !== at.getTime() ? [[column, time.toISOString()] as const] : [];
  });
  return Object.fromEntries(found);
}

const unknownTime = ({ known }: Identity, field: string): JsonObject => (known ? {} : { unknown: [field] });

/** Whose it is. A user that is gone is nobody, as in Janus; which one that was stays known. */
function whose(row: OldRow, around: Around): { readonly userId: UserId | null; readonly said: JsonObject } {
  const old = reference(row, 'user_id');
  if (old === null) return { userId: null, said: {} };
  if (!around.hasUser(old)) return { userId: null, said: { user_id: String(old) } };
  return { userId: around.user(old, 'user_id'), said: {} };
}

export const logs: Adoption = {
  table: 'logs',
  times: ['timestamp', 'created_at'],
  marks: ({ id }) => [{ table: 'logs', id }],
  make(row, identity, around) {
    const { userId, said } = whose(row, around);
    const level = levelOf(row);
    const later = jsonOrText(row, 'log_metadata');
    const earlier = jsonOrText(row, 'meta_data');
    const both = later !== undefined && later !== null && earlier !== undefined && earlier !== null;
    const prototype = prototypeOf(around, 'logs', row, {
      ...said,
      ...level.said,
      ...(both && { meta_data: earlier }),
      ...otherTimes(row, ['created_at', 'updated_at'], identity.at),
      ...unknownTime(identity, 'timestamp'),
    });
    return [
      logRow(around.database, {
        id: identity.id as Id<'log'>,
        timestamp: identity.at,
        level: level.level,
        action: required(text(row, 'action'), 'action'),
        module: text(row, 'module') ?? undefined,
        userId,
        metadata: withPrototype(later ?? earlier, prototype),
      }),
    ];
  },
};

export const security: Adoption = {
  table: 'security',
  times: ['timestamp', 'created_at'],
  marks: ({ id }) => [{ table: 'logs', id }],
  make(row, identity, around) {
    const { userId, said } = whose(row, around);
    const prototype = prototypeOf(around, 'security', row, {
      ...said,
      ...otherTimes(row, ['created_at', 'updated_at'], identity.at),
      ...unknownTime(identity, 'timestamp'),
    });
    return [
      logRow(around.database, {
        id: identity.id as Id<'log'>,
        timestamp: identity.at,
        action: required(text(row, 'action'), 'action'),
        module: 'security',
        userId,
        metadata: { prototype },
      }),
    ];
  },
};

/** The topic of what had none; Janus’s analytics each have one. */
const NO_TOPIC = 'none';

export const analytics: Adoption = {
  table: 'analytics',
  times: ['created_at'],
  marks: ({ id }, log) => [
    { table: 'analytics', id },
    { table: 'logs', id: log },
  ],
  make(row, identity, around) {
    const { dialect } = around.database;
    const id = identity.id as AnalyticsId;
    const topic = text(row, 'research_topic');
    const values = check(newAnalyticsEvent, {
      topic: topic ?? NO_TOPIC,
      data: jsonOrText(row, 'data') ?? null,
    });
    return [
      {
        table: 'analytics',
        row: {
          id: dialect.idValue(id),
          topic: values.topic,
          data: JSON.stringify(values.data),
          image_id: null,
          created_at: identity.at,
        },
      },
      origin(around, 'analytics', row, identity.at, {
        more: {
          became: id,
          ...otherTimes(row, ['updated_at'], identity.at),
          ...(topic === null && { research_topic: null }),
          ...unknownTime(identity, 'createdAt'),
        },
      }),
    ];
  },
};
