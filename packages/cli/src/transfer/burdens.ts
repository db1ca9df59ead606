import { JanusError, MissingReferenceError, StillReferencedError } from '@janus/core';
import type { Row } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { dangling } from './dangling.js';
import type { RefusedRow } from './plan.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';
import { Writer } from './write.js';

/** What a table does without while it is filled: an index, or a reference. */
interface Burden {
  readonly table: string;
  readonly refers: boolean;
  /** The statement that puts it on again. */
  readonly put: string;
}

/** Where it is noted, in the database itself, what was taken off: whoever goes on after an interruption puts it on again. */
const NOTES = 'janus_taken_off';

/** How many indexes are made at once. */
const AT_ONCE = 2;

const query = async (side: Side, name: string, sql: string): Promise<readonly Row[]> =>
  side.do(async (database) => database.rows(name, {}, () => database.knex.select('*').fromRaw(`(${sql}) as found`)));

const burdenOf = (row: Row): Burden => ({
  table: String(row['table_name']),
  refers: Boolean(row['refers']),
  put: String(row['put']),
});

/** Indexes and references of the target that are taken off while much is written to it: to make an index at the end is quicker by far. */
export class Burdens {
  private constructor(
    private readonly target: Side,
    private taken: readonly Burden[],
  ) {}

  /** What an earlier run has taken off and not put on again. */
  static async of(target: Side): Promise<Burdens> {
    const tables = await query(target, 'transfer.tables', target.database.dialect.tableNames);
    if (!tables.some(({ name }) => name === NOTES)) return new Burdens(target, []);
    const rows = await query(target, 'transfer.taken', `select table_name, refers, put from ${NOTES}`);
    return new Burdens(target, rows.map(burdenOf));
  }

  /** Whether anything is off. */
  get any(): boolean {
    return this.taken.length > 0;
  }

  /** Whether references are, so that rows may come before those that they refer to. */
  get references(): boolean {
    return this.taken.some(({ refers }) => refers);
  }

  /** The table of each that is off. */
  get tables(): readonly string[] {
    return this.taken.map(({ table }) => table);
  }

  /** Takes them off, all or none: none where the user of the target may not. */
  async take(tables: readonly string[]): Promise<void> {
    const { burdens } = this.target.database.dialect.catalogue;
    if (burdens === null || this.any) return;
    const rows = (await query(this.target, 'transfer.burdens', burdens)).filter(({ table_name: table }) =>
      tables.includes(String(table)),
    );
    // What refers to others goes before the indexes of those.
    const found = rows.toSorted((a, b) => Number(b['refers']) - Number(a['refers']));
    const { database } = this.target;
    try {
      await database.run(async () => {
        await database.define(
          `create table ${NOTES} (table_name varchar(64) not null, refers integer not null, put varchar(2000) not null)`,
        );
        const notes = found.map(burdenOf).map(({ table, refers, put }) => ({
          table_name: table,
          refers: Number(refers),
          put,
        }));
        await database.insert(NOTES, notes);
        await database.define(...found.map(({ take }) => String(take)));
      });
      this.taken = found.map(burdenOf);
    } catch (error) {
      if (!(error instanceof JanusError)) throw error;
    }
  }

  /**
   * Puts all on again. Rows that refer to what is not there are taken out: their parents went while they were copied, or came.
   * @param tables each after those that it refers to
   */
  async put(
    tables: readonly MovedTable[],
    { out, done }: { readonly out: (row: RefusedRow) => void; readonly done: (table: string) => void },
  ): Promise<void> {
    for (const table of tables) {
      for (const burden of this.taken.filter((one) => one.refers && one.table === table.name)) {
        if (!(await this.#refer(burden))) {
          for (const row of await this.#takeOut(table)) out(row);
          if (!(await this.#refer(burden)))
            throw new CannotRunError(`the target: ${table.name} cannot be given its references; is it written to?`);
        }
        done(table.name);
      }
    }
    const indexes = this.taken.filter(({ refers }) => !refers).values();
    const next = async () => {
      for (const index of indexes) {
        await this.target.do(async () => this.#put(index));
        done(index.table);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    await this.target.do(async (database) => database.define(`drop table ${NOTES}`));
    this.taken = [];
  }

  /** Whether a reference could be put on. */
  async #refer(burden: Burden): Promise<boolean> {
    try {
      await this.target.do(async () => this.#put(burden));
      return true;
    } catch (error) {
      const rule = error instanceof Error ? error.cause : undefined;
      if (rule instanceof MissingReferenceError || rule instanceof StillReferencedError) return false;
      throw error;
    }
  }

  async #put({ put }: Burden): Promise<void> {
    const { database } = this.target;
    await database.run(async () => {
      await database.define(put);
      await database.delete(NOTES, { put });
    });
  }

  async #takeOut(table: MovedTable): Promise<readonly RefusedRow[]> {
    const rows = await dangling(table, this.target, { after: null, upTo: null });
    await new Writer(table, this.target).write({ missing: [], changed: [], surplus: rows }, true);
    return rows;
  }
}
