import { createLRU } from 'lru.min';
import type { Row } from './dialect.js';

/** A part of what the server sent: a packet of the driver's. */
export interface Packet {
  readonly buffer: Buffer;
  /** Where its content begins. */
  readonly offset: number;
  readonly end: number;
}

export type ReadRow = (packet: Packet) => Row;

/** What the server says of a result's columns, and how its rows are read. */
export interface Shape {
  /** The content of each packet that describes a column. */
  readonly descriptions: readonly Buffer[];
  readonly row: ReadRow;
}

/** How many shapes are kept, for all connections. */
const SHAPES_KEPT = 1_000;
const shapes = createLRU<string, Shape>({ max: SHAPES_KEPT });

/** Takes the packets that describe a result's columns. */
export class Columns {
  /** How many are described as they were the last time; and how those are that come after. */
  #same = 0;
  readonly #others: Buffer[] = [];

  constructor(
    private readonly count: number,
    private readonly last: Shape | undefined,
  ) {}

  /** @returns whether it was one of them */
  take({ buffer, offset, end }: Packet): boolean {
    if (this.#same + this.#others.length === this.count) return false;
    const description = this.#others.length === 0 ? this.last?.descriptions[this.#same] : undefined;
    if (description?.compare(buffer, offset, end) === 0) this.#same += 1;
    else this.#others.push(Buffer.from(buffer.subarray(offset, end)));
    return true;
  }

  /** The same object for the same columns on each connection, so that their code is compiled once. */
  shape(): Shape {
    const { last } = this;
    if (last && this.#same === this.count && last.descriptions.length === this.count) return last;
    const descriptions = [...(last?.descriptions.slice(0, this.#same) ?? []), ...this.#others];
    const key = descriptions.map((description) => `${description.length} ${description.toString('latin1')}`).join('');
    let shape = shapes.get(key);
    if (!shape) shapes.set(key, (shape = { descriptions, row: rowsOf(descriptions.map(columnOf)) }));
    return shape;
  }
}

/** A number as lengths are written: in one byte, or in those that follow it. */
export function numberAt(buffer: Buffer, at: number): number {
  const first = buffer[at] as number;
  if (first < 0xfb) return first;
  return buffer.readUIntLE(at + 1, first === 0xfc ? 2 : first === 0xfd ? 3 : 6);
}

/** Up to so many characters are put together one by one. */
const SHORT = 12;

/** The text of some bytes; null if they are more than ASCII. */
function asciiOf(buffer: Buffer, start: number, end: number): string | null {
  let text = '';
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] as number;
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Whether bytes are this text, which is ASCII if they are. */
function isText(buffer: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const byte = buffer[start + index] as number;
    if (byte > 0x7f || byte !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Reads values out of a packet, one after the other. */
class Values {
  buffer: Buffer = Buffer.alloc(0);
  at = 0;
  #lastDay = 0;
  #lastMidnight = NaN;

  byte(): number {
    return this.buffer[this.at++] as number;
  }

  length(): number {
    const length = numberAt(this.buffer, this.at);
    const first = this.byte();
    if (first > 0xfa) this.at += first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
    return length;
  }

  bytes(): Buffer {
    const length = this.length();
    return this.buffer.subarray(this.at, (this.at += length));
  }

  text(): string {
    const length = this.length();
    const start = this.at;
    this.at += length;
    const short = length <= SHORT ? asciiOf(this.buffer, start, this.at) : null;
    return short ?? this.buffer.toString('utf8', start, this.at);
  }

  int8(): number {
    return this.buffer.readInt8((this.at += 1) - 1);
  }

  uint8(): number {
    return this.byte();
  }

  int16(): number {
    return this.buffer.readInt16LE((this.at += 2) - 2);
  }

  uint16(): number {
    return this.buffer.readUInt16LE((this.at += 2) - 2);
  }

  int32(): number {
    return this.buffer.readInt32LE((this.at += 4) - 4);
  }

  uint32(): number {
    return this.buffer.readUInt32LE((this.at += 4) - 4);
  }

  /** As text what a double does not hold. */
  int64(): number | string {
    const low = this.uint32();
    const value = low + 2 ** 32 * this.int32();
    return Number.isSafeInteger(value) ? value : `${this.buffer.readBigInt64LE(this.at - 8)}`;
  }

  uint64(): number | string {
    const low = this.uint32();
    const value = low + 2 ** 32 * this.uint32();
    return Number.isSafeInteger(value) ? value : `${this.buffer.readBigUInt64LE(this.at - 8)}`;
  }

  float(): number {
    return this.buffer.readFloatLE((this.at += 4) - 4);
  }

  double(): number {
    return this.buffer.readDoubleLE((this.at += 8) - 8);
  }

  /** An instant in UTC; what is zero at its end is left out. */
  instant(): Date {
    const length = this.byte();
    const { buffer, at } = this;
    this.at += length;
    if (length < 4) return new Date(NaN);
    const midnight = this.#midnight(buffer.readUInt32LE(at));
    if (length === 4) return new Date(midnight);
    const minutes = (buffer[at + 4] as number) * 60 + (buffer[at + 5] as number);
    const milliseconds = length > 7 ? buffer.readUInt32LE(at + 7) / 1000 : 0;
    return new Date(midnight + (minutes * 60 + (buffer[at + 6] as number)) * 1000 + milliseconds);
  }

  /** When a day begins, which often is that of the instant before: the year, the month, and the day, in four bytes. */
  #midnight(day: number): number {
    if (day !== this.#lastDay) {
      this.#lastDay = day;
      this.#lastMidnight = Date.UTC(day & 0xffff, ((day >> 16) & 0xff) - 1, day >>> 24);
    }
    return this.#lastMidnight;
  }
}

/** Texts of up to so many characters are compared with the one before. */
const REMEMBERED = 100;

/** Reads the text of one column, which often is what it was in the row before. */
class Text {
  #last = '';

  read(values: Values): string {
    const { buffer, at } = values;
    const { length } = this.#last;
    // Its length, too, is in one byte.
    if (buffer[at] === length && isText(buffer, at + 1, this.#last)) {
      values.at = at + 1 + length;
      return this.#last;
    }
    const text = values.text();
    if (text.length <= REMEMBERED) this.#last = text;
    return text;
  }
}

/** Of all rows: what keeps the last packet in memory is to be one. */
const VALUES = new Values();

type Reading = Exclude<keyof Values, 'buffer' | 'at'>;

interface Column {
  readonly name: string;
  readonly reading: Reading;
}

/** How a type is sent that is not text of some length: of its numbers, the form with a sign, and that without. */
const READINGS: Readonly<Record<number, readonly [signed: Reading, unsigned: Reading]>> = {
  1: ['int8', 'uint8'],
  2: ['int16', 'uint16'],
  3: ['int32', 'uint32'],
  4: ['float', 'float'],
  5: ['double', 'double'],
  7: ['instant', 'instant'],
  8: ['int64', 'uint64'],
  9: ['int32', 'uint32'],
  10: ['instant', 'instant'],
  12: ['instant', 'instant'],
  13: ['uint16', 'uint16'],
};
/** The types of text or bytes; of JSON, a decimal, or a bit, too; and of what is always null. */
const OF_SOME_LENGTH = new Set([0, 6, 15, 16, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254]);
const JSON_AND_DECIMALS = new Set([0, 245, 246]);
const BYTES = 63;
const UNSIGNED = 32;

/** https://mariadb.com/kb/en/result-set-packets/#column-definition-packet; what stands last has a length that is always the same. */
function columnOf(description: Buffer): Column {
  const values = VALUES;
  values.buffer = description;
  values.at = 0;
  // Catalogue, schema, and the table's name twice.
  for (let skipped = 0; skipped < 4; skipped += 1) values.bytes();
  const name = values.text();
  values.at = description.length - 12;
  const charset = values.uint16();
  values.at += 4;
  const type = values.byte();
  const flags = values.uint16();
  const [signed, unsigned] = READINGS[type] ?? [];
  if (signed && unsigned) return { name, reading: (flags & UNSIGNED) === 0 ? signed : unsigned };
  if (!OF_SOME_LENGTH.has(type)) throw new TypeError(`column ${name} is of a type that is not read here: ${type}`);
  return { name, reading: charset === BYTES && !JSON_AND_DECIMALS.has(type) ? 'bytes' : 'text' };
}

/**
 * Reads rows of these columns. The code is made for them: an object that is written as a literal takes half the time, to make
 * and to read, of one that gets its properties one by one, as the driver's do.
 */
function rowsOf(columns: readonly Column[]): ReadRow {
  // The first two bits are not used.
  const nulls = Array.from({ length: (columns.length + 9) >> 3 }, (_, index) => `const nulls${index} = values.byte();`);
  const properties = columns.map(({ name, reading }, index) => {
    const isNull = `nulls${(index + 2) >> 3} & ${1 << ((index + 2) & 7)}`;
    const value = reading === 'text' ? `texts[${index}].read(values)` : `values.${reading}()`;
    return `${JSON.stringify(name)}: ${isNull} ? null : ${value}`;
  });
  const code = `values.buffer = packet.buffer; values.at = packet.offset + 1; ${nulls.join(' ')} return { ${properties.join(', ')} };`;
  // eslint-disable-next-line typescript/no-implied-eval -- of names of columns, in quotes
  const make = new Function('values', 'texts', `return (packet) => { ${code} };`) as (
    values: Values,
    texts: readonly Text[],
  ) => ReadRow;
  return make(
    VALUES,
    columns.map(() => new Text()),
  );
}
