import type { IsolationLevel, JanusError } from '@janus/core';
import type { Connection } from './connections.js';
import { whenAborted } from './interruption.js';
import { plain, type Bound } from './dialects/dialect.js';
import type { Writers } from './writers.js';

let transactions = 0;

/** The statements that end a transaction. */
export const COMMIT = plain('COMMIT');
export const ROLLBACK = plain('ROLLBACK');

/** The place in the line of something that wants a turn. */
class Place {
  #isLeft = false;
  #left: Promise<void> | undefined;
  #leave: (() => void) | undefined;

  constructor(readonly what: string) {}

  /** Until it is left. It is made for whoever comes next: mostly nobody does. */
  get left(): Promise<void> {
    return (this.#left ??= this.#isLeft ? Promise.resolve() : new Promise((resolve) => (this.#leave = resolve)));
  }

  leave(): void {
    this.#isLeft = true;
    this.#leave?.();
  }
}

const settled = Promise.resolve();

/**
 * Does something, and calls back when it is done, whatever became of it, before anybody else hears of it. What is done at once is so a
 * little later: a call that nobody awaits is then still under way when the work that made it is done.
 */
function followed<Result>(work: () => Result | Promise<Result>, done: () => void): Promise<Result> {
  let turn: Promise<Result>;
  try {
    const result = work();
    turn = result instanceof Promise ? result : settled.then(() => result);
  } catch (error) {
    turn = Promise.reject(error);
  }
  void turn.then(done, done);
  return turn;
}

/** What a transaction is asked to be. */
export interface Character {
  readonly isolation: IsolationLevel | undefined;
  readonly readOnly: boolean;
}

/** A transaction, or inside of another unit a savepoint; and the line of those who want to use its connection. */
export class Unit {
  /** Of the transaction. */
  readonly name: string;
  /** The statements that begin it, keep it, and take it back. */
  readonly begin: readonly Bound[];
  readonly keep: Bound;
  readonly undo: readonly Bound[];
  /** Shared with the units that this is inside of. What is here is taken with the first statement. */
  readonly on: {
    connection?: Connection;
    /** Those among whom it has its turn to write, and what says that it is done. */
    writers?: Writers;
    leave?: () => void;
    /** Whether what it read cannot be read again: run again, it would find nothing, and keep that. */
    isSpent?: boolean;
  };
  /** What is to be done when the outermost unit has been kept. */
  readonly hooks: (() => void | Promise<void>)[] = [];
  /** Whether it has begun on the connection: it does so with its first statement. */
  begun = false;
  ended = false;
  /** Why nothing more can be done in it. */
  lost: JanusError | undefined;
  readonly #depth: number;
  #last: Place | undefined;
  /** What has asked for a turn and not ended it. */
  readonly #waiting = new Set<Place>();

  constructor(
    readonly outer: Unit | undefined,
    readonly character: Character,
    begin: readonly Bound[],
    /** What ends it from outside. */
    readonly signals: readonly AbortSignal[],
  ) {
    this.name = outer?.name ?? `janus${(transactions += 1)}`;
    this.on = outer?.on ?? {};
    this.#depth = outer ? outer.#depth + 1 : 0;
    const savepoint = `SAVEPOINT janus_${this.#depth}`;
    this.begin = outer ? [plain(savepoint)] : begin;
    this.keep = outer ? plain(`RELEASE ${savepoint}`) : COMMIT;
    this.undo = outer ? [plain(`ROLLBACK TO ${savepoint}`), this.keep] : [ROLLBACK];
  }

  /** Whether it has ended, or one that it is inside of has. */
  get isOver(): boolean {
    return this.ended || (this.outer?.isOver ?? false);
  }

  /** Whether nothing of its transaction has begun. */
  get isFresh(): boolean {
    return !this.begun && (this.outer?.isFresh ?? true);
  }

  /** What was called in it and has not ended. */
  get underWay(): string | undefined {
    const [first] = this.#waiting;
    return first?.what;
  }

  /** This and what is around it, so far as it has not begun yet; the outermost first. */
  toBegin(): readonly Unit[] {
    return this.begun ? [] : [...(this.outer?.toBegin() ?? []), this];
  }

  /** Has all of the transaction not begun: it was taken back whole, before anything in it. */
  unbegin(): void {
    this.begun = false;
    this.outer?.unbegin();
  }

  /** Nothing more is to be done, neither in it nor in what is around it. */
  lose(failure: JanusError): void {
    this.lost ??= failure;
    this.outer?.lose(failure);
  }

  /**
   * Runs something when all that was there before is done. The statements of one transaction share its connection: without
   * turns, one of two at once could run inside the other's savepoint, and be undone with it.
   * @param what says to the developer what it is
   * @param signals end the wait for the turn, and the unit
   */
  inTurn<Result>(
    what: string,
    work: () => Result | Promise<Result>,
    signals: readonly AbortSignal[] = [],
  ): Promise<Result> {
    const before = this.#waiting.size === 0 ? undefined : this.#last?.left;
    const place = new Place(what);
    // Before the work begins: what it calls may want a turn, too.
    this.#waiting.add(place);
    this.#last = place;
    const done = () => {
      this.#waiting.delete(place);
      place.leave();
    };
    if (!before) return followed(work, done);
    if (signals.length === 0) return followed(() => before.then(work), done);
    return new Promise((succeed, fail) => {
      const stop = whenAborted(signals, (reason) => {
        // Not what it waits for: whoever comes next waits on.
        this.#waiting.delete(place);
        void before.then(() => place.leave());
        this.lose(reason);
        fail(reason);
      });
      void before.then(() => {
        stop();
        if (!this.#waiting.has(place)) return;
        followed(work, done).then(succeed, fail);
      });
    });
  }
}
