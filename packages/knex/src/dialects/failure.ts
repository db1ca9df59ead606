import { ConflictError, InvalidError, JanusError, TimeoutError, UnavailableError } from '@janus/core';
import { codeOf } from './dialect.js';

/** What did not come in time, where all connections of the pool were in use. */
export const NO_FREE_CONNECTION = 'no free connection';

/** A column that must not be null was to be. Core checks before; this is for what goes past it. */
export const absent = (column: string) => new InvalidError(column, 'required', 'must be given');

/** A check of the schema was broken. */
export const unchecked = (rule: string) =>
  new InvalidError(rule, 'check', 'a value that this check of the schema accepts');

const HINTS = {
  unreachable: 'it cannot be reached; is it running, and are host and port right?',
  unopened: 'its file cannot be opened; is the path right, and may it be read and written?',
  refused: 'it refuses the login; are user and password right, and does it take connections without TLS?',
  untrusted:
    'its certificate is not trusted, or not valid now; name the file that has its authority’s in the URL, as sslrootcert',
  misnamed: 'its certificate is not for this host; name the host in the URL as the certificate does',
  plain: 'it does not speak TLS, which the URL asks for; set it up there',
  encrypted: 'it takes only encrypted connections; end the URL with ?sslmode=verify-full',
  forbidden: 'its user may not do this; see in the README which rights it needs',
  missing: 'there is no database of that name on this server; create it, empty, and run the migrations',
  unprepared: 'a table or column is not there; run the migrations',
  crowded: 'it takes no more connections; let it take more, or give each application fewer',
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

/** What Node's codes mean. */
const NODE: Codes['unavailable'] = {
  unreachable: ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN', 'ENOENT'],
  misnamed: ['ERR_TLS_CERT_ALTNAME_INVALID'],
  untrusted: [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_SIGNATURE_FAILURE',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'INVALID_CA',
    'INVALID_PURPOSE',
  ],
};

/** The server does not encrypt, by the words of a driver that has no code for it. */
export const unencrypted = () => new UnavailableError('no TLS', HINTS.plain);

/** A URL that the driver cannot take apart. Its own error has the whole of it. */
const malformed = () =>
  new InvalidError(
    'url',
    'format',
    'scheme://user:password@host:port/database, with percent codes for what has a meaning there: %40 for @, %2F for /, %25 for %',
  );

/** The connection was lost, by the words of a driver that has no code for it. */
export const connectionLost = () => new UnavailableError('connection lost', HINTS.unreachable);

/** Every failure that is not the statement's own: conflicts, time-outs, and a database that cannot. */
export function unexpected(error: unknown, codes: Codes): JanusError {
  const code = codeOf(error);
  if (error instanceof JanusError) return error;
  // Knex has no code for its own time-out, of waiting for a free connection.
  if (error instanceof Error && error.name === 'KnexTimeoutError') return new TimeoutError(NO_FREE_CONNECTION);
  if (codes.conflict.includes(code)) return new ConflictError(code);
  if (codes.timeout.includes(code)) return new TimeoutError(code);
  if (['ERR_INVALID_URL', 'ERR_SOCKET_BAD_PORT'].includes(code) || error instanceof URIError) return malformed();
  const listed = [...Object.entries(codes.unavailable), ...Object.entries(NODE)];
  const reason = listed.find(([, list]) => list.includes(code))?.[0] ?? 'unknown';
  return new UnavailableError(code, HINTS[reason as Reason]);
}
