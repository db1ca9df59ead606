import Table from 'cli-table3';
import colours from 'picocolors';
import { duration, whole } from './progress.js';
import { LAST_TENTH, type DatabaseResults, type Load, type Sized, type Slice, type Timing } from './results.js';

/** By how much a page may be slower in a large database than in the smallest, and loading at its end than at its beginning. */
const MOST_GROWTH = 1.5;
const LEAST_PACE = 0.7;

const milliseconds = (time: number | null) => (time === null ? '–' : time.toFixed(time < 10 ? 2 : time < 100 ? 1 : 0));

/** Whether it found less with the fewest images: what it takes to find more is no growth. */
const foundLess = ({ answer }: Sized, fewest: Sized | undefined) => (fewest?.answer ?? 0) < 0.9 * answer;

function ratioText({ kind }: Timing, one: Sized, fewest: Sized | undefined): string {
  const { ratio } = one;
  if (!ratio) return '';
  const text = `${ratio.median.toFixed(2)} (${ratio.from.toFixed(1)}–${ratio.to.toFixed(1)})`;
  if (kind === 'count' || foundLess(one, fewest)) return colours.dim(text);
  return ratio.median <= MOST_GROWTH ? colours.green(text) : colours.red(text);
}

/** What each query took at each size, in milliseconds, and how many times as long as at the smallest. */
export function timingTable(timings: readonly Timing[]): string {
  const sizes = [...new Set(timings.flatMap((timing) => timing.sizes.map(({ size }) => size)))].toSorted(
    (a, b) => a - b,
  );
  const columns = [
    'query',
    'asks for',
    'answer',
    ...sizes.flatMap((size, index) => (index === 0 ? [whole(size)] : [whole(size), '×'])),
    '',
  ];
  const table = new Table({
    head: columns.map(colours.bold),
    colAligns: ['left', 'left', ...columns.slice(3).map(() => 'right' as const), 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const timing of timings) {
    const found = sizes.map((size) => timing.sizes.find((one) => one.size === size));
    const cells = found.flatMap((one, index) => [
      milliseconds(one?.median ?? null),
      ...(index === 0 ? [] : [one ? ratioText(timing, one, found[0]) : '']),
    ]);
    const [fewest, most] = [found[0], found.at(-1)];
    const less = timing.kind === 'page' && most && foundLess(most, fewest);
    const note =
      found.find((one) => one?.note !== undefined)?.note ??
      (less ? `only ${whole(fewest?.answer ?? 0)} of the fewest` : '');
    const asked = timing.asks === 'same' ? 'the same' : 'others';
    table.push([timing.name, asked, whole(most?.answer ?? 0), ...cells, note]);
  }
  return table.toString();
}

/** How many of the slices' images were made in a second. @param took how long those of one took, in seconds */
function pace(slices: readonly Slice[], took: (slice: Slice) => number): number {
  const seconds = slices.reduce((sum, slice) => sum + took(slice), 0);
  return slices.reduce((sum, { from, to }) => sum + to - from, 0) / seconds;
}

const rate = (slices: readonly Slice[]) => (slices.length === 0 ? '–' : whole(pace(slices, ({ images }) => images)));

function paceText(size: number, { bare, slices }: Load): string {
  const early = slices.filter(({ to }) => to <= size * 0.1);
  const late = slices.filter(({ from }) => from >= size * LAST_TENTH);
  const inTurns = late.filter(({ beside }) => beside !== undefined);
  const parts = [`first 10 %: ${rate(early)} images/s, last 10 %: ${rate(late)} images/s`];
  if (inTurns.length > 0) {
    const again = pace(inTurns, ({ beside }) => beside ?? 0);
    const ratio = pace(inTurns, ({ images }) => images) / again;
    const verdict = ratio < LEAST_PACE ? colours.red(ratio.toFixed(2)) : colours.green(ratio.toFixed(2));
    parts.push(`in turns with the first 10 % once more: ${whole(again)} images/s, ratio ${verdict}`);
  }
  if (bare) parts.push('without indexes');
  return parts.join(', ');
}

function loadText(size: number, load: Load): string {
  const { finishing, bytes } = load;
  const parts = [paceText(size, load)];
  if (finishing !== null) parts.push(`finished in ${duration(finishing)}`);
  if (bytes !== null) parts.push(`${whole(bytes / 2 ** 20)} MiB, ${whole(bytes / size)} bytes an image`);
  return `${whole(size)} images: ${parts.join('; ')}`;
}

/** All that is known of one database. */
export function report(dialect: string, { version, buffers, loads, timings }: DatabaseResults): string {
  return [
    '',
    colours.bold(`${dialect} ${version}, with ${whole(buffers / 2 ** 20)} MiB of buffers`),
    ...Object.entries(loads).map(([size, load]) => loadText(Number(size), load)),
    ...(timings.length === 0
      ? []
      : ['medians in milliseconds, and × as long as with the fewest (quartiles):', timingTable(timings)]),
  ].join('\n');
}
