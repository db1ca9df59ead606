import type { JsonValue } from '@janus/core';
import type { Codec } from './image-record.js';

const asText = {
  idFrom: (id: string) => id,
  idTo: (id: string) => id,
};

export const sqliteCodec: Codec<string> = {
  ...asText,
  instantFrom: (stored) => new Date(stored),
  instantTo: (instant) => instant.getTime(),
  jsonFrom: (stored) => JSON.parse(stored as string) as JsonValue,
};

/** The driver makes dates and objects by itself. */
export const postgresCodec: Codec<string> = {
  ...asText,
  instantFrom: (stored) => stored as Date,
  instantTo: (instant) => instant.toISOString(),
  jsonFrom: (stored) => stored,
};

export const mysqlCodec: Codec<Buffer> = {
  idFrom(stored) {
    const hex = stored.toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  },
  idTo: (id) => Buffer.from(id.replaceAll('-', ''), 'hex'),
  instantFrom: (stored) => stored as Date,
  instantTo: (instant) => instant,
  // An object already from MySQL; MariaDB has no type of its own for JSON.
  jsonFrom: (stored) => (typeof stored === 'string' ? (JSON.parse(stored) as JsonValue) : stored),
};
