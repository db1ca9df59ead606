import {
  InvalidError,
  type Id,
  type ImageId,
  type JsonObject,
  type JsonValue,
  type NewLogEntry,
  type UserId,
} from '@janus/core';
import { check, instant as instantRule, newLogEntry } from '@janus/core/adapter';
import type { Database } from '@janus/knex';
import { newLogValues, type Row } from '@janus/knex/tables';
import type { ImageFile } from '@janus/ingest';
import { instant, type OldRow } from './cells.js';
import { adoptedId, unknownInstant } from './identity.js';
import type { PrototypeTable } from './prototype.js';

/** A row to be written, and its table. */
export interface Made {
  readonly table: string;
  readonly row: Row;
}

/** What a row becomes, and when it came to be. */
export interface Identity {
  readonly id: Id<string>;
  readonly at: Date;
  /** Whether the row says when. */
  readonly known: boolean;
}

/** What the row of a table needs of all the others. */
export interface Around {
  readonly database: Database;
  /** The name of the source. */
  readonly source: string;
  /** @throws InvalidError when it is not there */
  readonly user: (old: bigint, column: string) => UserId;
  /** Whether a user is in the source at all. */
  readonly hasUser: (old: bigint) => boolean;
  /** @throws InvalidError when it is not there */
  readonly image: (old: bigint, column: string) => ImageId;
  /** Whether a row of the source’s table admins is about a user. */
  readonly isAdmin: (old: bigint) => boolean;
  /** Whose images are that have nobody. @throws InvalidError when none was named */
  readonly owner: () => Promise<UserId>;
  /** The file of an image; null where there is none that can be read. */
  readonly file: (filename: string | null) => Promise<ImageFile | null>;
}

/** How the rows of one table are taken over. */
export interface Adoption {
  readonly table: PrototypeTable;
  /** The columns that say when a row came to be; the first that says it counts. */
  readonly times: readonly string[];
  /** The tables in which the new id is found when the row was taken over. */
  readonly marks: (
    identity: Identity,
    origin: Id<'log'>,
  ) => readonly { readonly table: string; readonly id: Id<string> }[];
  /** @throws InvalidError for what cannot be taken over */
  readonly make: (row: OldRow, identity: Identity, around: Around) => readonly Made[] | Promise<readonly Made[]>;
}

/** @throws InvalidError when what it says is no instant, or none that can be stored */
export function identify(source: string, { table, times }: Pick<Adoption, 'table' | 'times'>, row: OldRow): Identity {
  for (const column of times) {
    const found = instant(row, column);
    if (!found) continue;
    const at = check(instantRule, found, column);
    return { id: adoptedId(source, table, row.id, at), at, known: true };
  }
  const at = unknownInstant(row.id);
  return { id: adoptedId(source, table, row.id, at), at, known: false };
}

/** A number that JSON holds exactly, or its digits. */
const oldId = (id: bigint): JsonValue => (id === BigInt(Number(id)) ? Number(id) : String(id));

/** From which row something came. */
export const prototypeOf = (
  { source }: Pick<Around, 'source'>,
  table: PrototypeTable,
  row: OldRow,
  more: JsonObject = {},
): JsonObject => ({ source, table, id: oldId(row.id), ...more });

/** A row’s own metadata, and from which row it came: beside its keys or, of what has no keys, around it. */
export function withPrototype(metadata: JsonValue | undefined, prototype: JsonObject): JsonObject {
  if (metadata === undefined || metadata === null) return { prototype };
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return { prototype: { ...prototype, metadata } };
  const own = metadata as JsonObject;
  return {
    ...own,
    prototype: own['prototype'] === undefined ? prototype : { ...prototype, prototype: own['prototype'] },
  };
}

/** @throws InvalidError */
export function logRow(
  database: Database,
  entry: NewLogEntry & { readonly id: Id<'log'>; readonly timestamp: Date },
): Made {
  const { id, timestamp } = entry;
  return { table: 'logs', row: newLogValues(database, check(newLogEntry, entry), { id, at: timestamp }) };
}

/** The id of the log entry that says from which row something came. */
export const originId = (source: string, table: PrototypeTable, row: OldRow, at: Date): Id<'log'> =>
  adoptedId(source, `${table} origin`, row.id, at);

/** The log entry that says from which row something came that has no metadata of its own to say it. */
export const origin = (
  around: Around,
  table: PrototypeTable,
  row: OldRow,
  at: Date,
  { more, ...about }: { readonly userId?: UserId; readonly imageId?: ImageId; readonly more: JsonObject },
): Made =>
  logRow(around.database, {
    id: originId(around.source, table, row, at),
    timestamp: at,
    action: 'adopted',
    module: 'adopt',
    ...about,
    metadata: { prototype: prototypeOf(around, table, row, more) },
  });

/** @throws InvalidError that the row says nothing in a column that must say something */
export function required<Value>(value: Value | null, column: string): Value {
  if (value === null) throw new InvalidError(column, 'required', 'must be given');
  return value;
}
