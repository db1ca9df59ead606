import type { Row } from '@janus/knex/tables';
import { setImmediate as turn } from 'node:timers/promises';
import { CannotRunError } from '../cannot-run-error.js';
import { compareKeys, countUpTo, type CanonicalRow, type Key } from './row.js';
import type { Side } from './side.js';
import { rawKey, writtenKey, type RawKey, type Span } from './span.js';
import type { MovedTable } from './table.js';

/** What both sides have in a span. */
export interface Chunk {
  readonly span: Span;
  readonly source: readonly CanonicalRow[];
  readonly target: readonly CanonicalRow[];
  /** Rows of the source whose keys are none, so that nothing can be said of where they are. */
  readonly lost: readonly CanonicalRow[];
  /** Whether the source itself says that all of its rows refer to what is there. */
  readonly isSound: boolean;
}

// So many rows are read at a time that their text is an eighth to a quarter of a megabyte: many, for each statement takes its time, and not
// so many that rows of much JSON fill the memory.
const FIRST = 64;
const LEAST = 16;
const MOST = 4_096;
/** So many are read by one statement: they are text before the next are read. */
const AT_ONCE = 128;
const MUCH = 2 ** 18;
const LITTLE = 2 ** 17;

const lengthOf = (rows: readonly CanonicalRow[]): number => rows.reduce((sum, { text }) => sum + text.length, 0);

/** How many rows the next page has. It follows from the rows that were read alone: equal tables are cut alike. */
class Size {
  limit = FIRST;

  read(rows: readonly CanonicalRow[]): void {
    const length = lengthOf(rows);
    if (rows.length < this.limit && length < MUCH) return;
    if (length > MUCH) this.limit = Math.max(this.limit / 2, LEAST);
    else if (length < LITTLE) this.limit = Math.min(this.limit * 2, MOST);
  }
}

/** A page: rows that are plain, or as the driver gives them. */
interface Read {
  readonly plain: readonly CanonicalRow[];
  readonly raw: readonly Row[];
}

/** One side's rows of a span, in order, page after page. */
class Stream {
  /** What was read and not taken yet. */
  rows: CanonicalRow[] = [];
  lost: CanonicalRow[] = [];
  ended = false;
  /** Whether all that was read up to now was plain. */
  isPlain: boolean;
  #cursor: RawKey | null;
  #last: Key | null = null;
  readonly #upTo: RawKey | null;
  #next: { readonly limit: number; readonly page: Promise<Read> } | null = null;

  constructor(
    private readonly side: Side,
    private readonly table: MovedTable,
    { after, upTo }: Span,
    private readonly ahead: boolean,
  ) {
    this.#cursor = after && writtenKey(table, side.database, after);
    this.#upTo = upTo && writtenKey(table, side.database, upTo);
    this.isPlain = side.makesLines(table);
  }

  /** Reads until there are as many as are wanted, or no more. */
  async readAhead(size: Size): Promise<void> {
    let length = lengthOf(this.rows);
    while (!this.ended && this.rows.length < size.limit && length < MUCH) {
      const before = this.rows.length;
      const next = this.#next ?? this.#request(Math.min(size.limit, AT_ONCE));
      this.#next = null;
      const { plain, raw } = await next.page;
      // SQLite answers at once: others would have to wait for all of it.
      await turn();
      this.ended = plain.length + raw.length < next.limit;
      const [lastPlain, lastRaw] = [plain.at(-1), raw.at(-1)];
      if (lastPlain) this.#cursor = writtenKey(this.table, this.side.database, lastPlain.key);
      if (lastRaw) this.#cursor = rawKey(this.table, lastRaw);
      if (this.ahead && !this.ended) this.#next = this.#request(Math.min(size.limit, AT_ONCE));
      // Of what is plain the ends tell enough.
      const ends = plain.length > 1 ? [plain[0], lastPlain] : plain;
      for (const row of ends) if (row) this.#follow(row.key);
      for (const row of plain) this.rows.push(row);
      for (const one of raw) this.#add(this.table.canonical(one));
      length += lengthOf(this.rows.slice(before));
    }
  }

  take(upTo: Key | null): readonly CanonicalRow[] {
    return this.rows.splice(0, upTo ? countUpTo(this.rows, upTo) : this.rows.length);
  }

  /** @throws CannotRunError for a row that cannot be told apart from others, or is not in its place */
  #add(row: CanonicalRow): void {
    const { name, key } = this.table;
    if (row.unfit.some(({ column }) => key.some((one) => one.name === column))) {
      if (this.side.name === 'source') return void this.lost.push(row);
      throw new CannotRunError(
        `the target has rows in ${name} whose keys no row of Janus’s has; delete them (\`janus check\` names them)`,
      );
    }
    this.#follow(row.key);
    this.rows.push(row);
  }

  /** @throws CannotRunError for a key that does not come after those before it */
  #follow(key: Key): void {
    if (this.#last && compareKeys(key, this.#last) <= 0) {
      throw new CannotRunError(
        `the ${this.side.name} does not give ${this.table.name} in the order of code points; \`janus check\` says what is to be done`,
      );
    }
    this.#last = key;
  }

  #request(limit: number) {
    const page = this.#read(limit);
    // Whoever waits for it is told; nobody may, where reading ended early.
    page.catch(() => undefined);
    return { limit, page };
  }

  async #read(limit: number): Promise<Read> {
    if (this.isPlain) {
      const lines = await this.side.lines(this.table, this.#cursor, this.#upTo, limit);
      const plain = lines.map((line) => this.table.plain(line)).filter((row) => row !== null);
      if (plain.length === lines.length) return { plain, raw: [] };
      this.isPlain = false;
    }
    return { plain: [], raw: await this.side.page(this.table, this.#cursor, this.#upTo, limit) };
  }
}

/**
 * Both sides' rows of a span, cut at the same keys; or the source's alone.
 * @param ahead whether the next page is read while this one is looked at: not where what is done with it may change the next
 */
export async function* walk(
  table: MovedTable,
  source: Side,
  target: Side | null,
  { span, ahead }: { readonly span: Span; readonly ahead: boolean },
): AsyncGenerator<Chunk, void, undefined> {
  const size = new Size();
  const left = new Stream(source, table, span, ahead);
  const right = target && new Stream(target, table, span, ahead);
  const streams = right ? [left, right] : [left];
  for (let { after } = span; ;) {
    await Promise.all(streams.map(async (stream) => stream.readAhead(size)));
    const upTo = cutOf(streams);
    const [here, there] = [left.take(upTo), right?.take(upTo) ?? []];
    size.read(here.length > there.length ? here : there);
    const lost = left.lost.splice(0);
    yield { span: { after, upTo: upTo ?? span.upTo }, source: here, target: there, lost, isSound: left.isPlain };
    if (!upTo) return;
    after = upTo;
  }
}

/** Up to where both are known. */
function cutOf(streams: readonly Stream[]): Key | null {
  let cut: Key | null = null;
  for (const { ended, rows } of streams) {
    const last = rows.at(-1)?.key;
    if (!ended && last && (!cut || compareKeys(last, cut) < 0)) cut = last;
  }
  return cut;
}
