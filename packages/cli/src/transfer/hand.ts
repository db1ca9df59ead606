import { planTable, type Planned, type RefusedRow } from './plan.js';
import type { Range } from './range.js';
import { repair, type Repaired } from './repair.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';

/** Who is told how far a hand is. */
export interface Listener {
  readonly refused: (row: RefusedRow) => void;
  /** @param rows of the source that were just looked at */
  readonly looked: (table: string, rows: number) => void;
}

/** Somebody who compares and writes: in this thread, or in another. Tables are called by their names. */
export interface Hand {
  /** Compares a table of both sides, and looks whether the target would take what it has not. Nothing is written. */
  plan(table: string): Promise<Planned>;
  /**
   * Makes a range of the target what the source's is, and reads what it wrote again.
   * @param remove whether rows that the source has not are deleted
   */
  repair(table: string, range: Range, remove: boolean): Promise<Repaired>;
}

/** One that works in this thread. */
export class OwnHand implements Hand {
  constructor(
    private readonly tables: readonly MovedTable[],
    private readonly source: Side,
    private readonly target: Side,
    private readonly listener: Listener,
  ) {}

  async plan(name: string): Promise<Planned> {
    const { refused, looked } = this.listener;
    return planTable(this.#table(name), this.source, this.target, { refused, looked: (rows) => looked(name, rows) });
  }

  async repair(name: string, range: Range, remove: boolean): Promise<Repaired> {
    return repair(this.#table(name), range, { source: this.source, target: this.target, remove });
  }

  #table(name: string): MovedTable {
    const found = this.tables.find((table) => table.name === name);
    if (!found) throw new Error(`there is no table ${name}`);
    return found;
  }
}
