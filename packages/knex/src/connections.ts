import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import { NO_FREE_CONNECTION } from './dialects/failure.js';
import { whenOver } from './interruption.js';
import { Waiting } from './waiting.js';

/** Those members of Knex's client that are used here; Knex has no types for them. */
interface Client {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  acquireRawConnection(): Promise<unknown>;
  validateConnection(connection: Connection): boolean;
  readonly pool?: {
    readonly max: number;
    readonly acquireTimeoutMillis: number;
    readonly destroyed: boolean;
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
  /** Why it is of no use any more. */
  __knex__disposed?: unknown;
}

const CLOSED = 'its connections were closed before; close a Database when nothing more is called';

/** The connections of one process to a database: how many are used and free, how many calls wait for one, how many there may be. */
export interface PoolState {
  readonly used: number;
  readonly free: number;
  readonly waiting: number;
  readonly most: number;
}

/** How long a connection is handed on before the pool looks at it again, in milliseconds: it may be too old, or not allowed any more. */
const UNSEEN = 1_000;

/**
 * Connections of Knex's pool. One that was used is kept for whoever comes next in the same turn of the event loop, and then
 * given back: asking the pool takes longer than many a statement. Nobody is made to wait for one that is kept. Where all that
 * the pool may have are here, one is handed on to whoever came first of those who wait, and not by way of the pool; but where
 * others wait for the pool, all do.
 */
export class Connections {
  readonly #client: Client;
  readonly #kept: Connection[] = [];
  /** How many the pool was asked for that are not given back to it. */
  #taken = 0;
  /** How many of those it has not given yet. */
  #asked = 0;
  /** Since when those are here that it gave. */
  readonly #since = new WeakMap<Connection, number>();
  /** Those who are given a connection, or none where they are to ask the pool. */
  readonly #waiting = new Waiting<Connection | null>();
  /** Whether what is kept is about to be given back. */
  #due = false;

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
    if (!pool || this.#taken < pool.max || this.#othersWait) return this.#ask(signals);
    const begun = performance.now();
    return this.#waiting
      .wait(pool.acquireTimeoutMillis, NO_FREE_CONNECTION, signals)
      .then((connection) => connection ?? this.#ask(signals, begun + pool.acquireTimeoutMillis - performance.now()));
  }

  /** Whether somebody waits for the pool beside those who asked it here: the application itself, or another Database. */
  get #othersWait(): boolean {
    return (this.#client.pool?.numPendingAcquires() ?? 0) > this.#asked;
  }

  /** Asks the pool. @param patience how long one waits, in milliseconds; as long as the pool has one wait, if left out */
  #ask(signals: readonly AbortSignal[], patience?: number): Promise<Connection> {
    if (this.#isClosed || this.#client.pool?.destroyed) throw new UnavailableError('closed', CLOSED);
    this.#taken += 1;
    this.#asked += 1;
    const acquired = this.#client.acquireConnection().then(
      (connection) => {
        this.#asked -= 1;
        this.#since.set(connection, performance.now());
        return connection;
      },
      (error: unknown) => {
        this.#asked -= 1;
        this.#oneLess();
        throw error;
      },
    );
    return signals.length === 0 && patience === undefined ? acquired : this.#unlessOver(acquired, signals, patience);
  }

  #unlessOver(
    acquired: Promise<Connection>,
    signals: readonly AbortSignal[],
    patience: number | undefined,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const stop = whenOver(signals, patience, NO_FREE_CONNECTION, (reason) => {
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
    const { pool } = this.#client;
    if (!sound || this.#isOfNoUse(connection) || pool?.destroyed || pool?.numPendingAcquires() !== 0) {
      this.#giveBack(connection);
      return;
    }
    if (this.#waiting.length > 0) {
      if (performance.now() - (this.#since.get(connection) ?? 0) > UNSEEN) this.#giveBack(connection);
      else this.#waiting.give(connection);
      return;
    }
    this.#kept.push(connection);
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => this.giveBack());
  }

  /** Whether its driver, or Knex, has noted that it was lost. */
  #isOfNoUse(connection: Connection): boolean {
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    return connection.__knex__disposed !== undefined || !this.#client.validateConnection(connection);
  }

  /** Notes which transaction a connection is in, for those who follow its statements. */
  mark(connection: Connection, transaction: string | undefined): void {
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    connection.__knexTxId = transaction;
  }

  /** Closes a connection, and with it all that it holds on the server. */
  disconnect(connection: Connection): void {
    // The driver tells the pool of the end only later.
    // eslint-disable-next-line no-underscore-dangle -- Knex's own name
    connection.__knex__disposed = 'closed';
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

  /** Has whoever came first ask the pool: while anybody waits, all that it may have are here, or asked for. Where others wait, all ask. */
  #oneLess(): void {
    this.#taken -= 1;
    const { pool } = this.#client;
    if (!pool || pool.destroyed || this.#othersWait) while (this.#waiting.give(null));
    else if (this.#taken < pool.max) this.#waiting.give(null);
  }
}
