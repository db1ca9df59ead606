import Sqlite from 'better-sqlite3';
import { CannotRunError } from '../cannot-run-error.js';
import type { Cell, OldRow } from './cells.js';
import { FOREIGN_BOOKKEEPING, PROTOTYPE, PROTOTYPE_TABLES, type PrototypeTable } from './prototype.js';
import { readable, type Readable } from './snapshot.js';

/** Something of the source that no version of the prototype had. */
export interface LeftOut {
  readonly table: string;
  /** Null for the whole of the table. */
  readonly column: string | null;
  /** Whether there is anything in it. */
  readonly holds: boolean;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A database of the prototype’s, which is only read. */
export class Source {
  /** The columns of each of the prototype’s tables that is there. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly #ids = new Map<string, string>();
  readonly #finds = new Map<string, Sqlite.Statement<[bigint], Cells>>();

  private constructor(
    private readonly file: Readable,
    private readonly database: Sqlite.Database,
  ) {
    const names = database
      .prepare<[], string>("select name from sqlite_master where type = 'table' order by name")
      .pluck()
      .all();
    if (names.includes('janus_migration_digests'))
      throw new CannotRunError('the source is a database of Janus’s own; `janus transfer` moves it');
    const columns = new Map<string, readonly string[]>();
    for (const table of PROTOTYPE_TABLES) {
      if (!names.includes(table)) continue;
      const found = this.#columnsOf(table);
      columns.set(
        table,
        found.map(({ name }) => name),
      );
      this.#ids.set(table, this.#idOf(table, found));
    }
    if (columns.size === 0) throw new CannotRunError('the source has no table of the prototype’s; is this its file?');
    this.columns = columns;
  }

  /** @throws CannotRunError when it cannot be read, or is no database of the prototype’s */
  static async open(path: string): Promise<Source> {
    const file = await readable(path);
    let database: Sqlite.Database | undefined;
    try {
      database = new Sqlite(file.path, { readonly: file.path === path, fileMustExist: true, timeout: 5000 });
      database.defaultSafeIntegers(true);
      database.pragma('query_only = on');
      return new Source(file, database);
    } catch (error) {
      database?.close();
      await file.dispose();
      throw asCannotRun(error);
    }
  }

  async close(): Promise<void> {
    this.database.close();
    await this.file.dispose();
  }

  count(table: string): number {
    return this.#run(() =>
      Number(
        this.database
          .prepare<[], bigint>(`select count(*) from ${quoted(table)}`)
          .pluck()
          .get() ?? 0n,
      ),
    );
  }

  /** Up to so many rows after a place, in the order of their places. */
  page(table: PrototypeTable, after: bigint | null, limit: number): readonly OldRow[] {
    return this.#run(() =>
      this.database
        .prepare<unknown[], Cells>(
          `select ${this.#selection(table)} from ${table} ${after === null ? '' : 'where _rowid_ > ?'} order by _rowid_ limit ${limit}`,
        )
        .all(...(after === null ? [] : [after]))
        .map(oldRow),
    );
  }

  /** A row by its id, or null. */
  find(table: PrototypeTable, id: bigint): OldRow | null {
    if (!this.columns.has(table)) return null;
    return this.#run(() => {
      let statement = this.#finds.get(table);
      if (!statement) {
        const sql = `select ${this.#selection(table)} from ${table} where ${this.#ids.get(table)} = ?`;
        this.#finds.set(table, (statement = this.database.prepare<[bigint], Cells>(sql)));
      }
      const found = statement.get(id);
      return found ? oldRow(found) : null;
    });
  }

  /** Whether a user is among the admins. */
  isAdmin(user: bigint): boolean {
    if (!this.columns.get('admins')?.includes('user_id')) return false;
    return this.#run(() => this.database.prepare('select 1 from admins where user_id = ?').get(user) !== undefined);
  }

  /** What no version of the prototype had. */
  leftOut(): readonly LeftOut[] {
    return this.#run(() => {
      const names = this.database
        .prepare<[], string>("select name from sqlite_master where type = 'table' order by name")
        .pluck()
        .all()
        .filter((name) => !FOREIGN_BOOKKEEPING.includes(name));
      return names.flatMap((table): LeftOut[] => {
        const known: readonly string[] | undefined = (PROTOTYPE as Readonly<Record<string, readonly string[]>>)[table];
        if (!known) return [{ table, column: null, holds: this.#holds(table, '1') }];
        return this.#columnsOf(table)
          .filter(({ name }) => !known.includes(name))
          .map(({ name }) => ({ table, column: name, holds: this.#holds(table, `${quoted(name)} is not null`) }));
      });
    });
  }

  #holds(table: string, condition: string): boolean {
    return this.database.prepare(`select 1 from ${quoted(table)} where ${condition} limit 1`).get() !== undefined;
  }

  #columnsOf(table: string): readonly { readonly name: string; readonly pk: bigint }[] {
    return this.database
      .prepare<[string], { name: string; pk: bigint }>('select name, pk from pragma_table_xinfo(?)')
      .all(table);
  }

  /** The column by which a row of a table is referred to. */
  #idOf(table: string, columns: readonly { readonly name: string; readonly pk: bigint }[]): string {
    const keys = columns.filter(({ pk }) => pk > 0n);
    if (keys.length === 1 && keys[0]?.name === 'id') return 'id';
    if (columns.some(({ name }) => name === 'id') || table === 'users' || table === 'images')
      throw new CannotRunError(`the source’s table ${table} has no primary key id, as the prototype’s has`);
    return '_rowid_';
  }

  #selection(table: PrototypeTable): string {
    const there = this.columns.get(table) ?? [];
    const columns = PROTOTYPE[table].filter((column) => there.includes(column));
    return [`_rowid_ as place_`, `${this.#ids.get(table)} as id_`, ...columns].join(', ');
  }

  #run<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw asCannotRun(error);
    }
  }
}

type Cells = Readonly<Record<string, Cell>>;

const oldRow = (cells: Cells): OldRow => {
  const place = cells['place_'];
  const id = cells['id_'];
  if (typeof place !== 'bigint') throw new CannotRunError('a table of the source has no row ids');
  return {
    place,
    // A key that is no whole number: SQLite lets one in only where the column is of another type than SQLAlchemy gives it.
    id: typeof id === 'bigint' ? id : place,
    cell: (column) => cells[column] ?? null,
  };
};

/** What SQLite says of a file names no value. */
function asCannotRun(error: unknown): unknown {
  return error instanceof Sqlite.SqliteError
    ? new CannotRunError(`the source cannot be read: ${error.message} (${error.code})`, { cause: error })
    : error;
}
