import { JSON_BYTES, JSON_DEPTH } from '@janus/core';
import { BACKSLASH, type RawText } from './raw-text.js';

const codeOf = (letter: string) => letter.charCodeAt(0);
const [QUOTE, COMMA, COLON, SPACE] = [codeOf('"'), codeOf(','), codeOf(':'), codeOf(' ')];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [codeOf('{'), codeOf('}'), codeOf('['), codeOf(']')];
const [ZERO, NINE, POINT, MINUS, UNDERSCORE] = [codeOf('0'), codeOf('9'), codeOf('.'), codeOf('-'), codeOf('_')];

/** Letters that stand for others after a backslash, wherever JSON is written as shortly as it can be. */
const ESCAPED = new Set(Array.from('"\\bfnrt', codeOf));

const WORDS: ReadonlyMap<number, readonly number[]> = new Map(
  ['true', 'false', 'null'].map((word) => [codeOf(word), Array.from(word, codeOf)]),
);

const LONGEST_KEY = 255;
/** So many digits are those of the one double that they are read as. */
const SURE_DIGITS = 15;
/** Numbers with as many zeros after the point are written otherwise. */
const ZEROS = 6;

/**
 * Reads JSON as core writes it (no spaces, keys in their order), and writes it as PostgreSQL shows it, with a space after each comma and
 * colon, in the text format of COPY. False if it is not surely so.
 */
export function jsonOf(raw: RawText): boolean {
  const start = raw.at;
  return valueOf(raw, 0) && raw.at - start <= JSON_BYTES;
}

function valueOf(raw: RawText, depth: number): boolean {
  if (depth > JSON_DEPTH) return false;
  const first = raw.from[raw.at] ?? 0;
  if (first === QUOTE) return stringOf(raw);
  if (first === OPEN_OBJECT) return objectOf(raw, depth);
  if (first === OPEN_ARRAY) return arrayOf(raw, depth);
  const word = WORDS.get(first);
  return word ? word.every((byte) => raw.step(byte)) : numberOf(raw);
}

function arrayOf(raw: RawText, depth: number): boolean {
  raw.step(OPEN_ARRAY);
  if (raw.step(CLOSE_ARRAY)) return true;
  for (;;) {
    if (!valueOf(raw, depth + 1)) return false;
    if (raw.step(CLOSE_ARRAY)) return true;
    if (!separated(raw, COMMA)) return false;
  }
}

function objectOf(raw: RawText, depth: number): boolean {
  raw.step(OPEN_OBJECT);
  if (raw.step(CLOSE_OBJECT)) return true;
  for (let [before, length] = [0, -1]; ;) {
    const key = raw.at + 1;
    if (raw.from[raw.at] !== QUOTE || !stringOf(raw)) return false;
    const size = raw.at - 1 - key;
    if (!isSureKey(raw.from, key, size) || !comesAfter(raw.from, key, size, before, length)) return false;
    [before, length] = [key, size];
    if (!separated(raw, COLON) || !valueOf(raw, depth + 1)) return false;
    if (raw.step(CLOSE_OBJECT)) return true;
    if (!separated(raw, COMMA)) return false;
  }
}

function separated(raw: RawText, byte: number): boolean {
  if (!raw.step(byte)) return false;
  raw.to[raw.end++] = SPACE;
  return true;
}

/** JavaScript puts keys that are numbers before all others, and `__proto__` is none. */
function isSureKey(from: Uint8Array, key: number, length: number): boolean {
  if (length > LONGEST_KEY || (from[key] === UNDERSCORE && from[key + 1] === UNDERSCORE)) return false;
  let isNumber = length > 0;
  for (let place = key; place < key + length; place += 1) {
    const byte = from[place] ?? 0;
    if (byte === BACKSLASH) return false;
    isNumber &&= byte >= ZERO && byte <= NINE;
  }
  return !isNumber;
}

/** The shorter key is first; of those that are as long, the one of the lower bytes. */
function comesAfter(from: Uint8Array, key: number, length: number, before: number, lengthBefore: number): boolean {
  if (length !== lengthBefore) return length > lengthBefore;
  for (let place = 0; place < length; place += 1) {
    const difference = (from[key + place] ?? 0) - (from[before + place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function stringOf(raw: RawText): boolean {
  const { from, to } = raw;
  let { at, end } = raw;
  to[end++] = QUOTE;
  for (at += 1; ; at += 1) {
    const byte = from[at] ?? 0;
    if (byte < SPACE) return false;
    if (byte === BACKSLASH) {
      const letter = from[(at += 1)] ?? 0;
      if (!ESCAPED.has(letter)) return false;
      to[end++] = BACKSLASH;
      to[end++] = BACKSLASH;
      if (letter === BACKSLASH) to[end++] = BACKSLASH;
      to[end++] = letter;
    } else {
      to[end++] = byte;
      if (byte === QUOTE) break;
    }
  }
  raw.at = at + 1;
  raw.end = end;
  return true;
}

/** A number in the digits that JavaScript writes it in, without an exponent. */
function numberOf(raw: RawText): boolean {
  const { from } = raw;
  const start = raw.at;
  let at = from[start] === MINUS ? start + 1 : start;
  const whole = at;
  let point = -1;
  for (; ; at += 1) {
    const byte = from[at] ?? 0;
    if (byte === POINT && point === -1) point = at;
    else if (byte < ZERO || byte > NINE) break;
  }
  raw.at = at;
  if (!isShortest(from, start, whole, point, at) && !isAsJavaScriptHasIt(raw, start)) return false;
  raw.copy(start);
  return true;
}

function isShortest(from: Uint8Array, start: number, whole: number, point: number, end: number): boolean {
  const digits = end - whole - (point === -1 ? 0 : 1);
  const wholeDigits = (point === -1 ? end : point) - whole;
  if (digits > SURE_DIGITS || wholeDigits === 0) return false;
  const isZero = from[whole] === ZERO;
  if (isZero && wholeDigits > 1) return false;
  if (point === -1) return !isZero || whole === start;
  if (point === end - 1 || from[end - 1] === ZERO) return false;
  if (!isZero) return true;
  for (let place = point + 1; place <= point + ZEROS; place += 1) if ((from[place] ?? 0) !== ZERO) return place < end;
  return false;
}

function isAsJavaScriptHasIt(raw: RawText, start: number): boolean {
  const text = raw.from.toString('latin1', start, raw.at);
  return String(Number(text)) === text;
}
