import { unlessAborted, whenOver } from './interruption.js';

/** Those who wait for the same thing, in the order in which they come. */
export class Waiting<Given> {
  readonly #waiting: ((given: Given) => void)[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for it.
   * @param patience how long, in milliseconds
   * @throws TimeoutError when it did not come in time, AbortError or TimeoutError when a signal was aborted
   */
  wait(patience: number, what: string, signals: readonly AbortSignal[]): Promise<Given> {
    unlessAborted(signals);
    return new Promise((resolve, reject) => {
      const take = (given: Given) => {
        stop();
        resolve(given);
      };
      const stop = whenOver(signals, patience, what, (reason) => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(reason);
      });
      this.#waiting.push(take);
    });
  }

  /** Gives it to whoever came first. @returns whether anybody waits for it */
  give(given: Given): boolean {
    const first = this.#waiting.shift();
    first?.(given);
    return first !== undefined;
  }
}
