import { TimeoutError, UnavailableError } from '@janus/core';
import { unlessAborted, whenAborted } from './interruption.js';
import { isInsideOf } from './scope.js';

/** Those who write to one database. */
export interface Writers {
  /** Waits until one may write. Returns what says that one is done; nothing, where any number may. */
  enter(signals: readonly AbortSignal[]): (() => void) | undefined | Promise<() => void>;
}

/** Where a server lets any number write at once. */
export const anyNumber: Writers = { enter: () => undefined };

/** How long one waits for a turn, in milliseconds: as long as Knex waits for a free connection. */
const PATIENCE = 60_000;

const WAITS_FOR_ITSELF =
  'it would wait for the unit of work that it is called in, which has another connection to this file; write by repositories of the Database that the unit is of';

/** One after the other, in the order in which they come. */
export class Line implements Writers {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /**
   * @throws TimeoutError when it was not one's turn in time
   * @throws UnavailableError when whoever has the turn waits for this
   */
  enter(signals: readonly AbortSignal[]): (() => void) | Promise<() => void> {
    if (!this.#taken) return this.#take();
    unlessAborted(signals);
    if (isInsideOf(this)) throw new UnavailableError('waits for itself', WAITS_FOR_ITSELF);
    return new Promise((resolve, reject) => {
      const go = () => {
        over();
        resolve(this.#take());
      };
      const giveUp = (reason: Error) => {
        over();
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(reason);
      };
      const timer = setTimeout(() => giveUp(new TimeoutError('no turn to write')), PATIENCE);
      const stop = whenAborted(signals, giveUp);
      const over = () => {
        clearTimeout(timer);
        stop();
      };
      this.#waiting.push(go);
    });
  }

  #take(): () => void {
    this.#taken = true;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken = false;
      this.#waiting.shift()?.();
    };
  }
}
