import { compareKeys, type CanonicalRow, type Key } from './row.js';
import type { Side } from './side.js';
import type { Span } from './span.js';
import { Size, Stream } from './stream.js';
import type { MovedTable } from './table.js';

/** What both sides have in a span. */
export interface Chunk {
  readonly span: Span;
  readonly source: readonly CanonicalRow[];
  readonly target: readonly CanonicalRow[];
  /** Rows of the source whose keys are none, so that nothing can be said of where they are. */
  readonly lost: readonly CanonicalRow[];
}

/**
 * Both sides' rows of a span, cut at the same keys.
 * @param ahead whether the next page is read while this one is looked at: not where what is done with it may change the next
 */
export async function* walk(
  table: MovedTable,
  source: Side,
  target: Side,
  { span, ahead }: { readonly span: Span; readonly ahead: boolean },
): AsyncGenerator<Chunk, void, undefined> {
  const size = new Size();
  const left = new Stream(source, table, span, ahead);
  const right = new Stream(target, table, span, ahead);
  for (let { after } = span; ;) {
    await Promise.all([left.readAhead(size), right.readAhead(size)]);
    const upTo = cutOf([left, right]);
    const [here, there] = [left.take(upTo), right.take(upTo)];
    size.read(here.length > there.length ? here : there);
    yield { span: { after, upTo: upTo ?? span.upTo }, source: here, target: there, lost: left.lost.splice(0) };
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
