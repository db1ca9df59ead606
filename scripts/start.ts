// The main job: takes in a folder of images, and shows what is known about them. `npm start -- --help` says how.
import 'reflect-metadata';
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { JanusError, UserRepository } from '@janus/core';
import { Database, registerRepositories } from '@janus/knex';
import { Command, CommanderError } from 'commander';
import colours from 'picocolors';
import { container } from 'tsyringe';
import { Report } from './start/report.js';
import { Uploads } from './start/uploads.js';

const samples = join(import.meta.dirname, '..', 'samples');

const program = new Command('npm start --')
  .description(
    'Prepares the database (its tables; in the default one, or an empty one, also people and images to look at), takes in ' +
      'every image of a folder that is not there yet, and shows the newest images, cameras, tags, images that look alike, and who ' +
      'stores how much.',
  )
  .argument('[folder]', 'where the images are, in it or in folders in it (the samples, if left out)')
  .exitOverride()
  .addHelpText(
    'after',
    `
The database is SQLite, in instance/image_processing.db; set DATABASE_URL for another, such as
  DATABASE_URL=postgres://user:password@localhost/janus npm start -- ~/Pictures

Exit code: 0 when every file was read, 1 when some could not be, 2 when nothing could be done.`,
  );

async function main(folder: string): Promise<number> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(colours.red(`There is no folder ${folder}.`));
    return 2;
  }
  const given = process.env['DATABASE_URL'];
  const database = await Database.open(given ?? 'sqlite:instance/image_processing.db');
  try {
    const migrations = await database.migrate();
    if (migrations.length > 0) console.log(`Made the tables: ${migrations.join(', ')}.`);
    registerRepositories(container, database);
    const { items: anybody } = await container.resolve<UserRepository>(UserRepository).list({ limit: 1 });
    // Somebody's own database gets no invented people.
    if (!given || anybody.length === 0) await database.knex.seed.run();
    const taken = await container.resolve(Uploads).takeIn(folder);
    await container.resolve(Report).print(taken.owner);
    return taken.unreadable.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

// Whoever read the output has left: `npm start | head`.
process.stdout.on('error', () => process.exit());

try {
  program.parse();
  process.exitCode = await main(program.args[0] ?? relative('', samples));
} catch (error) {
  process.exitCode = 2;
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  // What a person can mend is said in a line; anything else is a mistake of ours, and its stack is wanted.
  else if (error instanceof JanusError) console.error(colours.red(error.message));
  else console.error(error);
}
