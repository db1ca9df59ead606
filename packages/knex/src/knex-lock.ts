import type { Knex } from 'knex';

/** Knex's way to shut the lock of its migrator. */
const SHUT = /^update [`"]janus_migrations_lock[`"] set [`"]is_locked[`"] = \? where/;

/** Those members of Knex's client that are used here; Knex has no types for them. */
declare class QueryingClient extends Knex.Client {
  query(connection: unknown, query: { readonly sql: string; bindings?: readonly unknown[] } | string): Promise<unknown>;
}

/**
 * A client that leaves the lock of Knex's migrator open. A process that is killed would leave it shut for ever, and one that finds
 * it shut does not wait: Janus has turns instead, which do both.
 */
export function withoutLock(client: Knex.Config['client']): typeof Knex.Client {
  return class extends (client as typeof QueryingClient) {
    override query(connection: unknown, query: { readonly sql: string; bindings?: readonly unknown[] } | string) {
      if (typeof query === 'object' && SHUT.test(query.sql)) query.bindings = [0, 0];
      return super.query(connection, query);
    }
  };
}
