import { fill } from './fill.js';
import { linesOf, Summing, type Range, type Sum } from './range.js';
import { difference, NO_DIFFERENCE, type CanonicalRow } from './row.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';
import { walk } from './walk.js';
import { Writer, type Aftermath } from './write.js';

/** What was done in a range, and what is there now. */
export interface Repaired extends Aftermath {
  readonly source: Sum;
  readonly target: Sum;
  /** Whether both sides still differ, or may. */
  readonly open: boolean;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows of the source that were looked at. */
  readonly looked: number;
}

/**
 * Makes a range of the target what the source's is, and reads what it wrote again.
 * @param lines the source's, as they were summed up, where the target has yet to get them all
 * @param remove whether rows that the source has not are deleted
 */
export async function repair(
  table: MovedTable,
  { span, source: sum }: Pick<Range, 'span' | 'source'>,
  lines: Buffer | null,
  { source, target, remove }: { readonly source: Side; readonly target: Side; readonly remove: boolean },
): Promise<Repaired> {
  const filled = lines ? await fill(table, span, lines, target) : 'none';
  if (filled === 'the same') {
    return { source: sum, target: sum, open: false, looked: sum.rows, inserted: sum.rows, ...NOTHING };
  }
  const writer = new Writer(table, target);
  const here = new Summing();
  // As long as both are the same, so are their digests.
  let there: Summing | null = null;
  let open = false;
  const done = {
    inserted: filled === 'none' ? 0 : sum.rows,
    updated: 0,
    deleted: 0,
    looked: 0,
    parked: [] as Aftermath['parked'][number][],
    awaited: [] as Aftermath['awaited'][number][],
  };
  for await (const chunk of walk(table, source, target, { span, ahead: false })) {
    const theirs = linesOf(chunk.source);
    const ours = linesOf(chunk.target);
    open ||= chunk.lost.length > 0;
    done.looked += chunk.source.length;
    if (theirs.lines.equals(ours.lines)) {
      here.add(theirs);
      there?.add(ours);
      continue;
    }
    const differs = difference(chunk.source, chunk.target);
    // What came after it was asked whether the target would take it: the next run says so of these.
    const fit = {
      missing: differs.missing.filter(isFit),
      changed: differs.changed.filter(isFit),
      surplus: differs.surplus,
    };
    const { parked, awaited } = await writer.write(fit, remove);
    done.parked.push(...parked);
    done.awaited.push(...awaited);
    const rows = await target.rows(table, chunk.span);
    const written = linesOf(rows);
    const same = written.lines.equals(theirs.lines);
    if (!same) there ??= new Summing(here);
    here.add(theirs);
    there?.add(written);
    const left = same ? NO_DIFFERENCE : difference(chunk.source, rows);
    done.inserted += differs.missing.length - left.missing.length;
    done.updated += differs.changed.length - left.changed.length;
    done.deleted += differs.surplus.length - left.surplus.length;
  }
  const found = here.end();
  return { ...done, source: found, target: there ? there.end() : found, open: open || there !== null };
}

const NOTHING = { updated: 0, deleted: 0, parked: [], awaited: [] };

const isFit = ({ unfit }: CanonicalRow): boolean => unfit.length === 0;
