// Measures how much memory long streams and long imports take. `npm run bench:memory -- --help` says how.
import { Command } from 'commander';
import colours from 'picocolors';
import { DIALECT_NAMES, type DialectName } from './dialect-name.js';
import { measureKept, measureMemory, type Growth } from './memory/measure-memory.js';
import { dialects, whole } from './options.js';
import { statusLine } from './report/status-line.js';

const LIMIT = 100;

const help = `
Examples:
  npm run bench:memory -- --dialect sqlite --images 100000 --check
  npm run bench:memory -- --dialect postgres --images 10000000 --keep /var/tmp/scale`;

const options = new Command('npm run bench:memory --')
  .description(
    'Measures by how much the resident set of a process grows, at most, beyond what it was after a warm-up with 10,000 images: ' +
      'while it stores many images out of a generator in one call, and while it streams them to a reader that is slow at times. ' +
      'And looks whether readers that stop early leave connections taken. Each in a process of its own.',
  )
  .option('--dialect <names>', `of ${DIALECT_NAMES.join(', ')}; those that can be had`, dialects, [...DIALECT_NAMES])
  .option('--images <count>', 'how many there are', whole(10_000), 1_000_000)
  .option('--keep <folder>', 'of `bench:scale`: only streams the database that it has loaded there, of so many images')
  .option('--check', `exit with 1 when something grows by ${LIMIT} MB, or leaves a connection taken`)
  .addHelpText('after', help)
  .parse()
  .opts<{ dialect: DialectName[]; images: number; keep?: string; check?: true }>();

let missed = 0;
for (const dialect of options.dialect) {
  try {
    const { images, keep } = options;
    const progress = (state: string) => statusLine(`${dialect}: ${state}`);
    const found = await (keep === undefined
      ? measureMemory(dialect, images, progress)
      : measureKept(dialect, { images, keep }, progress));
    statusLine('');
    if (found === null) {
      console.log(`${colours.yellow('not measured')} ${dialect}: no server was given, and none to start was found`);
      continue;
    }
    if (found.creating) print(`${dialect}: createMany`, found.creating);
    print(`${dialect}: stream`, found.streaming);
    const taken = found.connectionsTaken;
    const verdict = taken === 0 ? colours.green : colours.red;
    console.log(`${dialect}: readers that stop early leave ${verdict(`${taken} connections taken`)}`);
    if (taken > 0) missed += 1;
  } catch (error) {
    statusLine('');
    console.error(`${colours.red('failed')} ${dialect}:`, error);
    missed += 1;
  }
}
if (options.check && missed > 0) process.exitCode = 1;

function print(title: string, { baseline, peak, seconds }: Growth): void {
  const growth = (peak - baseline) / 2 ** 20;
  const verdict = growth < LIMIT ? colours.green : colours.red;
  if (growth >= LIMIT) missed += 1;
  const figures = [baseline, peak].map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' to ');
  const images = options.images.toLocaleString('en');
  console.log(
    `${title} ${images}: ${verdict(`+${growth.toFixed(1)} MB`)} (${figures} MB, ${seconds.toFixed(1)} s; < ${LIMIT} MB)`,
  );
}
