import { JanusError } from '@janus/core';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@janus/knex';
import { takeOff } from './burdens.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';

type Copies = NonNullable<Database['dialect']['copies']>;

/** How many bytes may wait to be copied. */
const WAITING = 2 ** 22;

/**
 * How long comparing waits for copying, in all, in milliseconds. Then nothing more is copied ahead: all of it is lost if the process ends
 * before it is kept.
 */
const PATIENCE = 30_000;

/** Why all of it is taken back. */
class TakenBack extends Error {}

/**
 * Copies lines to tables that are empty while others are compared yet: in one transaction, so that nothing of it is there before
 * it is kept, and with it goes what the tables can do without meanwhile.
 */
export class Ahead {
  readonly #kept: Promise<boolean>;
  #waiting: { readonly table: MovedTable; readonly lines: Buffer }[] = [];
  /** How many bytes are under way or waiting. */
  #open = 0;
  #waited = 0;
  #isOver = false;
  #end: 'keep' | 'take back' | null = null;
  #wake: () => void = () => {};
  #room: () => void = () => {};

  private constructor(
    private readonly target: Side,
    private readonly copies: Copies,
    tables: readonly string[],
  ) {
    this.#kept = this.#copy(tables).then(
      () => true,
      (error: unknown) => {
        this.#giveUp();
        if (error instanceof JanusError || error instanceof TakenBack) return false;
        throw error;
      },
    );
    // Whoever ends it is told.
    this.#kept.catch(() => undefined);
  }

  /** @param tables that are empty, each after those that it refers to. Null where the target takes no lines. */
  static into(target: Side, tables: readonly string[]): Ahead | null {
    const { copies } = target.database.dialect;
    return copies && new Ahead(target, copies, tables);
  }

  /**
   * Has lines copied, when there is room for them. Returns whether they are; once they are not, none are any more: what is copied are the
   * first tables, so that nothing in them refers to what is not there.
   */
  async offer(table: MovedTable, lines: Buffer): Promise<boolean> {
    if (!this.#isOver && this.#open > WAITING) {
      const since = performance.now();
      const room = new Promise<void>((resolve) => (this.#room = resolve));
      await Promise.race([room, sleep(PATIENCE - this.#waited, undefined, { ref: false })]);
      this.#waited += performance.now() - since;
      if (this.#waited >= PATIENCE) this.#isOver = true;
    }
    if (this.#isOver) return false;
    this.#open += lines.length;
    this.#waiting.push({ table, lines });
    this.#wake();
    return true;
  }

  #giveUp(): void {
    this.#isOver = true;
    this.#room();
  }

  /** Keeps all that was copied, or takes it back, and returns which: it is also taken back where anything of it failed. */
  async end(keep: boolean): Promise<boolean> {
    this.#end ??= keep ? 'keep' : 'take back';
    this.#wake();
    return this.#kept;
  }

  async #copy(tables: readonly string[]): Promise<void> {
    const { database } = this.target;
    const pieces = this.#pieces();
    await database.runOver(pieces, async () => {
      await takeOff(database, tables);
      for await (const { table, lines } of pieces) {
        await database.copyIn(this.copies, table.name, table.names, lines);
        this.#open -= sizeOf(lines);
        this.#room();
      }
    });
  }

  /** What waits, all of one table at a time. */
  async *#pieces(): AsyncGenerator<{ readonly table: MovedTable; readonly lines: readonly Buffer[] }, void, undefined> {
    for (;;) {
      if (this.#end === 'take back') throw new TakenBack();
      const [first] = this.#waiting;
      if (first) {
        const { table } = first;
        const other = this.#waiting.findIndex((piece) => piece.table !== table);
        const same = this.#waiting.splice(0, other === -1 ? this.#waiting.length : other);
        yield { table, lines: same.map(({ lines }) => lines) };
      } else if (this.#end) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

const sizeOf = (lines: readonly Buffer[]): number => lines.reduce((size, { length }) => size + length, 0);
