import type { Results } from '../results.js';
import { panel, WIDTH } from './panel.js';
import { element, label } from './svg.js';

const MARGIN = 24;
const HEADING = 74;
const BETWEEN = 18;

const STYLE = `
  text { font: 12px ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
  .headline { font-size: 18px; font-weight: 600; }
  .title { font-size: 15px; font-weight: 600; }
  .workload { text-anchor: end; dominant-baseline: middle; }
  .column, .about { fill: #59636e; }
  .tick { font-size: 10px; text-anchor: middle; fill: #59636e; }
  .figure { font-size: 9px; font-variant-numeric: tabular-nums; paint-order: stroke; stroke: #ffffff; stroke-width: 2px; }
  .janus { fill: #2f6fde; }
  .knex { fill: #b3bac3; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .driver { stroke: #cf5b16; stroke-width: 1.5; stroke-dasharray: 4 3; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .column, .about, .tick { fill: #9198a1; }
    .figure { stroke: #0d1117; }
    .janus { fill: #5b9bff; }
    .knex { fill: #59626d; }
    .grid { stroke: #2a313a; }
    .driver { stroke: #f0883e; }
    .paper { fill: #0d1117; }
  }
`;

/** The whole of a benchmark as an SVG that needs nothing else, and looks right on light and on dark. */
export function drawing({ dialects, images, rounds, node, cpu, cpus, date }: Results): string {
  const about =
    `${images.toLocaleString('en')} images, medians of ${rounds} interleaved rounds; ` +
    `Node ${node}, ${cpus} × ${cpu}, ${date.slice(0, 10)}`;
  const parts = [legend(), label(0, 38, 'about', about)];
  let y = HEADING;
  for (const results of dialects) {
    const { svg, height } = panel(results);
    parts.push(element('g', { transform: `translate(0 ${y})` }, svg));
    y += height + BETWEEN;
  }
  const [width, height] = [WIDTH + 2 * MARGIN, y + MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    element('title', {}, 'Speed of Janus and of plain Knex, where the bare driver is 1.00'),
    `<style>${STYLE}</style>`,
    element('rect', { width, height, class: 'paper' }),
    element('g', { transform: `translate(${MARGIN} ${MARGIN})` }, parts.join('\n')),
    '</svg>\n',
  ].join('\n');
}

function legend(): string {
  return [
    label(0, 14, 'headline', 'How fast, where the bare driver with prepared statements is 1.00'),
    element('rect', { x: WIDTH - 190, y: 4, width: 12, height: 12, rx: 2, class: 'janus' }),
    label(WIDTH - 172, 14, 'legend', 'Janus'),
    element('rect', { x: WIDTH - 120, y: 4, width: 12, height: 12, rx: 2, class: 'knex' }),
    label(WIDTH - 102, 14, 'legend', 'plain Knex'),
  ].join('\n');
}
