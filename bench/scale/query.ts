import type { Rare } from '../data/rare.js';
import type { Store } from './store.js';

/** What is asked: a database, how many images it has, and what is rare among them. */
export interface Subject {
  readonly store: Store;
  readonly size: number;
  readonly rare: Rare;
}

/** A question to a database. */
export interface Query {
  readonly name: string;
  /** What a count takes may grow with the rows that it counts; what a page takes may not. */
  readonly kind: 'page' | 'count';
  /** @param turn how often it was run before */
  readonly run: (turn: number) => Promise<unknown>;
}

export const page = (name: string, run: Query['run']): Query => ({ name, kind: 'page', run });
export const count = (name: string, run: Query['run']): Query => ({ name, kind: 'count', run });

/** What is asked for is not there in this version. */
export class NotYetError extends Error {}
