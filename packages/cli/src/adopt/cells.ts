import { InvalidError, type JsonValue } from '@janus/core';

/** What SQLite gives of one column. */
export type Cell = null | bigint | number | string | Uint8Array;

/** A row of the prototype’s. */
export interface OldRow {
  /** Its place in its table, by which it is paged. */
  readonly place: bigint;
  readonly id: bigint;
  /** Those of its columns that are known; a column that this version has not is null. */
  readonly cell: (column: string) => Cell;
}

/** Text; of none, and of none but empty text, null. @throws InvalidError */
export function text(row: OldRow, column: string): string | null {
  const value = row.cell(column);
  if (value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'object') throw new InvalidError(column, 'type', 'text, and not bytes');
  return String(value);
}

/** Text that Python may have stored as its bytes in UTF-8. @throws InvalidError */
export function textOrBytes(row: OldRow, column: string): string | null {
  const value = row.cell(column);
  if (!(value instanceof Uint8Array)) return text(row, column);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value) || null;
  } catch {
    throw new InvalidError(column, 'characters', 'text in UTF-8');
  }
}

/** A number, exactly. @throws InvalidError */
export function number(row: OldRow, column: string): number | null {
  const value = row.cell(column);
  if (value === null || typeof value === 'number') return value;
  if (typeof value !== 'bigint') throw new InvalidError(column, 'type', 'a number');
  if (value !== BigInt(Number(value)))
    throw new InvalidError(column, 'range', 'a whole number that a double holds exactly');
  return Number(value);
}

/** The id of another row. @throws InvalidError */
export function reference(row: OldRow, column: string): bigint | null {
  const value = row.cell(column);
  if (value === null || typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw new InvalidError(column, 'type', 'a whole number');
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$/;

/**
 * An instant: SQLAlchemy’s text, with or without a fraction, `T` or offset; without an offset it is UTC. What is below a
 * millisecond is cut off.
 * @throws InvalidError
 */
export function instant(row: OldRow, column: string): Date | null {
  const value = row.cell(column);
  if (value === null || value === '') return null;
  const allowed = 'YYYY-MM-DD HH:MM:SS.ffffff, a time that there is';
  const found = typeof value === 'string' ? TIME.exec(value) : null;
  if (!found) throw new InvalidError(column, 'format', allowed);
  const [, year, month, day, hour, minute, second = '00', fraction = '', offset] = found;
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}`;
  const local = new Date(`${clock}Z`);
  // Of a day that there is not, JavaScript makes the next one.
  if (Number.isNaN(local.getTime()) || local.toISOString() !== `${clock}Z`)
    throw new InvalidError(column, 'format', allowed);
  return new Date(local.getTime() - minutesOf(offset) * 60_000);
}

function minutesOf(offset: string | undefined): number {
  if (offset === undefined || offset === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '') || 0)];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** That a text is no JSON: Python writes `NaN`, or single quotes. */
export const NOT_JSON: unique symbol = Symbol('not JSON');

// Texts are skipped whole, so that digits inside of them are no numbers.
const WHOLE_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * JSON: its text or, as SQLite’s column of that type has it, a number. What there is none of is undefined.
 * @throws InvalidError for a number that would be rounded, and for bytes
 */
export function json(row: OldRow, column: string): JsonValue | undefined | typeof NOT_JSON {
  const value = row.cell(column);
  if (value === null || value === '') return undefined;
  if (typeof value === 'object') throw new InvalidError(column, 'type', 'text, and not bytes');
  if (typeof value !== 'string') return number(row, column) ?? undefined;
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(value) as JsonValue;
  } catch {
    return NOT_JSON;
  }
  for (const [found] of value.matchAll(WHOLE_NUMBERS)) {
    if (/^-?\d{16,}$/.test(found) && BigInt(found) !== BigInt(finite(Number(found))))
      throw new InvalidError(column, 'range', 'JSON whose whole numbers a double holds exactly');
  }
  return parsed;
}

const finite = (value: number) => (Number.isFinite(value) ? value : 0);

/** JSON or, where a text is none, that text. @throws InvalidError */
export function jsonOrText(row: OldRow, column: string): JsonValue | undefined {
  const value = json(row, column);
  return value === NOT_JSON ? String(row.cell(column)) : value;
}
