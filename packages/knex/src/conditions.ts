import type { MetadataFilter, Period } from '@janus/core';
import type { Knex } from 'knex';
import type { Database } from './database.js';
import type { Fragment } from './dialects/dialect.js';

export type Value = Knex.Value;

/** A range of values, each end with how it is compared. */
export interface Bounds {
  readonly '>='?: Value;
  readonly '<='?: Value;
  readonly '<'?: Value;
  readonly '>'?: Value;
}

/** A period of time, as a range of what instants are stored as. */
export const during = ({ from, to }: Period, value: (at: Date) => Value): Bounds => ({
  ...(from && { '>=': value(from) }),
  ...(to && { '<': value(to) }),
});

/** Narrows a query to a range. */
export function between(query: Knex.QueryBuilder, column: string, bounds: Bounds): void {
  for (const [operator, value] of Object.entries(bounds)) query.where(column, operator, value as Value);
}

/** How many rows are few: to gather and sort them takes about as long as a page does anyway. */
export const FEW = 250;

/** The id after so many of those that a query finds; null where there are no more. Ids tell times: it tells how close they lie. */
export const reachOf = (query: Knex.QueryBuilder, id: string, after = FEW): Knex.QueryBuilder =>
  query.select(id).limit(1, { skipBinding: true }).offset(after, { skipBinding: true });

/** The condition that JSON has a value at a path, or this value. */
export function having({ dialect }: Database, column: string, filter: MetadataFilter | undefined): Fragment | null {
  if (!filter) return null;
  const { path, equals } = filter;
  return equals === undefined ? dialect.jsonHas(column, path) : dialect.jsonIs(column, path, equals);
}

/** What a row must refer to: this, nothing (null), or anything (undefined). */
export const referring = ({ dialect }: Database, id: string | null | undefined): Value | null | undefined =>
  id === null || id === undefined ? id : dialect.idValue(id);
