import { MissingReferenceError } from '@janus/core';
import type { Database } from '@janus/knex';
import { nullable, number, text, type Row } from '@janus/knex/tables';
import { settled } from './settled.js';
import type { Side } from './side.js';

/** An index or a reference that a table of the target does without while it is filled: to make it at the end is quicker by far. */
export interface Burden {
  readonly place: number;
  readonly table: string;
  /** Deletes the rows that it would forbid; null where there can be none. */
  readonly clear: string | null;
  /** Puts it on, unless it is. */
  readonly putOn: string;
}

/**
 * Where it is noted, in the target itself, what is off. A note comes with the transaction that takes something off, and goes
 * with the one that puts it on: what is noted here is off, and nothing else.
 */
const NOTES = 'janus_taken_off';

/** Drops the table of notes if it is empty when nobody else can write to it: another transfer may just have made some. */
const DROP_NOTES = `do $$ begin
  if to_regclass('${NOTES}') is null then return; end if;
  lock table ${NOTES} in access exclusive mode;
  if not exists (select from ${NOTES}) then drop table ${NOTES}; end if;
exception when undefined_table then null; end $$`;

/** Also where a pool on the way keeps no settings of a connection. */
const LOCKING = "set local lock_timeout = '5s'";

/** How many indexes are made at once. */
const AT_ONCE = 2;

const query = async (database: Database, name: string, sql: string): Promise<readonly Row[]> =>
  database.rows(name, {}, () => database.knex.select('*').fromRaw(`(${sql}) as found`));

const burdenOf = (row: Row): Burden => ({
  place: number(row['place']),
  table: text(row['table_name']),
  clear: nullable(row['clear'], text),
  putOn: text(row['put_on']),
});

/** What is off: an earlier run took it off and came to no end, or this one did. */
export async function takenOff(target: Side): Promise<readonly Burden[]> {
  return target.do(async (database) => {
    const { burdens, tables } = database.dialect.catalogue;
    if (burdens === null) return [];
    const found = await query(database, 'transfer.tables', tables);
    if (!found.some(({ table_name: table }) => table === NOTES)) return [];
    const rows = await query(database, 'transfer.taken off', `select * from ${NOTES}`);
    return rows.map(burdenOf).toSorted((a, b) => a.place - b.place);
  });
}

/**
 * Takes the burdens of some tables off. Call it in a unit of work.
 * @param tables each after those that it refers to
 */
export async function takeOff(database: Database, tables: readonly string[]): Promise<void> {
  const { burdens } = database.dialect.catalogue;
  if (burdens === null) return;
  await database.define(LOCKING);
  const found = (await query(database, 'transfer.burdens', burdens)).map((row) => ({
    ...burdenOf(row),
    takeOff: text(row['take_off']),
  }));
  const rank = ({ place, table }: Burden) => place * tables.length + tables.indexOf(table);
  const due = found.filter(({ table }) => tables.includes(table)).toSorted((a, b) => rank(a) - rank(b));
  await database.define(
    `create table ${NOTES} (place integer primary key, table_name varchar(64) not null, clear text, put_on text not null)`,
  );
  const notes = due.map(({ table, clear, putOn: put_on }, place) => ({
    place,
    table_name: table,
    clear,
    put_on,
  }));
  await database.insert(NOTES, notes);
  for (const one of due) await database.define(one.takeOff);
}

async function putOnOne(target: Side, { place, putOn: put_on }: Burden, clear: string | null): Promise<void> {
  await target.do(async (database) =>
    database.run(async () => {
      await database.define(LOCKING);
      // A user may be set to have little time; an index takes what it takes.
      await database.define('set local statement_timeout = 0');
      if (clear !== null) await database.define(clear);
      await database.define(put_on);
      await database.delete(NOTES, { place, put_on });
    }),
  );
}

/**
 * Puts burdens on again, references first. If that shows that there are rows that refer to what is not there, they are deleted: their
 * parents went while they were copied, or have yet to come. To look for them first would read all of a table twice.
 */
export async function putOn(
  target: Side,
  burdens: readonly Burden[],
  { cleared, done }: { readonly cleared: (table: string) => void; readonly done: (burden: Burden) => void },
): Promise<void> {
  const put = async (burden: Burden) => {
    try {
      await putOnOne(target, burden, null);
    } catch (error) {
      const isDangling = error instanceof Error && error.cause instanceof MissingReferenceError;
      if (!isDangling || burden.clear === null) throw error;
      await putOnOne(target, burden, burden.clear);
      cleared(burden.table);
    }
    done(burden);
  };
  for (const burden of burdens) if (burden.clear !== null) await put(burden);
  const indexes = burdens.filter(({ clear }) => clear === null).values();
  const next = async () => {
    for (const index of indexes) await put(index);
  };
  await settled(Array.from({ length: AT_ONCE }, next));
  if (target.database.dialect.catalogue.burdens !== null)
    await target.do(async (database) => database.define(DROP_NOTES));
}
