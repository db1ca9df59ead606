import { CannotRunError } from './cannot-run-error.js';

/** How a database gets its migrations. */
export const MIGRATE = 'npx knex migrate:latest, with its URL in DATABASE_URL and its --env';

/** @param names of migrations that a database has and this version does not @throws CannotRunError if there are any */
export function noneUnknown(names: readonly string[]): void {
  const [first] = names;
  if (first === undefined) return;
  throw new CannotRunError(`the migration ${first} is not known here; update @janus/cli to the version that has it`);
}
