import Table from 'cli-table3';
import colours from 'picocolors';
import { whole } from './progress.js';
import type { DatabaseResults, Measurement, Slice, Timing } from './results.js';

/** By how much a page may be slower in the largest database than in the smallest, and loading at its end than at its beginning. */
const MOST_GROWTH = 1.5;
const LEAST_PACE = 0.7;
/** In milliseconds: what is quicker than this is told from noise by no growth. */
const NOISE = 0.3;

const milliseconds = (time: number | null) => (time === null ? '–' : time.toFixed(time < 10 ? 2 : time < 100 ? 1 : 0));

function growth(small: Timing | undefined, large: Timing): readonly [string, string] {
  const [before, after] = [small?.median ?? null, large.median];
  if (before === null || after === null) return ['', ''];
  const times = `${(after / before).toFixed(1)}×`;
  if (Math.min(before, after) < NOISE && after < 1) return [times, colours.dim(`under ${NOISE} ms`)];
  if (large.kind === 'count') return [times, colours.dim('counts')];
  if (after / before <= MOST_GROWTH) return [colours.green(times), ''];
  // Whatever else runs on the machine makes some runs slower, and none quicker.
  if ((large.least ?? 0) / (small?.least ?? 0) <= MOST_GROWTH) return [times, colours.dim('only its slower runs')];
  return [colours.red(times), colours.red('grows')];
}

/** What each query took at each size, in milliseconds. */
export function timingTable(measurements: readonly Measurement[]): string {
  const columns = ['query', 'answer', ...measurements.map(({ size }) => whole(size)), 'growth', ''];
  const table = new Table({
    head: columns.map(colours.bold),
    colAligns: ['left', ...measurements.map(() => 'right' as const), 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const last = measurements.at(-1);
  for (const timing of last?.timings ?? []) {
    const all = measurements.map(({ timings }) => timings.find(({ name }) => name === timing.name));
    const medians = all.map((found) => milliseconds(found?.median ?? null));
    const [times, remark] = measurements.length < 2 ? ['', ''] : growth(all[0], timing);
    table.push([timing.name, whole(timing.answer), ...medians, times, timing.note ?? remark]);
  }
  return table.toString();
}

/** How many of the slices' images were made in a second. */
function pace(slices: readonly Slice[]): number {
  const seconds = slices.reduce((sum, slice) => sum + slice.images, 0);
  return slices.reduce((sum, { from, to }) => sum + to - from, 0) / seconds;
}

function loadText(slices: readonly Slice[]): string {
  const end = slices.at(-1)?.to ?? 0;
  const [early, late] = [slices.filter(({ to }) => to <= end * 0.1), slices.filter(({ from }) => from >= end * 0.9)];
  if (early.length === 0 || late.length === 0) return 'the load was not measured from its beginning';
  const ratio = pace(late) / pace(early);
  const verdict = ratio < LEAST_PACE ? colours.red(ratio.toFixed(2)) : colours.green(ratio.toFixed(2));
  return `first 10 %: ${whole(pace(early))} images/s, last 10 %: ${whole(pace(late))} images/s, ratio ${verdict}`;
}

/** All that is known of one database. */
export function report(dialect: string, { version, slices, measurements }: DatabaseResults): string {
  const sizes = measurements.map(
    ({ size, bytes }) => `${whole(size)} images: ${whole(bytes / 2 ** 20)} MiB, ${whole(bytes / size)} bytes an image`,
  );
  return [
    '',
    colours.bold(`${dialect} ${version}`),
    loadText(slices),
    ...sizes,
    ...(measurements.length === 0 ? [] : ['medians, in milliseconds:', timingTable(measurements)]),
  ].join('\n');
}
