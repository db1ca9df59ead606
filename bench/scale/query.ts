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
  /** Whether each run asks for something else, which no cache has, or all for the same, which one may have. */
  readonly asks: 'same' | 'other';
  /** @param turn how often it was run before */
  readonly run: (turn: number) => Promise<unknown>;
}

export const page = (name: string, run: () => Promise<unknown>): Query => ({ name, kind: 'page', asks: 'same', run });
export const count = (name: string, run: () => Promise<unknown>): Query => ({ name, kind: 'count', asks: 'same', run });
export const others = (name: string, run: Query['run']): Query => ({ name, kind: 'page', asks: 'other', run });

/** The index of an image that was not asked for lately. */
export const scattered = (turn: number, size: number): number => (turn * 7_919_777 + Math.floor(size / 3)) % size;
