import { Command } from 'commander';
import { ending, EXIT } from '../exit-code.js';
import { ProgressReport } from '../progress-report.js';
import { refusedText, resultText } from './report.js';
import { transfer } from './transfer.js';

interface Options {
  readonly from: string;
  readonly to: string;
  readonly verify?: true;
  readonly dryRun?: true;
  readonly tables?: readonly string[];
}

export const transferCommand = (): Command =>
  new Command('transfer')
    .description(
      'Makes one database what another is, from any of the four to any other, and says whether they are identical.',
    )
    .requiredOption('--from <url>', 'the source, which is only read')
    .requiredOption('--to <url>', 'the target, whose rows become those of the source: others are deleted')
    .option('--verify', 'only compare')
    .option('--dry-run', 'only plan: compare, and look whether the target would take every row')
    .option('--tables <names>', 'only these tables, such as images,tags', (names) => names.split(','))
    .addHelpText('after', help)
    .action(async ({ from, to, verify, dryRun, tables }: Options) =>
      ending(async () => {
        const progress = new ProgressReport();
        const options = { verify, dryRun, tables };
        try {
          const result = await transfer(from, to, {
            ...options,
            onRefused: (row) => console.log(refusedText(row)),
            onProgress: (now) => progress.tell(now),
          });
          progress.end();
          console.log(resultText(result, options));
          return { identical: EXIT.good, different: EXIT.different, refused: EXIT.failed }[result.outcome];
        } finally {
          progress.end();
        }
      }),
    );

const help = `
Both sides are compared range by range of their ids, and only what differs is written, each range whole or not at all. So the
same command is the copy, what goes on with it after an interruption, what catches up with a service that goes on writing,
and what verifies the copy:

  1. npx knex migrate:latest                   for the new database: DATABASE_URL names it, --env its kind
  2. janus transfer --from … --to …            while the service goes on; again, until it is quick
  3. stop whatever writes to the source
  4. janus transfer --from … --to …            once more: it must say "identical"
  5. start the service with the new URL

Ends with 0 if both sides are identical, 1 if they differ, 2 if it could not run (or the target would refuse a row).

Examples:
  janus transfer --from sqlite:instance/image_processing.db --to postgres://janus:secret@db.example.org/janus
  janus transfer --from mysql://… --to mariadb://… --dry-run
  janus transfer --from mysql://… --to mariadb://… --verify --tables images,tags`;
