import { JanusError, JSON_BYTES, UnavailableError } from '@janus/core';
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
   * Rows after a key, as the driver gives them, or as `#exactly` does: so many, or fewer if there are no more. Where a key has two columns
   * there may be more, up to twice as many.
   */
  async page(table: MovedTable, after: RawKey | null, upTo: RawKey | null, limit: number): Promise<readonly Row[]> {
    return this.do(async (database) => {
      const found: Row[] = [];
      for (const piece of piecesOf(table, after, upTo)) {
        // Whole pages, so that there are few statements.
        const rows = await this.#exactly(table, async (what, columns) =>
          database.rows(`transfer.page ${table.name} ${limit} ${what}`, piece, (given) =>
            limited(database.knex(table.name).select(columns()), table, given, limit),
          ),
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
   * may be more, up to twice as many. Null if any of them has no line: it is not what its columns hold, or refers to what is not there.
   */
  async lines(table: MovedTable, makes: LinesMade, after: RawKey | null, limit: number): Promise<Lines | null> {
    return this.do(async (database) => {
      const { knex } = database;
      const found: Buffer[] = [];
      let count = 0;
      for (const piece of piecesOf(table, after, null)) {
        const row = await database.row(`transfer.lines ${table.name} ${limit}`, piece, (given) => {
          const line = knex.raw(`${lineOf(table, makes)} as line`);
          const page = limited(knex(table.name).select(line), table, given, limit);
          const all = `${makes.together('line')} as lines, count(line) as made, count(*) as rows`;
          return knex.from(page.as('page')).select(knex.raw(all));
        });
        const lines = row?.['lines'];
        if (row?.['made'] !== row?.['rows']) return null;
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
        const rows = await this.#exactly(table, async (what, columns) =>
          database.rows(`transfer.span ${table.name} ${what}`, piece, (given) =>
            inOrder(within(database.knex(table.name).select(columns()), given), table),
          ),
        );
        for (const row of rows) found.push(table.canonical(row));
      }
      return found;
    });
  }

  /**
   * Rows with the bytes of each text that is no UTF-8: what the driver gives for it is another text.
   * @throws CannotRunError for a key that is so: the rows after it cannot be asked for
   */
  async #exactly(
    table: MovedTable,
    ask: (what: string, columns: () => readonly (string | Knex.Raw)[]) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]> {
    const rows = await ask('as it is', () => table.names);
    const { knex, dialect } = this.database;
    const { bytes } = dialect.catalogue;
    if (!bytes || !rows.some((row) => Object.values(row).some(isDoubtful))) return rows;
    const exact = await ask('in bytes', () => [
      ...table.names,
      ...table.names.map((name) => knex.raw(`${bytes(name)} as ${bytesOf(name)}`)),
    ]);
    return exact.map((row) => {
      const changed = table.names.flatMap((name) => {
        const [value, stored] = [row[name], row[bytesOf(name)]];
        return isDoubtful(value) && Buffer.isBuffer(stored) && !stored.equals(Buffer.from(value))
          ? [[name, stored]]
          : [];
      });
      if (table.key.some(({ name }) => changed.some(([one]) => one === name)))
        throw new CannotRunError(notUtf8(this.name, table));
      return { ...row, ...Object.fromEntries(changed) };
    });
  }

  async count(table: string): Promise<number> {
    return this.do(async (database) => {
      const row = await database.row(`transfer.count ${table}`, {}, () => database.knex(table).count({ rows: '*' }));
      return Number(row?.['rows'] ?? 0);
    });
  }
}

const inOrder = (query: Knex.QueryBuilder, { key }: MovedTable) => query.orderBy(key.map(({ name }) => name));

const limited = (query: Knex.QueryBuilder, table: MovedTable, piece: Piece, limit: number) =>
  inOrder(within(query, piece), table).limit(limit, { skipBinding: true });

/** Whether a value may be text that is no UTF-8: drivers put U+FFFD in the place of what is none. */
const isDoubtful = (value: unknown): value is string => typeof value === 'string' && value.includes('\ufffd');

const bytesOf = (column: string) => `bytes_of_${column}`;

const notUtf8 = (side: string, { name }: MovedTable) =>
  `the ${side} has rows in ${name} whose keys are no text in UTF-8; delete them`;

/** So many bytes a letter has at the most. */
const LETTER = 4;

/** SQL that is a row's line; null where it refers to what is not there. */
function lineOf({ name, columns, references }: MovedTable, makes: LinesMade): string {
  const known = columns.flatMap(({ kind, length, ...column }) =>
    kind ? [{ ...column, kind, bytes: length === null ? JSON_BYTES : length * LETTER }] : [],
  );
  const sound = references.map(({ column, parent, parentKey }) => {
    const own = `${name}.${column.name}`;
    return `(${own} is null or (select 1 from ${parent} as parent where parent.${parentKey} = ${own}) is not null)`;
  });
  return `case when ${['true', ...sound].join(' and ')} then ${makes.of(known)} end`;
}
