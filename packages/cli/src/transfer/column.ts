import { FIRST_INSTANT, InvalidError, LAST_INSTANT } from '@janus/core';
import { check, json as jsonRule } from '@janus/core/adapter';
import { id, type Column, type ColumnKind } from '@janus/knex/tables';
import type { Database } from '@janus/knex';
import type { Knex } from 'knex';

/** A value in its canonical form: equal in all four databases when it means the same. */
export type Value = string | number | null;

/** A value that the column of the target cannot hold, or not give back as it is. */
export class Unfit extends Error {
  /** @param column its name @param reason what the column holds instead */
  constructor(
    readonly column: string,
    readonly reason: string,
  ) {
    super(`${column}: ${reason}`);
  }
}

/** A column that both sides have. */
export interface MovedColumn {
  readonly name: string;
  /** The canonical form of what a driver gives. @throws Unfit */
  read(raw: unknown): Value;
  /** What stands for a value that has no canonical form, where rows are only compared. */
  readAnyway(raw: unknown): Value;
  /** What it holds; null where neither side says enough. */
  readonly kind: ColumnKind | null;
  /** Of text: how many letters it holds; null where neither side says. */
  readonly length: number | null;
  readonly nullable: boolean;
  /** A value of this column as COPY of PostgreSQL writes it. */
  text(value: string | number): string;
  /** The value as a database takes it. */
  write(value: Value, database: Database): Knex.Value;
}

/** @throws an Unfit's reason */
type Read = (raw: unknown) => Value;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

const DIGITS = /^-?\d+$/;

class Reason extends Error {}

const whole =
  (least: number, most: number, allowed: string): Read =>
  (raw) => {
    // Drivers give a number that a double may not hold as text; other text is none.
    const value = typeof raw === 'bigint' || (typeof raw === 'string' && DIGITS.test(raw)) ? Number(raw) : raw;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value + 0;
    throw new Reason(allowed);
  };

const readInteger = whole(-(2 ** 31), 2 ** 31 - 1, 'a whole number of 32 bits');
const readLarge = whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a whole number that a double holds exactly');
const readMilliseconds = whole(
  FIRST_INSTANT.getTime(),
  LAST_INSTANT.getTime(),
  'an instant of the years 1970 to 2100, to the millisecond',
);

function readId(raw: unknown): Value {
  const value = raw instanceof Uint8Array && raw.length === 16 ? id(raw) : raw;
  if (typeof value === 'string' && UUID.test(value)) return value;
  throw new Reason('a UUID in lower case');
}

function readDouble(raw: unknown): Value {
  if (typeof raw === 'number' && Number.isFinite(raw)) return raw + 0;
  throw new Reason('a finite number');
}

/** JSON with its keys in core's order, which it has at once if core has written it. */
function readJson(raw: unknown): Value {
  if (typeof raw === 'string') {
    try {
      return JSON.stringify(check(jsonRule, JSON.parse(raw)));
    } catch (error) {
      if (error instanceof InvalidError) throw new Reason(error.allowed);
    }
  }
  throw new Reason('JSON');
}

const readText = (most: number): Read => {
  return (raw) => {
    if (typeof raw !== 'string') throw new Reason('text');
    if (raw.includes('\0') || !raw.isWellFormed()) throw new Reason('well-formed Unicode text without NUL characters');
    if (raw.length > most && Array.from(raw).length > most) throw new Reason(`text of up to ${most} characters`);
    return raw;
  };
};

/** Of columns of which both sides say too little to tell more: those of two databases of the kind that has few types. */
function readAsItIs(raw: unknown): Value {
  if (typeof raw === 'string' || typeof raw === 'number') return raw;
  throw new Reason('text or a number');
}

const READS: Readonly<Record<Exclude<ColumnKind, 'text'>, Read>> = {
  id: readId,
  instant: (raw) => readMilliseconds(raw instanceof Date ? raw.getTime() : raw),
  integer: readInteger,
  'large integer': readLarge,
  double: readDouble,
  json: readJson,
};

const READABLE: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

// eslint-disable-next-line no-control-regex -- those that are escaped
const SPECIAL = /[\\\u0008-\u000d]/;

function textOf(value: string | number): string {
  const text = String(value);
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll(/[\\\b\f\n\r\t\v]/g, (character) => READABLE[character] ?? character);
}

/** What stands between the texts of JSON that was written without spaces, and those. */
const JSON_PARTS = /"(?:[^"\\]|\\.)*"|[,:]/g;

const jsonText = (value: string | number) =>
  textOf(String(value).replaceAll(JSON_PARTS, (part) => (part === ',' || part === ':' ? `${part} ` : part)));

let instant = { value: 0, text: '1970-01-01 00:00:00+00' };
let day = { number: 0, text: '1970-01-01' };

const two = (value: number) => (value < 10 ? `0${value}` : `${value}`);

const DAY = 86_400_000;

/** `2026-11-22 12:34:56.789+00`, with no zeros at the end of the milliseconds. */
function instantText(value: string | number): string {
  if (typeof value === 'string') return textOf(value);
  // Rows have the same instant twice, and one after the other.
  if (value !== instant.value) instant = { value, text: instantOf(value) };
  return instant.text;
}

function instantOf(value: number): string {
  const number = Math.floor(value / DAY);
  if (number !== day.number) day = { number, text: new Date(value).toISOString().slice(0, 10) };
  const milliseconds = value % DAY;
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const rest = milliseconds % 1000;
  const fraction = rest === 0 ? '' : `.${1000 + rest}`.replace('.1', '.').replace(/0+$/, '');
  return `${day.text} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}${fraction}+00`;
}

/** How values are written that are not text; those that are none of the kind are text. */
const TEXTS: Readonly<Partial<Record<ColumnKind, MovedColumn['text']>>> = {
  id: (value) => (typeof value === 'string' && value.length === 36 ? value : textOf(value)),
  instant: instantText,
  integer: (value) => (typeof value === 'number' ? `${value}` : textOf(value)),
  'large integer': (value) => (typeof value === 'number' ? `${value}` : textOf(value)),
  double: (value) => (typeof value === 'number' ? `${value}` : textOf(value)),
  json: jsonText,
};

/** @param kinds what the column may hold: one, or more where neither side can tell @param target the target's */
export function movedColumn(kinds: readonly ColumnKind[], target: Column, length: number | null): MovedColumn {
  const { name, nullable } = target;
  const [kind] = kinds;
  const known = kinds.length === 1 ? kind : undefined;
  const read = known === undefined ? readAsItIs : known === 'text' ? readText(length ?? Infinity) : READS[known];
  return {
    name,
    read(raw) {
      if (raw === null) {
        if (nullable) return null;
        throw new Unfit(name, 'a value');
      }
      try {
        return read(raw);
      } catch (error) {
        throw error instanceof Reason ? new Unfit(name, error.message) : error;
      }
    },
    readAnyway(raw) {
      try {
        return raw === null ? null : read(raw);
      } catch {
        return raw instanceof Uint8Array ? Buffer.from(raw).toString('hex') : `${typeof raw} ${String(raw)}`;
      }
    },
    kind: known ?? null,
    length,
    nullable,
    text: (known && TEXTS[known]) ?? textOf,
    write(value, { dialect }) {
      if (value === null) return null;
      if (known === 'id') return dialect.idValue(String(value));
      return known === 'instant' ? new Date(Number(value)) : value;
    },
  };
}
