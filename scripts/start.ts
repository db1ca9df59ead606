// The main job: takes in a folder of images, and shows what is known about them. `npm start -- --help` says how.
import 'reflect-metadata';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JanusError } from '@janus/core';
import { Database, registerRepositories } from '@janus/knex';
import { Command } from 'commander';
import colours from 'picocolors';
import { container } from 'tsyringe';
import { Report } from './start/report.js';
import { Uploads } from './start/uploads.js';

const samples = join(import.meta.dirname, '..', 'samples');

const program = new Command('npm start --')
  .description(
    `Prepares the database (its tables, and people and images to look at), takes in every image of a folder that is not
there yet, and shows the newest images, cameras, tags, near-duplicates, and who stores how much.`,
  )
  .argument('[folder]', 'where the images are, in it or in folders in it', samples)
  .addHelpText(
    'after',
    `
The database is SQLite, in instance/image_processing.db; set DATABASE_URL for another, such as
  DATABASE_URL=postgres://user:password@localhost/janus npm start -- ~/Pictures

Exit code: 0 when every file was read, 1 when some could not be, 2 when nothing could be done.`,
  )
  .parse();

const folder = program.processedArgs[0] as string;

async function main(): Promise<number> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    console.error(colours.red(`There is no folder ${folder}.`));
    return 2;
  }
  const database = await Database.open(process.env['DATABASE_URL'] ?? 'sqlite:instance/image_processing.db');
  try {
    const migrations = await database.migrate();
    if (migrations.length > 0) console.log(`Made the tables: ${migrations.join(', ')}.`);
    await database.knex.seed.run();

    registerRepositories(container, database);
    const taken = await container.resolve(Uploads).takeIn(folder);
    await container.resolve(Report).print(taken.owner);
    return taken.unreadable.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  // What a person can mend is said in a line; anything else is a mistake of ours, and its stack is wanted.
  console.error(
    colours.red(error instanceof JanusError ? error.message : String(error instanceof Error ? error.stack : error)),
  );
  process.exitCode = 2;
}
