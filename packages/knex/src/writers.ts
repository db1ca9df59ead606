import { UnavailableError } from '@janus/core';
import { unlessAborted } from './interruption.js';
import { isInsideOf } from './scope.js';
import { Waiting } from './waiting.js';

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
  readonly #waiting = new Waiting<() => void>();

  /**
   * @throws TimeoutError when it was not one's turn in time
   * @throws UnavailableError when whoever has the turn waits for this
   */
  enter(signals: readonly AbortSignal[]): (() => void) | Promise<() => void> {
    if (!this.#taken) {
      this.#taken = true;
      return this.#turn();
    }
    unlessAborted(signals);
    if (isInsideOf(this)) throw new UnavailableError('waits for itself', WAITS_FOR_ITSELF);
    return this.#waiting.wait(PATIENCE, 'no turn to write', signals);
  }

  /** A turn: what says that it is over. */
  #turn(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken = this.#waiting.give(this.#turn());
    };
  }
}
