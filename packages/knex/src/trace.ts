import createDebug from 'debug';
import type { Knex } from 'knex';
import type { Connection } from './connections.js';
import { StatementFailure, type Answers, type Answer, type Bound } from './dialects/dialect.js';

const debugQuery = createDebug('knex:query');
const debugBindings = createDebug('knex:bindings');

/** Tells those who listen to Knex's events, or debug, of the statements that do not go through Knex. */
export class Trace {
  readonly #client: NodeJS.EventEmitter;

  constructor(private readonly knex: Knex) {
    this.#client = knex.client as NodeJS.EventEmitter;
  }

  /** Runs statements, and tells of each before and after. */
  of(connection: Connection, statements: readonly Bound[], run: () => Answers): Answers {
    if (debugQuery.enabled || debugBindings.enabled || this.#heard('query')) {
      for (const statement of statements) {
        debugQuery(statement.sql.replaceAll('%', '%%'));
        debugBindings(statement.bindings);
        this.#tell('query', about(connection, statement));
      }
    }
    return this.#heard('query-response') || this.#heard('query-error')
      ? this.#heardOut(connection, statements, run)
      : run();
  }

  async #heardOut(
    connection: Connection,
    statements: readonly Bound[],
    run: () => Answers,
  ): Promise<readonly Answer[]> {
    try {
      const answers = await run();
      for (const [index, { rows, changes }] of answers.entries()) {
        const told = about(connection, statements[index]);
        this.#tell('query-response', rows.length > 0 ? rows : changes, told, null);
      }
      return answers;
    } catch (error) {
      if (error instanceof StatementFailure) {
        this.#tell('query-error', error.cause, about(connection, statements[error.index]));
      }
      throw error;
    }
  }

  /** Tells those who listen. What they throw says nothing of the statement, and is let go. */
  #tell(event: string, ...told: readonly unknown[]): void {
    try {
      this.#client.emit(event, ...told);
    } catch {
      // As with slow queries.
    }
  }

  // A Knex listens to its client once, to pass on each event: one listener there is nobody.
  #heard(event: string): boolean {
    return this.knex.listenerCount(event) > 0 || this.#client.listenerCount(event) > 1;
  }
}

const about = ({ __knexUid, __knexTxId }: Connection, statement: Bound | undefined) => ({
  __knexUid,
  __knexTxId,
  sql: statement?.sql,
  bindings: statement?.rows?.flat() ?? statement?.bindings,
});
