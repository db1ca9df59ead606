import type { Knex } from 'knex';
import { text } from '../src/columns.js';
import { Database } from '../src/database.js';
import { absent } from './rows.js';
import { seedTags } from './tags.js';

// Images would bring their tags with them, under ids that are others in every run.
export async function seed(knex: Knex): Promise<void> {
  const database = Database.of(knex);
  const tags = seedTags();
  await database.run(async () => {
    const names = tags.map(({ name }) => name);
    const found = await database.rows('seeds.tags', { names }, (given) =>
      knex('tags').select('name').whereIn('name', given.names),
    );
    const taken = new Set(found.map((row) => text(row['name'])));
    const missing = (await absent(database, 'tags', tags)).filter(({ name }) => !taken.has(name));
    await database.insert(
      'tags',
      missing.map(({ id, name }) => ({ id: database.dialect.idValue(id), name })),
    );
  });
}
