import { JanusError, UnavailableError } from '@janus/core';
import { Database } from '@janus/knex';
import type { Row } from '@janus/knex/tables';
import type { Knex } from 'knex';
import { CannotRunError } from '../cannot-run-error.js';
import { MIGRATE } from '../migrations.js';
import type { CanonicalRow } from './row.js';
import { piecesIn, piecesOf, within, type RawKey, type Span } from './span.js';
import type { MovedTable } from './table.js';

/**
 * Opens a database that is there: what was mistyped is not made.
 * @param name what to call it should that fail
 * @param frugal whether it is read once and in order
 * @throws CannotRunError
 */
export async function open(name: Side['name'], url: string, frugal = true): Promise<Database> {
  try {
    return await Database.open(url, { existing: true, frugal });
  } catch (error) {
    const said = error instanceof Error ? error.message : 'it cannot be opened';
    const absent = error instanceof UnavailableError && error.code === 'ENOENT';
    throw new CannotRunError(`the ${name}: ${said}${absent ? ` If it is to be made: ${MIGRATE}` : ''}`);
  }
}

/** Opens both sides of a transfer. @throws CannotRunError */
export async function openSides(from: string, to: string) {
  const source = new Side('source', await open('source', from));
  try {
    const target = new Side('target', await open('target', to));
    const close = async () => {
      await target.database.close();
      await source.database.close();
    };
    return { source, target, close };
  } catch (error) {
    await source.database.close();
    throw error;
  }
}

/** The source, or the target; or the one database that there is. */
export class Side {
  constructor(
    readonly name: 'source' | 'target' | 'database',
    readonly database: Database,
  ) {}

  /** Runs something on its database; should that fail, it says on which. @throws CannotRunError */
  async do<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.database);
    } catch (error) {
      if (error instanceof JanusError) throw new CannotRunError(`the ${this.name}: ${error.message}`, { cause: error });
      throw error;
    }
  }

  /**
   * Rows after a key, as the driver gives them: so many, or fewer if there are no more. Where a key has two columns there may be more,
   * up to twice as many.
   */
  async page(table: MovedTable, after: RawKey | null, upTo: RawKey | null, limit: number): Promise<readonly Row[]> {
    return this.#page('page', table, () => table.names, { after, upTo, limit });
  }

  /** Whether it makes the lines of a table's rows itself. */
  makesLines({ isPlain }: MovedTable): boolean {
    return isPlain && this.database.dialect.catalogue.line !== null;
  }

  /**
   * The lines of rows after a key, as the database makes them; null in the place of a row that is not of text alone, or refers to what
   * is not there.
   */
  async lines(
    table: MovedTable,
    after: RawKey | null,
    upTo: RawKey | null,
    limit: number,
  ): Promise<readonly unknown[]> {
    const columns = () => {
      const { dialect, knex } = this.database;
      const text = table.references.reduce(
        (whole, { column, parent, parentKey }) =>
          `case when (select 1 from ${parent} as parent where parent.${parentKey} = ${table.name}.${column.name}) is not null then ${whole} end`,
        dialect.catalogue.line?.(table.names) ?? 'null',
      );
      return [knex.raw(`${text} as line`)];
    };
    const rows = await this.#page('lines', table, columns, { after, upTo, limit });
    return rows.map((row) => row['line']);
  }

  /** @param columns asked for once for each statement that is built */
  async #page(
    what: string,
    table: MovedTable,
    columns: () => readonly (string | Knex.Raw)[],
    { after, upTo, limit }: { readonly after: RawKey | null; readonly upTo: RawKey | null; readonly limit: number },
  ): Promise<readonly Row[]> {
    return this.do(async (database) => {
      const found: Row[] = [];
      for (const piece of piecesOf(table, after, upTo)) {
        // Whole pages, so that there are few statements.
        const rows = await database.rows(`transfer.${what} ${table.name} ${limit}`, piece, (given) =>
          within(database.knex(table.name).select(columns()), given)
            .orderBy(table.key.map(({ name }) => name))
            .limit(limit, { skipBinding: true }),
        );
        if (found.length === 0 && rows.length >= limit) return rows;
        found.push(...rows);
        if (found.length >= limit) break;
      }
      return found;
    });
  }

  /** All rows of a span, in their canonical form. */
  async rows(table: MovedTable, span: Span): Promise<readonly CanonicalRow[]> {
    return this.do(async (database) => {
      const found: CanonicalRow[] = [];
      for (const piece of piecesIn(table, database, span)) {
        const rows = await database.rows(`transfer.span ${table.name}`, piece, (given) =>
          within(database.knex(table.name).select(table.names), given).orderBy(table.key.map(({ name }) => name)),
        );
        for (const row of rows) found.push(table.canonical(row));
      }
      return found;
    });
  }

  async count(table: string): Promise<number> {
    return this.do(async (database) => {
      const row = await database.row(`transfer.count ${table}`, {}, () => database.knex(table).count({ rows: '*' }));
      return Number(row?.['rows'] ?? 0);
    });
  }
}
