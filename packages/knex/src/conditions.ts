import type { MetadataFilter, Period } from '@janus/core';
import type { Knex } from 'knex';
import type { Database } from './database.js';

/** Narrows a query to a period of time. */
export function during(
  query: Knex.QueryBuilder,
  column: string,
  period: Period | undefined,
  value: (at: Date) => Knex.Value,
): void {
  if (period?.from) query.where(column, '>=', value(period.from));
  if (period?.to) query.where(column, '<', value(period.to));
}

/** Narrows a query to rows whose JSON has a value at a path, or this value. */
export function having(
  { dialect }: Database,
  query: Knex.QueryBuilder,
  column: string,
  filter: MetadataFilter | undefined,
): void {
  if (!filter) return;
  const { path, equals } = filter;
  const found = equals === undefined ? dialect.jsonHas(column, path) : dialect.jsonIs(column, path, equals);
  query.whereRaw(`(${found.sql})`, [...found.bindings]);
}

/** Narrows a query to rows that refer to this, or (null) to nothing. */
export function referring(
  { dialect }: Database,
  query: Knex.QueryBuilder,
  column: string,
  id: string | null | undefined,
): void {
  if (id === null) query.whereNull(column);
  else if (id !== undefined) query.where(column, dialect.idValue(id));
}
