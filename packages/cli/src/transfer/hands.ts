import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CannotRunError } from '../cannot-run-error.js';
import type { Hand, Listener } from './hand.js';
import type { Planned, RefusedRow } from './plan.js';
import type { Range } from './range.js';
import type { Repaired } from './repair.js';

/** What a thread is asked for: a plan of a table, or a range to be repaired. */
export type Asked = { readonly id: number; readonly table: string } & (
  { readonly range: Range; readonly remove: boolean } | { readonly range?: undefined }
);

/** What it answers. */
export type Answer = { readonly id: number } & (
  | { readonly value: Planned | Repaired; readonly failure?: undefined }
  | { readonly failure: { readonly message: string; readonly stack: string | undefined; readonly foreseen: boolean } }
);

/** What it tells: an answer, or how far it is. */
export type Told = Answer | { readonly refused: RefusedRow } | { readonly table: string; readonly rows: number };

/** In megabytes: less than V8 would take by itself. What is there at once is a few ranges. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/** One that works in a thread of its own, with connections of its own. */
class OtherHand implements Hand {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  #asked = 0;
  #failure: unknown = null;

  constructor(from: string, to: string, listener: Listener) {
    this.#worker = new Worker(new URL('./hand-thread.js', import.meta.url), {
      workerData: { from, to },
      resourceLimits: MEMORY,
    });
    this.#worker.on('message', (told: Told) => {
      if ('id' in told) this.#answered(told);
      else if ('refused' in told) listener.refused(told.refused);
      else listener.looked(told.table, told.rows);
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  async plan(table: string): Promise<Planned> {
    return this.#ask<Planned>({ table });
  }

  async repair(table: string, range: Range, remove: boolean): Promise<Repaired> {
    return this.#ask<Repaired>({ table, range, remove });
  }

  /** @param done whether nothing is under way, so that connections can be closed */
  async end(done: boolean): Promise<void> {
    if (!done || this.#failure !== null) return void (await this.#worker.terminate());
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    this.#worker.postMessage('end');
    await once(this.#worker, 'exit');
  }

  async #ask<Value>(what: { table: string } | { table: string; range: Range; remove: boolean }): Promise<Value> {
    if (this.#failure !== null) throw this.#failure;
    const id = (this.#asked += 1);
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
      this.#worker.postMessage({ id, ...what });
    });
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (!answer.failure) return waiting?.resolve(answer.value as never);
    const { message, stack, foreseen } = answer.failure;
    waiting?.reject(foreseen ? new CannotRunError(message) : Object.assign(new Error(message), { stack }));
  }
}

/** Works with this thread's hand, and another in a thread of its own, until it is done. */
export async function withAnother<Result>(
  own: Hand,
  { from, to, listener }: { readonly from: string; readonly to: string; readonly listener: Listener },
  work: (hands: readonly Hand[]) => Promise<Result>,
): Promise<Result> {
  const other = new OtherHand(from, to, listener);
  let done = false;
  try {
    const result = await work([own, other]);
    done = true;
    return result;
  } finally {
    await other.end(done);
  }
}
