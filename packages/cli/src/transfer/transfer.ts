import { migrationsOf, type MigrationState } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { Burdens } from './burdens.js';
import { Copying, type Copied } from './copy.js';
import { OwnHand, type Hand, type Listener } from './hand.js';
import { withAnother } from './hands.js';
import type { Planned, RefusedRow, TablePlan } from './plan.js';
import { differ, total, type Sum } from './range.js';
import { openSides, type Side } from './side.js';
import { tablesOf, type MovedTable } from './table.js';

/** So many rows are worth other threads, and to take off an empty target what slows it. */
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

/** How far a transfer is. */
export interface TransferProgress {
  readonly phase: 'comparing' | 'copying' | 'indexing';
  readonly table: string;
  /** Rows of the source that were looked at in this phase, of about how many. */
  readonly done: number;
  readonly total: number;
}

/** What became of a table. */
export interface TransferredTable {
  readonly name: string;
  /** What each side has, as it was read last. The digests of the two are equal if, and only if, all rows are. */
  readonly source: Sum;
  readonly target: Sum;
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
  try {
    agree(await source.do(migrationsOf), await target.do(migrationsOf));
    const tables = await tablesOf(source, target);
    const wanted = chosen(tables, options.tables);
    const counts = await rowsOf(wanted, source);
    let refused = 0;
    const comparing = new Counting('comparing', sumOf(counts.values()), options);
    const listener: Listener = {
      refused(row) {
        refused += 1;
        options.onRefused?.(row);
      },
      looked: (table, rows) => comparing.add(table, rows),
    };
    const work = async (hands: readonly Hand[]): Promise<TransferResult> => {
      const plans = await planned(wanted, counts, hands);
      const burdens = await Burdens.of(target);
      let copied: ReadonlyMap<string, Copied> = new Map();
      if (!options.verify && !options.dryRun && refused === 0)
        copied = await written({ plans, burdens, tables, hands, target }, options);
      const results = plans.map((plan) => resultOf(plan, copied.get(plan.table.name)));
      const left = burdens.any || plans.some(({ ranges }) => ranges.some((range) => range.open || differ(range)));
      const different = refused > 0 && !options.verify ? 'refused' : 'different';
      return { outcome: left || refused > 0 ? different : 'identical', refused, tables: results };
    };
    const own = new OwnHand(tables, source, target, listener);
    return await (comparing.expected < MANY ? work([own]) : withAnother(own, { from, to, listener }, work));
  } finally {
    await close();
  }
}

/** Compares tables, those of most rows first: so the hands end at the same time. */
async function planned(
  tables: readonly MovedTable[],
  counts: ReadonlyMap<string, number>,
  hands: readonly Hand[],
): Promise<readonly TablePlan[]> {
  const found = new Map<string, Planned>();
  const rows = ({ name }: MovedTable) => counts.get(name) ?? 0;
  const due = tables.toSorted((a, b) => rows(b) - rows(a)).values();
  const next = async (hand: Hand) => {
    for (const { name } of due) found.set(name, await hand.plan(name));
  };
  await Promise.all(hands.map(next));
  return tables.flatMap((table) => {
    const plan = found.get(table.name);
    return plan ? [{ table, ...plan }] : [];
  });
}

interface Work {
  readonly plans: readonly TablePlan[];
  readonly burdens: Burdens;
  /** All of them, chosen or not. */
  readonly tables: readonly MovedTable[];
  readonly hands: readonly Hand[];
  readonly target: Side;
}

/** Writes what is to be written. */
async function written(
  { plans, burdens, tables, hands, target: { database } }: Work,
  options: TransferOptions,
): Promise<ReadonlyMap<string, Copied>> {
  const counting = new Counting('copying', openRows(plans), options);
  const writers = hands.slice(0, database.dialect.writers(database.knex).atOnce);
  const copying = new Copying(plans, writers, (table, rows) => counting.add(table, rows));
  const isEmpty = plans.every(({ ranges }) => ranges.every(({ target: { rows } }) => rows === 0));
  if (isEmpty && counting.expected >= MANY) await burdens.take(plans.map(({ table }) => table.name));
  if (burdens.any) {
    if (burdens.references) await copying.rush();
    else await copying.rounds();
    const sizes = new Map(
      plans.map(({ table, ranges }) => [table.name, sumOf(ranges.map(({ source: { rows } }) => rows))]),
    );
    const rows = (table: string) => sizes.get(table) ?? 0;
    const indexing = new Counting('indexing', sumOf(burdens.tables.map(rows)), options);
    await burdens.put(tables, {
      out: (row) => copying.reopen(row),
      done: (table) => indexing.add(table, rows(table)),
    });
  }
  await copying.rounds();
  return copying.copied;
}

function resultOf({ table, ranges, missing, changed, surplus }: TablePlan, copied?: Copied): TransferredTable {
  return {
    name: table.name,
    source: total(ranges, 'source'),
    target: total(ranges, 'target'),
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
  const unknown = [...source.unknown, ...target.unknown][0];
  if (unknown !== undefined)
    throw new CannotRunError(
      `the migration ${unknown} is not known here; update @janus/cli to the version that has it`,
    );
  const [first, second] = [behind(source, target), behind(target, source)];
  const advice = 'npx knex migrate:latest, with its URL in DATABASE_URL and its --env';
  if (first !== undefined) throw new CannotRunError(`migrate the source: it lacks ${first} (${advice})`);
  if (second !== undefined) throw new CannotRunError(`migrate the target: it lacks ${second} (${advice})`);
  if (source.ran.length === 0)
    throw new CannotRunError('neither the source nor the target has tables of Janus’s; are these their URLs?');
}

function chosen(tables: readonly MovedTable[], names: readonly string[] | undefined): readonly MovedTable[] {
  const known = tables.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined || names?.length === 0)
    throw new CannotRunError(`there is no table ${unknown ?? 'chosen'}; the tables are ${known.join(', ')}`);
  return tables.filter(({ name }) => names?.includes(name) ?? true);
}

async function rowsOf(tables: readonly MovedTable[], source: Side): Promise<ReadonlyMap<string, number>> {
  return new Map(await Promise.all(tables.map(async (table) => [table.name, await source.count(table)] as const)));
}

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

const openRows = (plans: readonly TablePlan[]): number =>
  sumOf(plans.flatMap(({ ranges }) => ranges.filter(({ open }) => open).map(({ source }) => source.rows)));

/** Counts rows for whoever watches. */
class Counting {
  #done = 0;

  constructor(
    private readonly phase: TransferProgress['phase'],
    readonly expected: number,
    private readonly options: TransferOptions,
  ) {}

  add(table: string, rows: number): void {
    this.#done += rows;
    // While the source is written to, there may be more than were counted.
    const counted = Math.max(this.expected, this.#done);
    this.options.onProgress?.({ phase: this.phase, table, done: this.#done, total: counted });
  }
}
