import { Command } from 'commander';
import { adoptCommand } from './adopt/command.js';
import { checkCommand } from './check/command.js';
import { transferCommand } from './transfer/command.js';

const janus = new Command('janus')
  .description('Moves, takes over and checks what Janus keeps about images: SQLite, PostgreSQL, MySQL and MariaDB.')
  .addHelpText(
    'after',
    `
Where a database is, is said by its URL: sqlite:instance/image_processing.db, postgres://user:password@host/name,
mysql://… or mariadb://…

\`janus <command> --help\` says more of each.`,
  )
  .exitOverride((error) => {
    // Help that was asked for is no mistake; anything else could not run.
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
for (const command of [transferCommand(), adoptCommand(), checkCommand()])
  janus.addCommand(command.copyInheritedSettings(janus));
await janus.parseAsync();
