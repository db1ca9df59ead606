import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import { whenAborted } from './interruption.js';
import { Waiting } from './waiting.js';

/** Those members of Knex's client that are used here; Knex has no types for them. */
interface Client {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  acquireRawConnection(): Promise<unknown>;
  readonly pool?: {
    readonly max: number;
    readonly acquireTimeoutMillis: number;
    numUsed(): number;
    numFree(): number;
    numPendingAcquires(): number;
  };
}

/** A driver's connection, with what Knex notes on it. */
export interface Connection {
  readonly __knexUid: string;
  /** The transaction that it is in. */
  __knexTxId?: string | undefined;
}

const CLOSED = 'its connections were closed before; close a Database when nothing more is called';

/** The connections of one process to a database: how many are used and free, how many calls wait for one, how many there may be. */
export interface PoolState {
  readonly used: number;
  readonly free: number;
  readonly waiting: number;
  readonly most: number;
}

/**
 * Connections of Knex's pool. One that was used is kept for whoever comes next in the same turn of the event loop, and then
 * given back: asking the pool takes longer than many a statement. Nobody is made to wait for one that is kept. Where all that
 * the pool may have are here, one is handed on to whoever came first of those who wait, and not by way of the pool.
 */
export class Connections {
  readonly #client: Client;
  readonly #kept: Connection[] = [];
  /** How many the pool was asked for that are not given back to it. */
  #taken = 0;
  /** Those who are given a connection, or none where they are to ask the pool. */
  readonly #waiting = new Waiting<Connection | null>();
  /** Whether what is kept is about to be given back. */
  #due = false;

  readonly #gone = new WeakSet<Connection>();
  #isClosed = false;

  constructor(
    knex: Knex,
    private readonly close: (connection: Connection) => void,
  ) {
    this.#client = knex.client as Client;
  }

  /** How many there are now. One that is kept is free. */
  get state(): PoolState {
    const { pool } = this.#client;
    if (!pool) return { used: 0, free: 0, waiting: 0, most: 0 };
    const kept = this.#kept.length;
    return {
      used: pool.numUsed() - kept,
      free: pool.numFree() + kept,
      waiting: pool.numPendingAcquires() + this.#waiting.length,
      most: pool.max,
    };
  }

  /**
   * A connection, or the promise of one; or the reason of a signal that is aborted before.
   * @throws UnavailableError when there are to be no more, TimeoutError when none was free in time
   */
  acquire(signals: readonly AbortSignal[]): Connection | Promise<Connection> {
    if (this.#isClosed) throw new UnavailableError('closed', CLOSED);
    const kept = this.#kept.pop();
    if (kept) return kept;
    const { pool } = this.#client;
    if (!pool || this.#taken < pool.max) return this.#ask(signals);
    return this.#waiting
      .wait(pool.acquireTimeoutMillis, 'no free connection', signals)
      .then((connection) => connection ?? this.#ask(signals));
  }

  /** Asks the pool. */
  #ask(signals: readonly AbortSignal[]): Promise<Connection> {
    if (this.#isClosed) throw new UnavailableError('closed', CLOSED);
    this.#taken += 1;
    const acquired = this.#client.acquireConnection().catch((error: unknown) => {
      this.#oneLess();
      throw error;
    });
    return signals.length === 0 ? acquired : this.#unlessAborted(acquired, signals);
  }

  #unlessAborted(acquired: Promise<Connection>, signals: readonly AbortSignal[]): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const stop = whenAborted(signals, (reason) => {
        isOver = true;
        reject(reason);
      });
      acquired.then(
        (connection) => {
          stop();
          if (isOver) this.release(connection, true);
          else resolve(connection);
        },
        (error: unknown) => {
          stop();
          reject(error);
        },
      );
    });
  }

  /** A connection that is not the pool's: whoever asks for it ends it. */
  async another(): Promise<unknown> {
    return this.#client.acquireRawConnection();
  }

  /** @param sound whether nothing went wrong on it; the pool looks at one on which something did */
  release(connection: Connection, sound: boolean): void {
    if (!sound || this.#gone.has(connection) || this.#client.pool?.numPendingAcquires() !== 0) {
      this.#giveBack(connection);
      return;
    }
    if (this.#waiting.give(connection)) return;
    this.#kept.push(connection);
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => this.giveBack());
  }

  /** Notes which transaction a connection is in, for those who follow its statements. */
  mark(connection: Connection, transaction: string | undefined): void {
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    connection.__knexTxId = transaction;
  }

  /** Closes a connection, and with it all that it holds on the server. */
  disconnect(connection: Connection): void {
    this.#gone.add(connection);
    // Knex's own word for it: the driver tells the pool of the end only later.
    Object.assign(connection, { __knex__disposed: 'closed' });
    this.close(connection);
  }

  /** Gives back what is kept, and gives out no more. */
  end(): void {
    this.#isClosed = true;
    this.giveBack();
    while (this.#waiting.give(null));
  }

  /** Gives back what is kept. */
  giveBack(): void {
    this.#due = false;
    for (const connection of this.#kept.splice(0)) this.#giveBack(connection);
  }

  #giveBack(connection: Connection): void {
    void this.#client.releaseConnection(connection);
    this.#oneLess();
  }

  /** Has whoever came first ask the pool: while anybody waits, all that the pool may have are here, or asked for. */
  #oneLess(): void {
    this.#taken -= 1;
    this.#waiting.give(null);
  }
}
