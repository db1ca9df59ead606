import { createRequire } from 'node:module';
import type { Knex } from 'knex';
import type { Connection } from 'mysql2';
import type { MysqlJournal } from './mysql-journal.js';

/** A statement on its way through Knex's client. */
export interface KnexQuery {
  readonly sql: string;
  readonly bindings?: readonly Knex.Value[];
  /** What the driver called back with. */
  response?: unknown;
}

/** Those members of Knex's client for this driver that are used here; Knex has no types for them. */
declare class KnexMysqlClient extends Knex.Client {
  queryCompiler(builder: Knex.QueryBuilder, ...formatter: readonly unknown[]): { del(): string };
  query(connection: Connection, query: KnexQuery | string): Promise<KnexQuery>;
}

const Client = createRequire(import.meta.url)('knex/lib/dialects/mysql2/index.js') as typeof KnexMysqlClient;

const journals = new WeakMap<Connection, MysqlJournal>();

/**
 * Knex's client for mysql2, which leaves the statements of a migration to its journal, and lets a deletion name its index.
 */
export class MysqlClient extends Client {
  override queryCompiler(builder: Knex.QueryBuilder, ...formatter: readonly unknown[]): { del(): string } {
    const compiler = super.queryCompiler(builder, ...formatter);
    const deletion = compiler.del.bind(compiler);
    // An index is taken only in the form that may delete from several tables.
    const del = () => deletion().replace(/^delete from (\S+) force index/, 'delete $1 from $1 force index');
    return Object.assign(compiler, { del });
  }

  override async query(connection: Connection, query: KnexQuery | string): Promise<KnexQuery> {
    const journal = journals.get(connection);
    const asked = typeof query === 'string' ? { sql: query } : query;
    const send = async () => super.query(connection, asked);
    return journal ? journal.run(asked, send) : send();
  }
}

/** Runs a migration on a connection, by its journal. */
export async function journaled(knex: Knex, connection: Connection, journal: MysqlJournal): Promise<void> {
  await journal.open();
  journals.set(connection, journal);
  try {
    // A transaction is Knex's way to stay on one connection: the journal lets none begin.
    await knex.transaction(async (on) => journal.migration.run(on), { connection });
  } finally {
    journals.delete(connection);
  }
  await journal.close();
}
