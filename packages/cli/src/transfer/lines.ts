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
  const { copies } = side.database.dialect;
  if (!copies) return 'none';
  let at = 0;
  let same = true;
  await side.do(async (database) => {
    for (const piece of piecesIn(table, database, span)) {
      const query = within(database.knex(table.name).select(table.names), piece);
      const inOrder = query.orderBy(table.key.map(({ name }) => name));
      await database.copyOut(copies, `transfer.lines ${table.name}`, inOrder, (found) => {
        same &&= Buffer.compare(lines.subarray(at, at + found.length), found) === 0;
        at += found.length;
      });
    }
  });
  if (at === 0 && lines.length > 0) return 'none';
  return same && at === lines.length ? 'the same' : 'others';
}
