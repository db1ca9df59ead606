import type { Id, JsonObject, JsonValue } from '@janus/core';

// The values of columns, from whatever a driver makes of them. Each is right for all four.

/** An id: text, or the 16 bytes of MySQL and MariaDB. */
export function id<Entity extends string>(value: unknown): Id<Entity> {
  if (typeof value === 'string') return value as Id<Entity>;
  if (!Buffer.isBuffer(value)) throw new TypeError('an id came back as neither text nor bytes');
  const hex = value.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id<Entity>;
}

/** An instant: a Date, or the milliseconds of SQLite. */
export function instant(value: unknown): Date {
  if (value instanceof Date) return value;
  if (typeof value !== 'number') throw new TypeError('an instant came back as neither a Date nor a number');
  return new Date(value);
}

/** A number; the drivers make text of one that might be too large for a double, which core does not let in. */
export function number(value: unknown): number {
  const result = typeof value === 'bigint' || typeof value === 'string' ? Number(value) : value;
  if (typeof result !== 'number' || Number.isNaN(result)) throw new TypeError('a number came back as something else');
  return result;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('text came back as something else');
  return value;
}

/** JSON, which every connection is told to hand over as text. */
export const json = (value: unknown): JsonValue => JSON.parse(text(value)) as JsonValue;

/** A JSON object; core lets nothing else into its column. */
export const jsonObject = (value: unknown): JsonObject => json(value) as JsonObject;

/** A value that may be absent. */
export const nullable = <Value>(value: unknown, read: (present: unknown) => Value): Value | null =>
  value === null || value === undefined ? null : read(value);
