import Table from 'cli-table3';
import colours from 'picocolors';
import type { Engine } from './engine.js';
import type { Result } from './lane.js';

export interface Missing {
  readonly engine: Engine;
  readonly reason: string;
  /** How to get one. */
  readonly advice?: string;
  /** Whether the tests fail without it. */
  readonly required: boolean;
}

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

export function count(results: readonly Result[], missing: readonly Missing[]): Count {
  const sum: Count = { passed: 0, failed: missing.filter(({ required }) => required).length, skipped: 0 };
  for (const run of results.flatMap(({ runs }) => runs)) {
    sum.passed += run.passed;
    sum.failed += run.failed;
    sum.skipped += run.skipped;
  }
  return sum;
}

export function summary(results: readonly Result[], missing: readonly Missing[]): string {
  const table = new Table({
    head: ['database', 'version', 'server', 'tests', 'passed', 'failed', 'skipped', 'seconds'].map(colours.bold),
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: noLines,
  });
  for (const { lane, runs } of results) {
    for (const [index, run] of runs.entries()) {
      const { version = '', source = '' } = lane.server ?? {};
      const about = index === 0 ? [lane.title, version, source] : ['', '', ''];
      const failed = run.failed > 0 ? colours.red(run.failed) : '0';
      table.push([...about, run.title, run.passed, failed, run.skipped, run.seconds.toFixed(1)]);
    }
  }
  for (const { engine, required } of missing) table.push([engine.name, '', '', verdict(required)]);

  const notes = missing.map(
    ({ engine, reason, required, advice }) =>
      `\n${colours.bold(engine.name)} ${verdict(required)}: ${reason}.\n${advice === undefined ? '' : `    ${advice}\n`}`,
  );
  return `${table.toString().replaceAll(/ +$/gm, '')}\n${notes.join('')}`;
}

function verdict(required: boolean): string {
  return required ? colours.red('not run, and required') : colours.yellow('not run');
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
