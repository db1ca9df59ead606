import type { DialectName } from '../dialect-name.js';
import type { DialectResults } from '../results.js';

/** What a process is told that measures one database. */
export interface Settings {
  readonly dialect: DialectName;
  readonly images: number;
  readonly rounds: number;
  readonly slice: number;
  /** Parts of titles; an empty one is part of each. */
  readonly only: readonly string[];
  readonly knex: boolean;
  /** The folder for profiles of Janus's side. */
  readonly profile: string | null;
}

/** What it tells in return: how far it is, and at its end one of the others. */
export type Message =
  | { readonly progress: string }
  | { readonly results: DialectResults }
  | { readonly unavailable: string }
  | { readonly failure: string };

export const INTERRUPTED = 'interrupted';
