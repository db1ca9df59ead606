import type { Knex } from 'knex';

/** Those members of Knex's client that are used here; Knex has no types for them. */
interface Client {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  readonly pool?: { numPendingAcquires(): number };
}

/** A driver's connection, with what Knex notes on it. */
export interface Connection {
  readonly __knexUid: string;
  /** The transaction that it is in. */
  readonly __knexTxId?: string;
}

/**
 * Connections of Knex's pool. One that was used is kept for whoever comes next in the same turn of the event loop, and then
 * given back: asking the pool takes longer than many a statement. Nobody is made to wait for one that is kept.
 */
export class Connections {
  readonly #client: Client;
  readonly #kept: Connection[] = [];
  /** Whether what is kept is about to be given back. */
  #due = false;

  constructor(knex: Knex) {
    this.#client = knex.client as Client;
  }

  /** A connection, or the promise of one. */
  acquire(): Connection | Promise<Connection> {
    return this.#kept.pop() ?? this.#client.acquireConnection();
  }

  /** @param sound whether nothing went wrong on it; the pool looks at one on which something did */
  release(connection: Connection, sound: boolean): void {
    if (!sound || this.#client.pool?.numPendingAcquires() !== 0) {
      void this.#client.releaseConnection(connection);
      return;
    }
    this.#kept.push(connection);
    if (this.#due) return;
    this.#due = true;
    setImmediate(() => this.giveBack());
  }

  /** Notes which transaction a connection is in, for those who follow its statements. */
  mark(connection: Connection, transaction: string | undefined): void {
    Object.assign(connection, { __knexTxId: transaction });
  }

  /** Has the pool close a connection when it is given back. */
  condemn(connection: Connection, reason: string): void {
    Object.assign(connection, { __knex__disposed: reason });
  }

  /** Gives back what is kept. */
  giveBack(): void {
    this.#due = false;
    for (const connection of this.#kept.splice(0)) void this.#client.releaseConnection(connection);
  }
}
