// Draws what the benchmark wrote with --json. `npm run bench:chart -- --help` says how.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { drawing } from './chart/drawing.js';
import type { Results } from './results.js';

const [from = '', to = ''] = new Command('npm run bench:chart --')
  .description('Draws the results of a benchmark: a panel for each database, where 1.00 is its driver by itself.')
  .argument('<results.json>', 'what `npm run bench -- --json results.json` wrote')
  .argument('<chart.svg>', 'where the chart shall be')
  .addHelpText('after', '\nExample:\n  npm run bench:chart -- results.json docs/performance.svg')
  .parse().args;

const results = JSON.parse(await readFile(from, 'utf8')) as Results;
await mkdir(dirname(to), { recursive: true });
await writeFile(to, drawing(results));
