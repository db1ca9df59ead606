import type { Knex } from 'knex';
import { Database } from '../src/database.js';
import { KnexImageRepository } from '../src/image-repository.js';
import { KnexLogRepository } from '../src/log-repository.js';
import { analysesOf, entriesOf, eventsOf } from './happenings.js';
import { peopleCount, person } from './people.js';
import { identityOf, pictureOf, type Identity } from './pictures.js';
import { Progress } from './progress.js';
import { absent, recordAnalyses, recordEvents, setLater } from './rows.js';
import { imageNumbers, IMAGES_PER_ROUND, readScale } from './scale.js';

export async function seed(knex: Knex): Promise<void> {
  const database = Database.of(knex);
  const scale = readScale();
  const everybody = Array.from({ length: peopleCount(scale) }, (_, position) => person(position));
  const gone = new Set<string>((await absent(database, 'users', everybody)).map(({ id }) => id));
  const progress = new Progress('images', scale * IMAGES_PER_ROUND);
  try {
    for (const numbers of imageNumbers(scale)) {
      const missing = await absent(database, 'images', numbers.map(identityOf));
      if (missing.length > 0) await add(database, missing, gone);
      progress.advance(numbers.length);
    }
  } finally {
    progress.stop();
  }
}

/** Adds images with all that happened to them, or nothing: an image that is there has the rest of it, too. */
async function add(database: Database, missing: readonly Identity[], gone: ReadonlySet<string>): Promise<void> {
  const images = new KnexImageRepository(database);
  const logs = new KnexLogRepository(database);
  const pictures = missing.map(pictureOf).filter(({ image }) => !gone.has(image.ownerId));
  // What happened to an image stays on record when it is purged: some of it may be there.
  const entries = pictures.flatMap(entriesOf).filter(({ userId }) => !gone.has(userId ?? ''));
  const events = pictures.flatMap(eventsOf);
  await database.run(async () => {
    await images.createMany(pictures.map(({ image }) => image));
    await setLater(database, pictures);
    await recordAnalyses(database, pictures.flatMap(analysesOf));
    await logs.appendMany(await absent(database, 'logs', entries));
    await recordEvents(database, await absent(database, 'analytics', events));
  });
}
