import { DuplicateError, MissingReferenceError } from '@janus/core';
import { createHash } from 'node:crypto';
import { compareLines } from './lines.js';
import type { Sum } from './range.js';
import type { Side } from './side.js';
import { rawKey, writtenKey, type RawKey, type Span } from './span.js';
import type { MovedTable } from './table.js';

/** How many rows are read at a time: they are lines before the next are. */
const PAGE = 128;
/** Beyond so many characters rows are gone through one range after the other: more came since they were compared. */
const MUCH = 2 ** 22;

/** What was copied, and whether the target gave the same lines back. */
export interface Filled extends Sum {
  readonly same: boolean;
}

/**
 * Copies a span that the target has nothing of, as lines, and compares them with those that it then has: nothing is taken apart.
 * Null where the target takes no lines, or not these; then it has none of them.
 */
export async function fill(table: MovedTable, span: Span, source: Side, target: Side): Promise<Filled | null> {
  const { copies } = target.database.dialect;
  if (!copies) return null;
  const read = await linesOf(table, span, source);
  if (!read) return null;
  const { rows, lines } = read;
  try {
    if (rows > 0) await target.do(async (database) => database.copyIn(copies, table.name, table.names, lines));
  } catch (error) {
    const rule = error instanceof Error ? error.cause : undefined;
    if (rule instanceof DuplicateError || rule instanceof MissingReferenceError) return null;
    throw error;
  }
  const digest = createHash('sha256').update(lines).digest('hex');
  return { rows, digest, same: (await compareLines(table, span, lines, target)) === 'the same' };
}

/** The rows of a span as lines; null if the target would refuse one, or if there are too many. */
async function linesOf(table: MovedTable, { after, upTo }: Span, source: Side) {
  const key = (bound: Span['after']) => bound && writtenKey(table, source.database, bound);
  const last = key(upTo);
  const lines: Buffer[] = [];
  let rows = 0;
  let length = 0;
  for (let cursor: RawKey | null = key(after); ;) {
    const page = await source.page(table, cursor, last, PAGE);
    let text = '';
    for (const row of page) {
      const line = table.canonical(row);
      if (line.unfit.length > 0) return null;
      text += line.text;
    }
    length += text.length;
    if (length > MUCH) return null;
    lines.push(Buffer.from(text));
    rows += page.length;
    const end = page.at(-1);
    if (!end || page.length < PAGE) return { rows, lines: Buffer.concat(lines) };
    cursor = rawKey(table, end);
  }
}
