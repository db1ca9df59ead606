import Table from 'cli-table3';
import colours from 'picocolors';
import { reached, type DialectResults, type Figures, type Measurement, type Results } from '../results.js';

const TITLES = { sqlite: 'SQLite', postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' };
const SERVERS = {
  file: 'a file for this run alone',
  given: 'a server that was given',
  started: 'a private server, started with fsync off',
};

export const titleOf = ({ dialect }: Pick<DialectResults, 'dialect'>): string => TITLES[dialect];

/** All that was measured, for a person to read. */
export function tables({ date, node, knex, cpu, cpus, images, rounds, dialects }: Results): string {
  const about = `${date}, Node ${node}, Knex ${knex}, ${cpus} × ${cpu}; ${images.toLocaleString('en')} images, ${rounds} rounds`;
  return [
    colours.dim(about),
    ...dialects.map(dialectTable),
    colours.dim(
      'Ratios to the driver by itself: 1.00 is as fast, 2.00 twice as fast; median (least–most) of the rounds. CPU: of this\n' +
        "process, in microseconds a call; a server's own is not in it.",
    ),
  ].join('\n\n');
}

function dialectTable(results: DialectResults): string {
  const table = new Table({
    head: ['', 'at once', 'driver µs', 'Janus', 'target', '', 'Knex', '', 'CPU: driver', 'Janus', 'Knex'].map(
      colours.bold,
    ),
    colAligns: ['left', ...Array.from({ length: 10 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(LINES.map((name) => [name, ''])),
  });
  for (const measurement of results.measurements) table.push(row(measurement));
  const heading = `${colours.bold(titleOf(results))} ${results.version}, ${results.driver}, ${SERVERS[results.server]}`;
  const skipped = results.skipped.map(({ workload, why }) => `${colours.yellow('skipped')} ${workload}: ${why}`);
  return [heading, table.toString().replaceAll(/ +$/gm, ''), ...skipped].join('\n');
}

function row(measurement: Measurement): string[] {
  const { workload, atOnce, target, sides } = measurement;
  const { driver, janus, knex } = sides;
  const verdict = reached(measurement) ? colours.green : colours.red;
  return [
    workload,
    String(atOnce),
    micros(driver?.micros),
    janus ? (target === null ? String : verdict)(ratio(janus.ratio.median)) : '',
    target === null ? '' : `≥ ${ratio(target)}`,
    range(janus),
    knex ? ratio(knex.ratio.median) : '',
    range(knex),
    ...[driver, janus, knex].map((figures) => micros(figures?.cpuMicros)),
  ];
}

const ratio = (value: number) => value.toFixed(2);

const range = (figures: Figures | undefined) =>
  figures ? colours.dim(`${ratio(figures.ratio.min)}–${ratio(figures.ratio.max)}`) : '';

const micros = (value: number | undefined) =>
  value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 });

const LINES = `top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right
  left left-mid mid mid-mid right right-mid middle`.split(/\s+/);
