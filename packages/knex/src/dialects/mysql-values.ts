import type { Knex } from 'knex';

/** How many bytes are left in front of a packet. */
export const HEADER = 4;

const QUERY = 0x03;
const EXECUTE = 0x17;
const TYPES = { tiny: 1, double: 5, null: 6, integer: 8, instant: 12, bytes: 252, text: 253 };

/** Bytes that are at most so many are told by one byte. */
const SHORT = 250;

/** How many bytes a value may take, its length among them. */
function room(value: Plain): number {
  if (typeof value === 'string') return 9 + value.length * 3;
  if (value instanceof Uint8Array) return 9 + value.length;
  return 12;
}

/** The packet that runs a statement as it is, with room for its header. */
export function query(sql: string): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + 1 + Buffer.byteLength(sql));
  buffer[HEADER] = QUERY;
  buffer.write(sql, HEADER + 1, 'utf8');
  return buffer;
}

/**
 * The packet that runs a prepared statement, with room for its header.
 * https://mariadb.com/kb/en/com_stmt_execute/
 */
export function execution(statement: number, given: readonly Knex.Value[]): Buffer {
  const values = given.map(plainly);
  const bitmap = (values.length + 7) >> 3;
  const types = 14 + bitmap + 1;
  let at = values.length === 0 ? 14 : types + values.length * 2;
  let size = at;
  for (const value of values) size += room(value);
  const buffer = Buffer.allocUnsafe(size);
  buffer[4] = EXECUTE;
  buffer.writeUInt32LE(statement, 5);
  // No cursor; run once.
  buffer[9] = 0;
  buffer.writeUInt32LE(1, 10);
  if (values.length === 0) return buffer;
  buffer.fill(0, 14, types - 1);
  // The types follow.
  buffer[types - 1] = 1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as Plain;
    const type = typeOf(value);
    buffer[types + index * 2] = type;
    buffer[types + index * 2 + 1] = 0;
    if (value === null) buffer[14 + (index >> 3)] = (buffer[14 + (index >> 3)] as number) | (1 << (index & 7));
    else at = write(buffer, at, value, type);
  }
  return buffer.subarray(0, at);
}

type Plain = string | number | boolean | Date | Uint8Array | null;

function plainly(value: Knex.Value): Plain {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    default:
      if (value === null || value instanceof Date || value instanceof Uint8Array) return value;
      if (value === undefined) throw new TypeError('a value to be bound is undefined');
      return JSON.stringify(value);
  }
}

function typeOf(value: Plain): number {
  if (typeof value === 'string') return TYPES.text;
  // Where an integer is expected, a double has the statement prepared again.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? TYPES.integer : TYPES.double;
  if (typeof value === 'boolean') return TYPES.tiny;
  if (value === null) return TYPES.null;
  return value instanceof Date ? TYPES.instant : TYPES.bytes;
}

/** Writes a value, and returns where it ends. */
function write(buffer: Buffer, at: number, value: Exclude<Plain, null>, type: number): number {
  if (typeof value === 'string') return writeText(buffer, at, value);
  if (typeof value === 'number') {
    if (type === TYPES.double) return buffer.writeDoubleLE(value, at);
    buffer.writeInt32LE(value | 0, at);
    return buffer.writeInt32LE(Math.floor(value / 2 ** 32), at + 4);
  }
  if (typeof value === 'boolean') return buffer.writeInt8(Number(value), at);
  if (value instanceof Date) return writeInstant(buffer, at, value);
  const start = writeLength(buffer, at, value.length);
  buffer.set(value, start);
  return start + value.length;
}

function writeText(buffer: Buffer, at: number, value: string): number {
  // Its length is known before it is written, or takes one byte whatever it is.
  if (value.length * 3 <= SHORT) {
    const written = buffer.write(value, at + 1, 'utf8');
    buffer[at] = written;
    return at + 1 + written;
  }
  const start = writeLength(buffer, at, Buffer.byteLength(value));
  return start + buffer.write(value, start, 'utf8');
}

function writeLength(buffer: Buffer, at: number, length: number): number {
  if (length <= SHORT) return buffer.writeUInt8(length, at);
  if (length < 2 ** 16) return buffer.writeUInt16LE(length, buffer.writeUInt8(0xfc, at));
  if (length < 2 ** 24) return buffer.writeUIntLE(length, buffer.writeUInt8(0xfd, at), 3);
  buffer[at] = 0xfe;
  return buffer.writeUInt32LE(0, buffer.writeUInt32LE(length, at + 1));
}

function writeInstant(buffer: Buffer, at: number, value: Date): number {
  buffer[at] = 11;
  buffer.writeUInt16LE(value.getUTCFullYear(), at + 1);
  buffer[at + 3] = value.getUTCMonth() + 1;
  buffer[at + 4] = value.getUTCDate();
  buffer[at + 5] = value.getUTCHours();
  buffer[at + 6] = value.getUTCMinutes();
  buffer[at + 7] = value.getUTCSeconds();
  return buffer.writeUInt32LE(value.getUTCMilliseconds() * 1000, at + 8);
}
