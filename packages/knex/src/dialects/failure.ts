import { ConflictError, InvalidError, JanusError, TimeoutError, UnavailableError } from '@janus/core';
import { codeOf } from './dialect.js';

/** A column that must not be null was to be. Core checks before; this is for what goes past it. */
export const absent = (column: string) => new InvalidError(column, 'required', 'must be given');

/** A check of the schema was broken. */
export const unchecked = (rule: string) =>
  new InvalidError(rule, 'check', 'a value that this check of the schema accepts');

const HINTS = {
  unreachable: 'it cannot be reached; is it running, and are host and port right?',
  unopened: 'its file cannot be opened; is the path right, and may it be read and written?',
  refused: 'it refuses the login; are user and password right?',
  missing: 'there is no database of that name on this server; create it, empty, and run the migrations',
  unprepared: 'a table or column is not there; run the migrations',
  full: 'it has no space left',
  readonly: 'it can only be read',
  foreign: 'the file is not a database',
  unknown: 'see its documentation for the code',
} as const;

type Reason = keyof typeof HINTS;

/** What the codes of a database mean; those it does not list are left to `unexpected`. */
export interface Codes {
  readonly conflict: readonly string[];
  readonly timeout: readonly string[];
  readonly unavailable: Partial<Readonly<Record<Reason, readonly string[]>>>;
}

const NODE_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ENOENT',
];

/** Every failure that is not the statement's own: conflicts, time-outs, and a database that cannot. */
export function unexpected(error: unknown, codes: Codes): JanusError {
  const code = codeOf(error);
  if (error instanceof JanusError) return error;
  // Knex has no code for its own time-out, of waiting for a free connection.
  if (error instanceof Error && error.name === 'KnexTimeoutError') return new TimeoutError('no free connection');
  if (codes.conflict.includes(code)) return new ConflictError(code);
  if (codes.timeout.includes(code)) return new TimeoutError(code);
  const found = Object.entries(codes.unavailable).find(([, list]) => list.includes(code))?.[0];
  const reason = found ?? (NODE_CODES.includes(code) ? 'unreachable' : 'unknown');
  return new UnavailableError(code, HINTS[reason as Reason]);
}
