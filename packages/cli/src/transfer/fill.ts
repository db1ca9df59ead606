import { DuplicateError, MissingReferenceError } from '@janus/core';
import { compareLines, type Found } from './lines.js';
import type { Side } from './side.js';
import type { Span } from './span.js';
import type { MovedTable } from './table.js';

/**
 * Copies the lines of a span that the target has nothing of, and tells what the target then has: nothing is taken apart. None where the
 * target takes no lines, or not these.
 */
export async function fill(table: MovedTable, span: Span, lines: Buffer, target: Side): Promise<Found> {
  const { copies } = target.database.dialect;
  if (!copies) return 'none';
  try {
    await target.do(async (database) => database.copyIn(copies, table.name, table.names, [lines]));
  } catch (error) {
    const rule = error instanceof Error ? error.cause : undefined;
    if (rule instanceof DuplicateError || rule instanceof MissingReferenceError) return 'none';
    throw error;
  }
  return compareLines(table, span, lines, target);
}
