// Writes the diagram of the schema into README.md, from a database that was just migrated. With `--check` it writes nothing,
// and fails where the README's is another.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from '@janus/knex';
import { diagramOf, withDiagram } from './schema/diagram.js';
import { readSchema } from '@janus/knex/tables';

const file = join(import.meta.dirname, '../README.md');

const database = await Database.open('sqlite::memory:');
await database.migrate();
const tables = await readSchema(database);
await database.close();

const readme = await readFile(file, 'utf8');
// Knex's notes of what has run are not part of it.
const expected = withDiagram(readme, diagramOf(tables.filter(({ name }) => !name.startsWith('janus_'))));
if (!process.argv.includes('--check')) {
  await writeFile(file, expected);
} else if (readme !== expected) {
  console.error('README.md shows another schema than the migrations make; `npm run diagram` corrects it.');
  process.exitCode = 1;
}
