import type { Row } from '@janus/knex/tables';
import { setImmediate as turn } from 'node:timers/promises';
import { CannotRunError } from '../cannot-run-error.js';
import { compareKeys, countUpTo, type CanonicalRow, type Key } from './row.js';
import type { Side } from './side.js';
import { rawKey, writtenKey, type RawKey, type Span } from './span.js';
import type { MovedTable } from './table.js';

// So many rows are read at a time that their text is an eighth to a quarter of a megabyte: many, for each statement takes its time, and not
// so many that rows of much JSON fill the memory.
const FIRST = 64;
const LEAST = 16;
const MOST = 4_096;
/** So many are read by one statement: they are text before the next are read. */
export const AT_ONCE = 128;
export const MUCH = 2 ** 18;
const LITTLE = 2 ** 17;

const lengthOf = (rows: readonly CanonicalRow[]): number => rows.reduce((sum, { text }) => sum + text.length, 0);

/** How many rows the next page has. It follows from what was read alone, and not from how long that took. */
export class Size {
  limit = FIRST;

  read(rows: readonly CanonicalRow[]): void {
    this.found(rows.length, lengthOf(rows));
  }

  /** @param length of their text, or of as many bytes */
  found(rows: number, length: number): void {
    if (rows < this.limit && length < MUCH) return;
    if (length > MUCH) this.limit = Math.max(this.limit / 2, LEAST);
    else if (length < LITTLE) this.limit = Math.min(this.limit * 2, MOST);
  }
}

/** Looks whether rows come in the order of their keys. */
export class Order {
  #last: Key | null = null;

  constructor(
    private readonly side: Side,
    private readonly table: MovedTable,
  ) {}

  /** @throws CannotRunError for a key that does not come after those before it */
  follow(key: Key): void {
    if (this.#last && compareKeys(key, this.#last) <= 0) {
      throw new CannotRunError(
        `the ${this.side.name} does not give ${this.table.name} in the order of code points; \`janus check\` says what is to be done`,
      );
    }
    this.#last = key;
  }
}

/** Whether a row of the source cannot be told apart from others. @throws CannotRunError for one of the target */
export function isLost({ name, key }: MovedTable, side: Side, row: CanonicalRow): boolean {
  if (!row.unfit.some(({ column }) => key.some((one) => one.name === column))) return false;
  if (side.name === 'source') return true;
  throw new CannotRunError(
    `the target has rows in ${name} whose keys no row of Janus’s has; delete them (\`janus check\` names them)`,
  );
}

/** One side's rows of a span, in order, page after page. */
export class Stream {
  /** What was read and not taken yet. */
  rows: CanonicalRow[] = [];
  lost: CanonicalRow[] = [];
  ended = false;
  #cursor: RawKey | null;
  readonly #order: Order;
  readonly #upTo: RawKey | null;
  #next: { readonly limit: number; readonly page: Promise<readonly Row[]> } | null = null;

  constructor(
    private readonly side: Side,
    private readonly table: MovedTable,
    { after, upTo }: Span,
    private readonly ahead: boolean,
  ) {
    this.#cursor = after && writtenKey(table, side.database, after);
    this.#upTo = upTo && writtenKey(table, side.database, upTo);
    this.#order = new Order(side, table);
  }

  /** Reads until there are as many as are wanted, or no more. */
  async readAhead(size: Size): Promise<void> {
    let length = lengthOf(this.rows);
    while (!this.ended && this.rows.length < size.limit && length < MUCH) {
      const before = this.rows.length;
      const next = this.#next ?? this.#request(Math.min(size.limit, AT_ONCE));
      this.#next = null;
      const page = await next.page;
      // SQLite answers at once: others would have to wait for all of it.
      await turn();
      this.ended = page.length < next.limit;
      const last = page.at(-1);
      if (last) this.#cursor = rawKey(this.table, last);
      if (this.ahead && !this.ended) this.#next = this.#request(Math.min(size.limit, AT_ONCE));
      for (const row of page) this.#add(this.table.canonical(row));
      length += lengthOf(this.rows.slice(before));
    }
  }

  take(upTo: Key | null): readonly CanonicalRow[] {
    return this.rows.splice(0, upTo ? countUpTo(this.rows, upTo) : this.rows.length);
  }

  #add(row: CanonicalRow): void {
    if (isLost(this.table, this.side, row)) return void this.lost.push(row);
    this.#order.follow(row.key);
    this.rows.push(row);
  }

  #request(limit: number) {
    const page = this.side.page(this.table, this.#cursor, this.#upTo, limit);
    // Whoever waits for it is told; nobody may, where reading ended early.
    page.catch(() => undefined);
    return { limit, page };
  }
}
