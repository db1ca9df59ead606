import { JanusError, UnavailableError } from '@janus/core';
import { Database } from '@janus/knex';
import type { LinesMade, Row } from '@janus/knex/tables';
import type { Lines } from './range.js';
import type { Knex } from 'knex';
import { CannotRunError } from '../cannot-run-error.js';
import { MIGRATE } from '../migrations.js';
import type { CanonicalRow } from './row.js';
import { piecesIn, piecesOf, within, type Piece, type RawKey, type Span } from './span.js';
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
    return this.do(async (database) => {
      const found: Row[] = [];
      for (const piece of piecesOf(table, after, upTo)) {
        // Whole pages, so that there are few statements.
        const rows = await database.rows(`transfer.page ${table.name} ${limit}`, piece, (given) =>
          limited(database.knex(table.name).select(table.names), table, given, limit),
        );
        if (found.length === 0 && rows.length >= limit) return rows;
        found.push(...rows);
        if (found.length >= limit) break;
      }
      return found;
    });
  }

  /**
   * The lines that the database makes of rows after a key: of so many, or fewer if there are no more. Where a key has two columns there
   * may be more, up to twice as many. Rows that are not what their columns hold, or refer to what is not there, have none.
   */
  async lines(table: MovedTable, makes: LinesMade, after: RawKey | null, limit: number): Promise<Lines> {
    return this.do(async (database) => {
      const { knex } = database;
      const found: Buffer[] = [];
      let count = 0;
      for (const piece of piecesOf(table, after, null)) {
        const row = await database.row(`transfer.lines ${table.name} ${limit}`, piece, (given) => {
          const page = limited(
            knex(table.name).select(knex.raw(`${lineOf(table, makes)} as line`)),
            table,
            given,
            limit,
          );
          return knex.from(page.as('page')).select(knex.raw(`${makes.together('line')} as lines, count(*) as rows`));
        });
        const lines = row?.['lines'];
        if (Buffer.isBuffer(lines)) found.push(lines);
        count += Number(row?.['rows'] ?? 0);
        if (count >= limit) break;
      }
      const [only, ...others] = found;
      return { count, lines: only && others.length === 0 ? only : Buffer.concat(found) };
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

const limited = (query: Knex.QueryBuilder, table: MovedTable, piece: Piece, limit: number) =>
  within(query, piece)
    .orderBy(table.key.map(({ name }) => name))
    .limit(limit, { skipBinding: true });

/** SQL that is a row's line; null where it refers to what is not there. */
function lineOf({ name, columns, references }: MovedTable, makes: LinesMade): string {
  const known = columns.flatMap(({ kind, ...column }) => (kind ? [{ ...column, kind }] : []));
  const sound = references.map(({ column, parent, parentKey }) => {
    const own = `${name}.${column.name}`;
    return `(${own} is null or (select 1 from ${parent} as parent where parent.${parentKey} = ${own}) is not null)`;
  });
  return `case when ${['true', ...sound].join(' and ')} then ${makes.of(known)} end`;
}
