import Table from 'cli-table3';
import colours from 'picocolors';
import { BARE } from '../transfer/report.js';
import { whole } from '../words.js';
import type { AdoptResult, RowNotTaken } from './options.js';

export const notTakenText = ({ table, id, what, rule, allowed }: RowNotTaken): string =>
  `${colours.yellow('not taken over')}  ${table} ${id}: ${what}: ${allowed} (rule: ${rule})`;

/** The end of a takeover: what was there, what became of it, and what was left. */
export function adoptedText({ outcome, version, tables, leftOut }: AdoptResult): string {
  const table = new Table({
    head: ['table', 'rows', 'taken over', 'before', 'not taken over'].map(colours.bold),
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: BARE,
  });
  for (const { name, there, rows, taken, before, refused } of tables)
    table.push([name, ...(there ? [rows, taken, before, refused].map(whole) : ['not there', '', '', ''])]);
  const left = leftOut.map(
    ({ table: name, column, holds }) =>
      `left out: ${column === null ? `the table ${name}` : `the column ${name}.${column}`}, which no version of the prototype had${holds ? '' : ', and which is empty'}`,
  );
  return [
    `The prototype’s schema: ${version}.`,
    '',
    table.toString().replaceAll(/ +$/gm, ''),
    '',
    ...left,
    outcome === 'complete'
      ? `${colours.green('complete')}  All that the source holds is in the target.`
      : `${colours.yellow('partial')}  What is named above was not taken over; the source is as it was. Correct it there, or do without it: run again, it adds what is new.`,
    '',
  ].join('\n');
}
