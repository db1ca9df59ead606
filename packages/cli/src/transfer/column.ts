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
  /** The value as a database takes it. */
  write(value: Value, database: Database): Knex.Value;
}

/** @throws an Unfit's reason */
type Read = (raw: unknown) => Value;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

class Reason extends Error {}

const whole =
  (least: number, most: number, allowed: string): Read =>
  (raw) => {
    const value = typeof raw === 'string' || typeof raw === 'bigint' ? Number(raw) : raw;
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
    write(value, { dialect }) {
      if (value === null) return null;
      if (known === 'id') return dialect.idValue(String(value));
      return known === 'instant' ? new Date(Number(value)) : value;
    },
  };
}
