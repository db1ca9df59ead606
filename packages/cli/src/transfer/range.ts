import { createHash, type Hash } from 'node:crypto';
import type { CanonicalRow } from './row.js';
import type { Span } from './span.js';
import type { Place } from './spool.js';

/** How many rows a side has, and a digest of them. */
export interface Sum {
  readonly rows: number;
  readonly digest: string;
}

/** The lines of some rows, in the order of their keys: the same for rows that mean the same. */
export interface Lines {
  readonly count: number;
  readonly lines: Buffer;
}

export const linesOf = (rows: readonly CanonicalRow[]): Lines => ({
  count: rows.length,
  lines: Buffer.from(rows.map(({ text }) => text).join('')),
});

/** Sums up rows as they come. The digest is SHA-256, in hexadecimal, of their canonical texts in the order of their keys. */
export class Summing {
  readonly #hash: Hash;
  #rows: number;

  /** @param before what was summed up already */
  constructor(before?: Summing) {
    this.#hash = before ? before.#hash.copy() : createHash('sha256');
    this.#rows = before ? before.#rows : 0;
  }

  add({ count, lines }: Lines): void {
    this.#rows += count;
    this.#hash.update(lines);
  }

  end(): Sum {
    return { rows: this.#rows, digest: this.#hash.digest('hex') };
  }
}

export function sumOf(found: Lines): Sum {
  const summing = new Summing();
  summing.add(found);
  return summing.end();
}

/** A range of a table, and what is known of it on both sides. */
export interface Range {
  readonly span: Span;
  source: Sum;
  target: Sum;
  /** Whether both sides have to be looked at (again), for they differ or may. */
  open: boolean;
  /** Where the source's lines are, all of which the target has yet to get. */
  spooled: Place | null;
  /** Whether they were copied ahead. */
  copied: boolean;
}

export const differ = ({ source, target }: Pick<Range, 'source' | 'target'>): boolean =>
  source.digest !== target.digest;

/** Of a whole table: the digest is that of its ranges' digests. */
export function total(ranges: readonly Range[], side: 'source' | 'target'): Sum {
  const hash = createHash('sha256');
  let rows = 0;
  for (const range of ranges) {
    rows += range[side].rows;
    hash.update(range[side].digest);
  }
  return { rows, digest: hash.digest('hex') };
}
