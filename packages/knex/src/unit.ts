import type { JanusError } from '@janus/core';
import type { Connection } from './connections.js';
import type { Bound } from './dialects/dialect.js';

let transactions = 0;

const plain = (sql: string): Bound => ({ sql, bindings: [] });

/** A promise, and what keeps it. */
function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<void>((kept) => (resolve = kept));
  return { promise, resolve: () => resolve?.() };
}

/** A transaction, or inside of another unit a savepoint; and the line of those who want to use its connection. */
export class Unit {
  /** Of the transaction. */
  readonly name: string;
  /** The statements that begin it, keep it, and take it back. */
  readonly begin: Bound;
  readonly keep: Bound;
  readonly undo: readonly Bound[];
  /** Shared with the units that this is inside of. It is taken from the pool with the first statement. */
  readonly on: { connection?: Connection };
  /** Whether it has begun on the connection: it does so with its first statement. */
  begun = false;
  ended = false;
  /** Why nothing more can be done in it. */
  lost: JanusError | undefined;
  readonly #depth: number;
  #last: Promise<unknown> = Promise.resolve();
  /** How many have asked for a turn and not ended theirs. */
  #waiting = 0;

  constructor(
    readonly outer: Unit | undefined,
    begin: string,
  ) {
    this.name = outer?.name ?? `janus${(transactions += 1)}`;
    this.on = outer?.on ?? {};
    this.#depth = outer ? outer.#depth + 1 : 0;
    const savepoint = `SAVEPOINT janus_${this.#depth}`;
    this.begin = plain(outer ? savepoint : begin);
    this.keep = plain(outer ? `RELEASE ${savepoint}` : 'COMMIT');
    this.undo = outer ? [plain(`ROLLBACK TO ${savepoint}`), this.keep] : [plain('ROLLBACK')];
  }

  /** Whether it has ended, or one that it is inside of has. */
  get isOver(): boolean {
    return this.ended || (this.outer?.isOver ?? false);
  }

  /** This and what is around it, so far as it has not begun yet; the outermost first. */
  toBegin(): readonly Unit[] {
    return this.begun ? [] : [...(this.outer?.toBegin() ?? []), this];
  }

  /** Nothing more is to be done, neither in it nor in what is around it. */
  lose(failure: JanusError): void {
    this.lost ??= failure;
    this.outer?.lose(failure);
  }

  /**
   * Runs something when all that was there before is done. The statements of one transaction share its connection: without
   * turns, one of two at once could run inside the other's savepoint, and be undone with it.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#waiting === 0 ? null : this.#last;
    // Before the work begins: what it calls may want a turn, too.
    this.#waiting += 1;
    const { promise, resolve } = withResolver();
    this.#last = promise;
    const turn = before ? before.then(work) : work();
    const done = () => {
      this.#waiting -= 1;
      resolve();
    };
    void turn.then(done, done);
    return turn;
  }
}
