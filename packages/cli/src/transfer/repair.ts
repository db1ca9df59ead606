import { pageOf, Summing, type Range } from './range.js';
import { difference, type CanonicalRow, type Difference } from './row.js';
import type { Side } from './side.js';
import type { MovedTable } from './table.js';
import { walk } from './walk.js';
import { Writer, type Aftermath } from './write.js';

/** What was done in a range. */
export interface Repair extends Aftermath {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows of the source that were looked at. */
  readonly looked: number;
}

/**
 * Makes a range of the target what the source's is, and reads what it wrote again. The range is closed then, unless both sides
 * still differ.
 * @param remove whether rows that the source has not are deleted
 */
export async function repair(
  table: MovedTable,
  range: Range,
  { source, target, remove }: { readonly source: Side; readonly target: Side; readonly remove: boolean },
): Promise<Repair> {
  // Before it is read: whoever opens it from here on wants it to be read again.
  range.open = false;
  const writer = new Writer(table, target);
  const here = new Summing();
  // As long as both are the same, so are their digests.
  let there: Summing | null = null;
  const done = {
    inserted: 0,
    updated: 0,
    deleted: 0,
    looked: 0,
    parked: [] as Aftermath['parked'][number][],
    awaited: [] as Aftermath['awaited'][number][],
  };
  for await (const chunk of walk(table, source, target, { span: range.span, ahead: false })) {
    const theirs = pageOf(chunk.source);
    const ours = pageOf(chunk.target);
    range.open ||= chunk.lost.length > 0;
    done.looked += chunk.source.length;
    if (theirs.text === ours.text) {
      here.add(theirs);
      there?.add(ours);
      continue;
    }
    const found = difference(chunk.source, chunk.target);
    // What came after it was asked whether the target would take it: the next run says so of these.
    const fit = { missing: found.missing.filter(isFit), changed: found.changed.filter(isFit), surplus: found.surplus };
    const { parked, awaited } = await writer.write(fit, remove);
    done.parked.push(...parked);
    done.awaited.push(...awaited);
    const written = pageOf(await target.rows(table, chunk.span));
    const same = written.text === theirs.text;
    if (!same) there ??= new Summing(here);
    here.add(theirs);
    there?.add(written);
    const left = same ? NONE : difference(chunk.source, written.rows);
    done.inserted += found.missing.length - left.missing.length;
    done.updated += found.changed.length - left.changed.length;
    done.deleted += found.surplus.length - left.surplus.length;
  }
  range.source = here.end();
  range.target = there ? there.end() : range.source;
  range.open ||= there !== null;
  return done;
}

const NONE: Difference = { missing: [], changed: [], surplus: [] };

const isFit = ({ unfit }: CanonicalRow): boolean => unfit.length === 0;
