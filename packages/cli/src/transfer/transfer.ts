import { migrationsOf, type MigrationState } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { MIGRATE, noneUnknown } from '../migrations.js';
import { Ahead } from './ahead.js';
import { putOn, takenOff, type Burden } from './burdens.js';
import { Copying, type Copied } from './copy.js';
import { planTable, type RefusedRow, type TablePlan } from './plan.js';
import { portions, type Portions } from './portions.js';
import { Counting, type TransferProgress } from './progress.js';
import { differ, total, type Range, type Sum } from './range.js';
import { Reader, type Task } from './reader.js';
import { openSides, type Side } from './side.js';
import { settled } from './settled.js';
import { Spool } from './spool.js';
import { described, movedTables, type MovedTable } from './table.js';

/** So many rows are worth to copy them ahead, to take off an empty target what slows it, and to read in a thread of their own. */
const MANY = 10_000;

export interface TransferOptions {
  /** Only compares: nothing is written. */
  readonly verify?: boolean | undefined;
  /** Only plans: compares, looks whether the target would take what it has not, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** The tables to be moved; all, if left out. */
  readonly tables?: readonly string[] | undefined;
  /** Told of every row that the target would refuse. If there is one, nothing is written. */
  readonly onRefused?: ((row: RefusedRow) => void) | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** What became of a table. */
export interface TransferredTable {
  readonly name: string;
  /** What each side has, as it was read last. */
  readonly source: Sum;
  readonly target: Sum;
  /** Whether both have the same rows, as far as is known: digests are equal, and nothing was written since they were made. */
  readonly identical: boolean;
  /** How the sides differed when they were compared: rows that the target had not, had otherwise, and had too many. */
  readonly missing: number;
  readonly changed: number;
  readonly surplus: number;
  /** What was written to the target. */
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface TransferResult {
  /** `refused`: the target would refuse rows, and nothing was written. `different`: run it again. */
  readonly outcome: 'identical' | 'different' | 'refused';
  /** How many rows the target would refuse. */
  readonly refused: number;
  readonly tables: readonly TransferredTable[];
}

/**
 * Makes one database of Janus's what another is, or tells in what they differ. Both are compared range by range, and only ranges
 * that differ are written, each whole or not at all: what was interrupted is gone on with by calling it again.
 * @param from the URL of the source, which is only read @param to the URL of the target
 * @throws CannotRunError when either cannot be reached, or their schemas are not the same
 */
export async function transfer(from: string, to: string, options: TransferOptions = {}): Promise<TransferResult> {
  const { source, target, close } = await openSides(from, to);
  const writes = !options.verify && !options.dryRun;
  const spool = writes && target.database.dialect.copies ? await Spool.open() : null;
  try {
    agree(await source.do(migrationsOf), await target.do(migrationsOf));
    if (writes) await putBack(target, new Counting('indexing', 0, options));
    const here = await described(source);
    const there = await described(target);
    const wanted = chosen(movedTables(here, there), options.tables);
    const comparing = new Counting('comparing', await rowsOf(wanted, source), options);
    const task = { url: from, source: here, target: there };
    const { plans, refused } = await planned(wanted, { source, target, spool, task }, comparing, options);
    let copied: ReadonlyMap<string, Copied> = new Map();
    if (writes && refused === 0) {
      const counting = new Counting('copying', openRows(plans), options);
      const copying = new Copying(plans, source, target, spool, (table, rows) => counting.add(table, rows));
      await copying.rest();
      // Nobody is to write while references and indexes are put on.
      await settled([copying.look(), putBack(target, counting, (table) => copying.reopen(table))]);
      await copying.rounds();
      copied = copying.copied;
    }
    const results = plans.map((plan) => resultOf(plan, copied.get(plan.table.name)));
    const left = plans.some(({ ranges }) => ranges.some(isLeft)) || (await takenOff(target)).length > 0;
    const different = refused > 0 && !options.verify ? 'refused' : 'different';
    return { outcome: left || refused > 0 ? different : 'identical', refused, tables: results };
  } finally {
    await spool?.close();
    await close();
  }
}

interface Sides {
  readonly source: Side;
  readonly target: Side;
  readonly spool: Spool | null;
  /** Of a thread that reads the source. */
  readonly task: Task;
}

/** Compares tables. What the target has nothing of is copied meanwhile, if that is much, and kept if the target would refuse nothing. */
async function planned(
  tables: readonly MovedTable[],
  { source, target, spool, task }: Sides,
  comparing: Counting,
  options: TransferOptions,
): Promise<{ readonly plans: readonly TablePlan[]; readonly refused: number }> {
  const isMuch = comparing.expected >= MANY;
  const isFresh = isMuch && (await areEmpty(tables, target));
  const ahead = spool && isFresh ? Ahead.into(target, namesOf(tables)) : null;
  const reader = isMuch && source.database.dialect.catalogue.lines ? new Reader(task) : null;
  const read: Portions = (table) => (reader ? reader.portions(table) : portions(table, source));
  let refused = 0;
  const plans: TablePlan[] = [];
  try {
    for (const table of tables) {
      const plan = await planTable(table, source, isFresh ? null : target, {
        read,
        spool,
        ahead,
        refused(row) {
          refused += 1;
          options.onRefused?.(row);
        },
        looked: (rows) => comparing.add(table.name, rows),
      });
      plans.push({ table, ...plan });
    }
    const isKept = await ahead?.end(refused === 0);
    if (!isKept) for (const { ranges } of plans) for (const range of ranges) range.copied = false;
  } finally {
    await reader?.close();
    await ahead?.end(false);
  }
  return { plans, refused };
}

/** Puts on again what is off, if anything is. @param cleared is told of tables of which rows had to go for that */
async function putBack(target: Side, counting: Counting, cleared: (table: string) => void = () => {}): Promise<void> {
  const burdens = await takenOff(target);
  const rows = new Map<string, number>();
  for (const { table } of burdens) if (!rows.has(table)) rows.set(table, await target.count(table));
  const sizeOf = ({ table }: Burden) => rows.get(table) ?? 0;
  counting.expect(sumOf(burdens.map(sizeOf)));
  await putOn(target, burdens, { cleared, done: (burden) => counting.add(burden.table, sizeOf(burden)) });
}

async function areEmpty(tables: readonly MovedTable[], side: Side): Promise<boolean> {
  for (const table of tables) if ((await side.page(table, null, null, 1)).length > 0) return false;
  return true;
}

/** Whether both sides differ in a range, or may. */
const isLeft = (range: Range): boolean => range.open || differ(range);

const namesOf = (tables: readonly MovedTable[]) => tables.map(({ name }) => name);

function resultOf({ table, ranges, missing, changed, surplus }: TablePlan, copied?: Copied): TransferredTable {
  return {
    name: table.name,
    source: total(ranges, 'source'),
    target: total(ranges, 'target'),
    identical: !ranges.some(isLeft),
    missing,
    changed,
    surplus,
    inserted: copied?.inserted ?? 0,
    updated: copied?.updated ?? 0,
    deleted: copied?.deleted ?? 0,
  };
}

/** The first migration that one side lacks of the other's. */
const behind = (here: MigrationState, there: MigrationState) => there.ran.find((name) => !here.ran.includes(name));

/** Refuses two sides that are not at the same migration. */
function agree(source: MigrationState, target: MigrationState): void {
  noneUnknown([...source.unknown, ...target.unknown]);
  const [first, second] = [behind(source, target), behind(target, source)];
  if (first !== undefined) throw new CannotRunError(`migrate the source: it lacks ${first} (${MIGRATE})`);
  if (second !== undefined) throw new CannotRunError(`migrate the target: it lacks ${second} (${MIGRATE})`);
  if (source.ran.length === 0)
    throw new CannotRunError('neither the source nor the target has tables of Janus’s; are these their URLs?');
}

function chosen(tables: readonly MovedTable[], names: readonly string[] | undefined): readonly MovedTable[] {
  const known = namesOf(tables);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined || names?.length === 0)
    throw new CannotRunError(`there is no table ${unknown ?? 'chosen'}; the tables are ${known.join(', ')}`);
  return tables.filter(({ name }) => names?.includes(name) ?? true);
}

async function rowsOf(tables: readonly MovedTable[], source: Side): Promise<number> {
  return sumOf(await Promise.all(tables.map(async (table) => source.count(table.name))));
}

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

const openRows = (plans: readonly TablePlan[]): number =>
  sumOf(plans.flatMap(({ ranges }) => ranges.filter(({ open }) => open).map(({ source }) => source.rows)));
