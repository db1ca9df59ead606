import { createHash } from 'node:crypto';
import type { Sum } from './range.js';
import type { Side } from './side.js';
import { piecesIn, within, type Span } from './span.js';
import type { MovedTable } from './table.js';

/** What a side has in a span, beside the lines that it should have. */
export type Found = 'the same' | 'others' | 'none';

/**
 * Compares the lines of a span with those that a side makes of its rows, byte by byte: nothing is taken apart. What means the same
 * may be other bytes (a number of many digits), so that only `the same` is sure. A side that makes no lines has none.
 */
export async function compareLines(table: MovedTable, span: Span, lines: Uint8Array, side: Side): Promise<Found> {
  let at = 0;
  let same = true;
  await readLines(table, span, side, (found) => {
    same &&= Buffer.compare(lines.subarray(at, at + found.length), found) === 0;
    at += found.length;
  });
  if (at === 0 && lines.length > 0) return 'none';
  return same && at === lines.length ? 'the same' : 'others';
}

/** As `compareLines`, where of the lines only their sum is known. */
export async function compareSum(table: MovedTable, span: Span, { rows, digest }: Sum, side: Side): Promise<Found> {
  const hash = createHash('sha256');
  const few = Buffer.allocUnsafe(TOGETHER);
  let [at, length] = [0, 0];
  await readLines(table, span, side, (found) => {
    length += found.length;
    if (at + found.length > few.length) {
      hash.update(few.subarray(0, at));
      at = 0;
    }
    if (found.length > few.length) hash.update(found);
    else {
      few.set(found, at);
      at += found.length;
    }
  });
  hash.update(few.subarray(0, at));
  if (length === 0 && rows > 0) return 'none';
  return hash.digest('hex') === digest ? 'the same' : 'others';
}

/** So many bytes are summed up at once: a line at a time takes longer than to read it. */
const TOGETHER = 2 ** 16;

async function readLines(table: MovedTable, span: Span, side: Side, reads: (lines: Uint8Array) => void): Promise<void> {
  const { copies } = side.database.dialect;
  if (!copies) return;
  await side.do(async (database) => {
    for (const piece of piecesIn(table, database, span)) {
      const query = within(database.knex(table.name).select(table.names), piece);
      const inOrder = query.orderBy(table.key.map(({ name }) => name));
      await database.copyOut(copies, `transfer.lines ${table.name}`, inOrder, reads);
    }
  });
}
