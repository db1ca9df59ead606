import { Worker } from 'node:worker_threads';
import { CannotRunError } from '../cannot-run-error.js';
import type { Portion } from './portions.js';
import type { Described, MovedTable } from './table.js';

/** What a thread is told: the URL of the source, and its tables and the target's. */
export interface Task {
  readonly url: string;
  readonly source: Described;
  readonly target: Described;
}

/** The next portion of the table that was asked for, null at its end; or why there is none. */
export type Reply =
  | { readonly portion: Portion | null }
  | { readonly failure: { readonly message: string; readonly isCannotRun: boolean } };

/** How many portions are asked for before the first has come. */
const AHEAD = 4;

/** Reads tables of a source in a thread of its own: what is done with them takes as long again. */
export class Reader {
  readonly #worker: Worker;
  readonly #waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: unknown) => void }[] = [];

  constructor({ url, source, target }: Task) {
    const task: Task = { url, source: plainly(source), target: plainly(target) };
    this.#worker = new Worker(new URL('reader-thread.js', import.meta.url), { workerData: task });
    this.#worker.on('message', (reply: Reply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new CannotRunError('the thread that reads the source has ended')));
  }

  /** All that the source has of a table, as `portions` gives it. @throws CannotRunError */
  async *portions({ name }: MovedTable): AsyncGenerator<Portion, void, undefined> {
    const asked = Array.from({ length: AHEAD }, () => this.#ask(name));
    for (;;) {
      const portion = await asked.shift();
      if (!portion) return;
      asked.push(this.#ask(name));
      // Bytes come over as they are, without what makes them a Buffer.
      const { buffer, byteOffset, length } = portion.lines;
      yield { ...portion, lines: Buffer.from(buffer, byteOffset, length) };
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(name: string): Promise<Portion | null> {
    const asked = new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject })).then((reply) => {
      if ('portion' in reply) return reply.portion;
      const { message, isCannotRun } = reply.failure;
      throw isCannotRun ? new CannotRunError(message) : new Error(message);
    });
    // Whoever waits for it is told; nobody may, where reading ended early.
    asked.catch(() => undefined);
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a window's, and this is a thread's
    this.#worker.postMessage(name);
    return asked;
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** As much of it as a thread can be told. */
const plainly = ({ database, tables }: Described): Described => ({
  database: { dialect: { catalogue: { kinds: database.dialect.catalogue.kinds } } },
  tables,
});
