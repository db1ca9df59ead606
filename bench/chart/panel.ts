import { titleOf } from '../report/table.js';
import type { DialectResults, Figures, Measurement } from '../results.js';
import { element, label } from './svg.js';

export const WIDTH = 960;
const LABELS = 286;
const COLUMN = 280;
const GAP = 60;
const BAR = 9;
const ROW = 30;
const HEADING = 58;
const FOOT = 30;

/** Longer bars end here, and say how long they would be. */
const MOST = 2;

const SIDES = ['janus', 'knex'] as const;

interface Panel {
  readonly svg: string;
  readonly height: number;
}

/** What one database's measurements look like: a row for each workload, and a column for how many calls at once. */
export function panel(results: DialectResults): Panel {
  const workloads = [...new Set(results.measurements.map(({ workload }) => workload))];
  const columns = [...new Set(results.measurements.map(({ atOnce }) => atOnce))].toSorted((a, b) => a - b);
  const bottom = HEADING + workloads.length * ROW;
  const parts = [label(0, 18, 'title', `${titleOf(results)} ${results.version}`)];
  for (const [row, workload] of workloads.entries()) {
    parts.push(label(LABELS - 12, HEADING + row * ROW + ROW / 2 + 1, 'workload', workload));
  }
  for (const [index, atOnce] of columns.entries()) {
    const x = LABELS + index * (COLUMN + GAP);
    parts.push(label(x, 42, 'column', atOnce === 1 ? 'one call at a time' : `${atOnce} calls at once`));
    parts.push(axis(x, bottom));
    for (const measurement of results.measurements.filter((one) => one.atOnce === atOnce)) {
      const top = HEADING + workloads.indexOf(measurement.workload) * ROW + (ROW - SIDES.length * BAR) / 2;
      parts.push(bars(x, top, measurement));
    }
  }
  return { svg: parts.join('\n'), height: bottom + FOOT };
}

const at = (ratio: number) => (Math.min(ratio, MOST) / MOST) * COLUMN;

function axis(x: number, bottom: number): string {
  return [0, 0.5, 1, 1.5, MOST]
    .map((ratio) => {
      const place = x + at(ratio);
      const kind = ratio === 1 ? 'driver' : 'grid';
      return [
        element('line', { x1: place, x2: place, y1: HEADING - 6, y2: bottom, class: kind }),
        label(place, bottom + 14, 'tick', ratio === 1 ? 'driver 1.00' : ratio.toFixed(1)),
      ].join('\n');
    })
    .join('\n');
}

function bars(x: number, top: number, { sides }: Measurement): string {
  return SIDES.flatMap((name, index) => {
    const figures = sides[name];
    return figures ? [bar(x, top + index * BAR, name, figures)] : [];
  }).join('\n');
}

function bar(x: number, y: number, side: (typeof SIDES)[number], { ratio: { median, min, max } }: Figures): string {
  const width = at(median);
  const beyond = median > MOST ? ' →' : '';
  const title = `${side === 'janus' ? 'Janus' : 'Knex'} ${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  return [
    element('rect', { x, y, width, height: BAR - 1, rx: 1.5, class: side }, element('title', {}, title)),
    label(x + width + 4, y + BAR - 2, 'figure', `${median.toFixed(2)}${beyond}`),
  ].join('\n');
}
