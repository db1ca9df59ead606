import type { LeftOut } from './source.js';

export interface AdoptOptions {
  /** The e-mail of whose the images become that have nobody; a user is made of it if there is none. */
  readonly owner?: string | undefined;
  /** The folder with the images’ files, which are read where they are there. */
  readonly files?: string | undefined;
  /**
   * The name of the source, from which the new ids are made: `prototype`, if left out. A second database of the prototype’s, taken
   * over into the same target, needs another.
   */
  readonly name?: string | undefined;
  /** Told of every row that is not taken over. */
  readonly onRefused?: ((row: RowNotTaken) => void) | undefined;
  readonly onProgress?: ((progress: AdoptProgress) => void) | undefined;
}

/** A row that is not taken over, and why. No value of it but its id is in here. */
export interface RowNotTaken {
  readonly table: string;
  /** Its old id. */
  readonly id: bigint;
  /** Where the reason lies: a column of the source, or a rule of the target. */
  readonly what: string;
  /** The rule in a word, such as `length`, `reference` or `duplicate`. */
  readonly rule: string;
  /** What would have been taken over. */
  readonly allowed: string;
}

export interface AdoptProgress {
  readonly table: string;
  /** Rows of the source that were looked at, of about how many. */
  readonly done: number;
  readonly total: number;
}

/** What became of a table of the source. Its rows are those taken over now or before, and those that were not. */
export interface AdoptedTable {
  readonly name: string;
  /** Whether this version of the prototype has it. */
  readonly there: boolean;
  readonly rows: number;
  readonly taken: number;
  readonly before: number;
  readonly refused: number;
}

export interface AdoptResult {
  /** `complete`: all that the source holds is in the target. */
  readonly outcome: 'complete' | 'partial';
  /** The version of the prototype’s schema, by its tables and columns. */
  readonly version: string;
  readonly tables: readonly AdoptedTable[];
  /** Tables and columns that no version of the prototype had. */
  readonly leftOut: readonly LeftOut[];
}
