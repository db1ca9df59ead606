import type { LinesMade } from '@janus/knex/tables';
import { isUtf8 } from 'node:buffer';
import { setImmediate as turn } from 'node:timers/promises';
import { linesOf, type Lines } from './range.js';
import { Gathered, RawText } from './raw-text.js';
import type { CanonicalRow, Key } from './row.js';
import type { Side } from './side.js';
import { rawKey, writtenKey, type RawKey, type Span } from './span.js';
import { AT_ONCE, isLost, MUCH, Order, Size, Stream } from './stream.js';
import type { MovedTable } from './table.js';

/** What the target would refuse of a row. */
export interface Misfit {
  /** The values of its primary key. */
  readonly key: Key;
  /** The column, or the reference by its rule's name. */
  readonly what: string;
  /** What would be accepted there. */
  readonly reason: string;
}

/** What one side has in a span. */
export interface Portion extends Lines {
  readonly span: Span;
  readonly unfit: readonly Misfit[];
  /** Whether the database itself says that all of these rows refer to what is there. */
  readonly isSound: boolean;
}

/** What does not fit in some rows. */
export const misfitsOf = (rows: readonly CanonicalRow[]): readonly Misfit[] =>
  rows.flatMap(({ key, unfit }) => unfit.map(({ column, reason }) => ({ key, what: column, reason })));

/** Reads all of a table. */
export type Portions = (table: MovedTable) => AsyncGenerator<Portion, void, undefined>;

const ALL: Span = { after: null, upTo: null };

/** Lines of tables without JSON are short. */
const SHORT_AT_ONCE = 1_024;

/** All that a side has of a table, as lines: made by the database where it can, for that is much quicker. */
export function portions(table: MovedTable, side: Side): AsyncGenerator<Portion, void, undefined> {
  const { lines } = side.database.dialect.catalogue;
  return table.rewrite && lines ? madePortions(table, side, lines) : readPortions(table, side);
}

async function* readPortions(table: MovedTable, side: Side): AsyncGenerator<Portion, void, undefined> {
  const size = new Size();
  const stream = new Stream(side, table, ALL, true);
  for (let after: Key | null = null; ;) {
    await stream.readAhead(size);
    const upTo: Key | null = stream.ended ? null : (stream.rows.at(-1)?.key ?? null);
    const rows = stream.take(null);
    size.read(rows);
    const unfit = misfitsOf([...stream.lost.splice(0), ...rows]);
    yield { span: { after, upTo }, ...linesOf(rows), unfit, isSound: false };
    if (!upTo) return;
    after = upTo;
  }
}

/** How many pages may be read before it is tried again to have their lines made. */
const LONGEST_REST = 64;

/** Whether it pays to have lines made: a page of which they are no use is asked for twice. */
class Making {
  #rest = 1;
  #left = 0;

  isDue(): boolean {
    return this.#left === 0;
  }

  found(isMade: boolean): void {
    if (this.#left > 0) this.#left -= 1;
    else if (isMade) this.#rest = 1;
    else {
      this.#left = this.#rest;
      this.#rest = Math.min(this.#rest * 2, LONGEST_REST);
    }
  }
}

async function* madePortions(
  table: MovedTable,
  side: Side,
  makes: LinesMade,
): AsyncGenerator<Portion, void, undefined> {
  const size = new Size();
  const order = new Order(side, table);
  const gathered = new Gathered();
  const atOnce = table.columns.some(({ kind }) => kind === 'json') ? AT_ONCE : SHORT_AT_ONCE;
  const making = new Making();
  let cursor: RawKey | null = null;
  for (let after: Key | null = null, ended = false; !ended;) {
    const parts: Part[] = [];
    let count = 0;
    while (!ended && count < size.limit && gathered.end < MUCH) {
      const asked: Asked = { after: cursor, limit: Math.min(size.limit, atOnce), gathered };
      const tried: Part | null = making.isDue() ? await made(table, side, makes, asked) : null;
      making.found(tried !== null);
      const part: Part = tried ?? (await read(table, side, asked));
      // SQLite answers at once: others would have to wait for all of it.
      await turn();
      for (const key of part.keys) order.follow(key);
      ended = part.found < asked.limit;
      cursor = part.cursor;
      count += part.count;
      parts.push(part);
    }
    const lines = gathered.take();
    size.found(count, lines.length);
    const upTo: Key | null = ended ? null : (parts.flatMap(({ keys }) => keys).at(-1) ?? null);
    yield {
      span: { after, upTo },
      count,
      lines,
      unfit: parts.flatMap(({ unfit }) => unfit),
      isSound: parts.every(({ isSound }) => isSound),
    };
    after = upTo;
  }
}

/** What is asked of a statement. */
interface Asked {
  readonly after: RawKey | null;
  readonly limit: number;
  /** Where the lines go. */
  readonly gathered: Gathered;
}

/** What a statement found. */
interface Part extends Pick<Portion, 'count' | 'unfit' | 'isSound'> {
  /** How many rows, those among them that are in no line. */
  readonly found: number;
  /** Keys in their order, the first and the last among them. */
  readonly keys: readonly Key[];
  /** After what the next begins. */
  readonly cursor: RawKey | null;
}

/** Gathers lines that the database made; null if anything in them has to be looked at. */
async function made(
  table: MovedTable,
  side: Side,
  makes: LinesMade,
  { after, limit, gathered }: Asked,
): Promise<Part | null> {
  const start = gathered.end;
  const found = await side.lines(table, makes, after, limit);
  if (!found || !isUtf8(found.lines)) return null;
  const { count, lines } = found;
  const raw = new RawText(lines, count * table.columns.length, gathered);
  if (!table.rewrite?.(raw, count)) return null;
  const keys = endsOf(gathered.bytes.subarray(start, gathered.end)).map((line) => keyOf(table, line));
  const last = keys.at(-1);
  const cursor = last ? writtenKey(table, side.database, last) : after;
  return { found: count, count, keys, cursor, unfit: [], isSound: true };
}

/** Gathers lines of rows that are looked at one by one. */
async function read(table: MovedTable, side: Side, { after, limit, gathered }: Asked): Promise<Part> {
  const page = await side.page(table, after, null, limit);
  const rows: CanonicalRow[] = [];
  const lost: CanonicalRow[] = [];
  for (const one of page) {
    const row = table.canonical(one);
    (isLost(table, side, row) ? lost : rows).push(row);
  }
  gathered.add(linesOf(rows).lines);
  const last = page.at(-1);
  const cursor = last ? rawKey(table, last) : after;
  const keys = rows.map(({ key }) => key);
  return { found: page.length, count: rows.length, keys, cursor, unfit: misfitsOf([...lost, ...rows]), isSound: false };
}

/** The first line and the last, if there are any. */
function endsOf(lines: Buffer): readonly string[] {
  if (lines.length === 0) return [];
  const first = lines.toString('utf8', 0, lines.indexOf('\n'));
  const last = lines.lastIndexOf('\n', lines.length - 2);
  return last === -1 ? [first] : [first, lines.toString('utf8', last + 1, lines.length - 1)];
}

/** The key of a line: of ids, and of text in which only backslashes are escaped. */
function keyOf(table: MovedTable, line: string): Key {
  const values = line.split('\t');
  return table.key.map((column) => values[table.at(column)]?.replaceAll('\\\\', '\\') ?? null);
}
