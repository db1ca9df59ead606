import { FIRST_INSTANT, LAST_INSTANT } from '@janus/core';
import type { ColumnKind } from '@janus/knex/tables';
import type { MovedColumn } from './column.js';
import { BACKSLASH, END, TAB, type RawText } from './raw-text.js';
import { jsonOf } from './raw-json.js';

/** Reads a value up to what ends it, and writes it in its canonical form; false if it is not surely of its kind. */
type Rewrite = (raw: RawText) => boolean;

const [CONTROLS, LAST_CONTROL] = [0x08, 0x0d];

const textUpTo =
  (most: number): Rewrite =>
  (raw) => {
    const { from, to } = raw;
    let { at, end } = raw;
    let letters = 0;
    for (;;) {
      const byte = from[at] ?? END;
      if (byte === TAB || byte === END) break;
      if (byte === 0 || (byte >= CONTROLS && byte <= LAST_CONTROL)) return false;
      if (byte === BACKSLASH) to[end++] = BACKSLASH;
      // The bytes of a letter after its first begin with 10.
      if ((byte & 0xc0) !== 0x80) letters += 1;
      to[end++] = byte;
      at += 1;
    }
    raw.at = at;
    raw.end = end;
    return letters <= most;
  };

const ID_LENGTH = 36;
const [DIGIT, HYPHEN] = [1, 2];

/** Of each byte what it is in an id. */
const MEANINGS = new Uint8Array(256);
for (const letter of '0123456789abcdef') MEANINGS[letter.charCodeAt(0)] = DIGIT;
MEANINGS['-'.charCodeAt(0)] = HYPHEN;
const MEANT = Uint8Array.from({ length: ID_LENGTH }, (_, place) => ([8, 13, 18, 23].includes(place) ? HYPHEN : DIGIT));

function idOf(raw: RawText): boolean {
  const { from, to, at, end } = raw;
  for (let place = 0; place < ID_LENGTH; place += 1) {
    const byte = from[at + place] ?? END;
    if (MEANINGS[byte] !== MEANT[place]) return false;
    to[end + place] = byte;
  }
  raw.at = at + ID_LENGTH;
  raw.end = end + ID_LENGTH;
  return true;
}

/** A whole number of up to so many digits, or one less and its sign. */
const wholeOf =
  (digits: number): Rewrite =>
  (raw) => {
    const { from, to, at, end } = raw;
    for (let place = 0; place <= digits; place += 1) {
      const byte = from[at + place] ?? END;
      if (byte === TAB || byte === END) {
        raw.at = at + place;
        raw.end = end + place;
        return place > 0;
      }
      to[end + place] = byte;
    }
    return false;
  };

const INSTANT_DIGITS = 13;
const ZERO = 0x30;

function instantOf(column: MovedColumn): Rewrite {
  return (raw) => {
    const { from, at } = raw;
    let value = 0;
    for (let place = 0; place <= INSTANT_DIGITS; place += 1) {
      const byte = from[at + place] ?? END;
      if (byte === TAB || byte === END) {
        if (!(place > 0 && value >= FIRST_INSTANT.getTime() && value <= LAST_INSTANT.getTime())) return false;
        raw.at = at + place;
        raw.write(column.text(value));
        return true;
      }
      if (byte < ZERO || byte > ZERO + 9) return false;
      value = value * 10 + byte - ZERO;
    }
    return false;
  };
}

function doubleOf(column: MovedColumn): Rewrite {
  return (raw) => {
    const value = Number(raw.takeValue());
    if (!Number.isFinite(value)) return false;
    raw.write(column.text(value + 0));
    return true;
  };
}

/** What each kind is read by; null where that cannot be told. */
const REWRITES: Readonly<Record<ColumnKind, (column: MovedColumn) => Rewrite | null>> = {
  id: () => idOf,
  text: ({ length }) => (length === null ? null : textUpTo(length)),
  json: () => jsonOf,
  integer: () => wholeOf(9),
  'large integer': () => wholeOf(15),
  instant: instantOf,
  double: doubleOf,
};

const orNone =
  (rewrite: Rewrite): Rewrite =>
  (raw) =>
    raw.skipNone() || rewrite(raw);

/**
 * What makes canonical lines of those that a database makes of as many rows, byte by byte; null for tables with columns of which it cannot
 * tell enough. It keeps nothing of lines in which anything is not surely what its column holds, and says so.
 */
export function rawLines(columns: readonly MovedColumn[]): ((raw: RawText, rows: number) => boolean) | null {
  const rewrites = columns.map((column) => {
    const rewrite = column.kind && REWRITES[column.kind](column);
    return rewrite && column.nullable ? orNone(rewrite) : rewrite;
  });
  const known = rewrites.filter((rewrite) => rewrite !== null);
  if (known.length < rewrites.length) return null;
  const last = known.length - 1;
  return (raw, rows) => {
    let lines = 0;
    while (!raw.ended) {
      for (let place = 0; place <= last; place += 1) {
        if (!known[place]?.(raw) || !raw.step(place === last ? END : TAB)) return false;
      }
      lines += 1;
    }
    // Each row has a line, and there are as many lines, each of as many values as columns: no value has an end of a line or a tab in it.
    if (lines !== rows) return false;
    raw.keep();
    return true;
  };
}
