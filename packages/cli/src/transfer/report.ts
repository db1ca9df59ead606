import Table from 'cli-table3';
import colours from 'picocolors';
import { whole } from '../words.js';
import type { RefusedRow } from './plan.js';
import type { TransferOptions, TransferResult } from './transfer.js';

/** A table without lines. */
export const BARE = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'middle'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [side + part, '']),
  ),
);

/** Enough of a digest to be compared by eye; whoever wants all of it calls `transfer`. */
const SHOWN = 16;

export const refusedText = ({ table, key, what, reason }: RefusedRow): string =>
  `${colours.red('refused')}  ${table} ${JSON.stringify(key.length === 1 ? key[0] : key)}: ${what} must be ${reason}`;

/** The end of a transfer: what it did, each table on both sides, and what is to be done next. */
export function resultText(result: TransferResult, options: TransferOptions): string {
  const idle = options.verify || options.dryRun || result.outcome === 'refused';
  const heads = idle ? ['missing', 'changed', 'surplus'] : ['inserted', 'updated', 'deleted'];
  const table = new Table({
    head: ['table', 'source rows', 'target rows', ...heads, 'source digest', 'target digest', ''].map(colours.bold),
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'left', 'left'],
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    chars: BARE,
  });
  for (const one of result.tables) {
    const counts = idle ? [one.missing, one.changed, one.surplus] : [one.inserted, one.updated, one.deleted];
    table.push([
      one.name,
      whole(one.source.rows),
      whole(one.target.rows),
      ...counts.map(whole),
      one.source.digest.slice(0, SHOWN),
      one.target.digest.slice(0, SHOWN),
      one.identical ? colours.green('identical') : colours.yellow('different'),
    ]);
  }
  return `${table.toString().replaceAll(/ +$/gm, '')}\n\n${verdict(result, options)}\n`;
}

function verdict({ outcome, refused }: TransferResult, { verify, dryRun }: TransferOptions): string {
  switch (outcome) {
    case 'identical':
      return `${colours.green('identical')}  Both sides have the same rows, as they were read.`;
    case 'refused':
      return `${colours.red('refused')}  The target would refuse ${whole(refused)} ${refused === 1 ? 'value' : 'values'} of the source; nothing was written. Correct the rows named above at the source, and run it again.`;
    default:
      if (verify)
        return `${colours.yellow('different')}  Run it without --verify to make the target what the source is.`;
      if (dryRun)
        return `${colours.yellow('different')}  Nothing was written. Without --dry-run, the target becomes what the source is.`;
      return `${colours.yellow('different')}  The source changed meanwhile, or a table was left out that others refer to. Run it again.`;
  }
}
