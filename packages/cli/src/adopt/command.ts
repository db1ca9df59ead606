import { Command } from 'commander';
import { ending, EXIT } from '../exit-code.js';
import { ProgressReport } from '../progress-report.js';
import { adopt } from './adopt.js';
import type { AdoptOptions } from './options.js';
import { adoptedText, notTakenText } from './report.js';

interface Options extends Pick<AdoptOptions, 'owner' | 'files' | 'name'> {
  readonly to: string;
}

export const adoptCommand = (): Command =>
  new Command('adopt')
    .description('Takes over a database of the Python prototype’s (SQLAlchemy on SQLite), of any of its versions.')
    .argument('<file>', 'the prototype’s database, which is only read')
    .requiredOption('--to <url>', 'the target, with all migrations; what it has stays as it is')
    .option('--owner <email>', 'whose images become that have nobody; a user is made of it if there is none')
    .option('--files <folder>', 'where the images’ files are: they tell what the prototype did not keep')
    .option('--name <name>', 'the source’s name (prototype, if left out): a second source needs another')
    .addHelpText('after', help)
    .action(async (file: string, { to, ...options }: Options) =>
      ending(async () => {
        const progress = new ProgressReport();
        try {
          const result = await adopt(file, to, {
            ...options,
            onRefused: (row) => console.log(notTakenText(row)),
            onProgress: (now) => progress.tell({ phase: 'adopting', ...now }),
          });
          progress.end();
          console.log(adoptedText(result));
          return result.outcome === 'complete' ? EXIT.good : EXIT.different;
        } finally {
          progress.end();
        }
      }),
    );

const help = `
Each row is taken over whole or not at all, and each that is not is named with its table, old id and reason. Run it again at any time: it
adds what is new, and changes nothing that is there. Old ids are kept in the metadata of what the rows became.

Ends with 0 if all is taken over, 1 if something is listed that was not, 2 if it could not run.

Examples:
  DATABASE_URL=postgres://… npx knex migrate:latest --env postgres
  janus adopt instance/image_processing.db --to postgres://janus:secret@db.example.org/janus --owner archive@example.org
  janus adopt instance/image_processing.db --to mysql://… --files uploads`;
