import { Command } from 'commander';
import colours from 'picocolors';
import { ending, EXIT } from '../exit-code.js';
import { ProgressReport } from '../progress-report.js';
import { whole } from '../words.js';
import { check } from './check.js';
import type { Finding } from './finding.js';

export const checkCommand = (): Command =>
  new Command('check')
    .description(
      'Tells whether a database is as Janus needs it: its server, its schema, its references, and every row.',
    )
    .argument('<url>', 'the database, which is only read')
    .addHelpText('after', help)
    .action(async (url: string) =>
      ending(async () => {
        const progress = new ProgressReport();
        try {
          const { outcome, findings } = await check(url, {
            onFinding: (finding) => console.log(findingText(finding)),
            onProgress: (now) => progress.tell({ phase: 'checking', ...now }),
          });
          progress.end();
          console.log(
            outcome === 'sound'
              ? `${colours.green('sound')}  Server, schema, references and rows are as Janus needs them.`
              : `${colours.yellow('faulty')}  ${whole(findings)} ${findings === 1 ? 'finding' : 'findings'}, each with what to do about it above.`,
          );
          return outcome === 'sound' ? EXIT.good : EXIT.different;
        } finally {
          progress.end();
        }
      }),
    );

const findingText = ({ where, what, advice }: Finding) => `${colours.bold(where)}: ${what}\n    ${advice}`;

const help = `
Ends with 0 if all is well, 1 if there are findings, 2 if it could not run.

Example:
  janus check sqlite:instance/image_processing.db`;
