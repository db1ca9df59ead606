/** How far a transfer is. */
export interface TransferProgress {
  readonly phase: 'comparing' | 'copying' | 'indexing';
  readonly table: string;
  /** Rows that were looked at in this phase, of about how many. Of an index that is made, each row of its table counts. */
  readonly done: number;
  readonly total: number;
}

/** Counts rows for whoever watches. */
export class Counting {
  #done = 0;

  constructor(
    private readonly phase: TransferProgress['phase'],
    public expected: number,
    private readonly watching: { readonly onProgress?: ((progress: TransferProgress) => void) | undefined },
  ) {}

  expect(more: number): void {
    this.expected += more;
  }

  add(table: string, rows: number): void {
    this.#done += rows;
    // While the source is written to, there may be more than were counted.
    const counted = Math.max(this.expected, this.#done);
    this.watching.onProgress?.({ phase: this.phase, table, done: this.#done, total: counted });
  }
}
