import { between, reachOf, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { toGather, type Access, type Chosen } from './image-access.js';

type Direction = 'asc' | 'desc';

/** How many images are looked at by age before anything is gathered. */
const LOOKED_AT = 1_000;
/** The most that are gathered: to look at each takes some tens of milliseconds. */
const MOST = 50_000;
/** Up to which numbers it is asked how many there are. */
const STEPS = [LOOKED_AT, 7_000, MOST];

/** The id after so many images, by age, of those that would be looked at. */
function reachOfAge({ knex }: Database, { access, conditions }: Chosen, direction: Direction, after: number) {
  const column = access?.column ?? 'images.id';
  const ids = access?.ids(conditions.values) ?? knex('images');
  for (const bounds of conditions.values.ids) between(ids, column, bounds);
  return reachOf(ids.orderBy(column, direction), column, after);
}

/** What has fewer images than there are to be looked at by age, and not too many: it is gathered; null if nothing does. */
export async function toGatherByAge(database: Database, chosen: Chosen, direction: Direction): Promise<Access | null> {
  const { access, others, conditions } = chosen;
  if (others.length === 0) return null;
  const name = `by age ${access?.name} ${direction}`;
  const found = await toGather(database, name, others, STEPS, { values: conditions.values }, ({ values }, after) =>
    reachOfAge(database, { ...chosen, conditions: { ...conditions, values } }, direction, after),
  );
  return found && found.access;
}

/** The next images by age that another access gives, of which so many are looked at; all, if left out. */
const gathered = (database: Database, other: Access, direction: Direction, some?: number): Access => ({
  ...other,
  name: `${some ?? 'all'} of ${other.name}`,
  column: 'gathered.id',
  rest: (given) => ({ ...other.rest(given), ids: [] }),
  ids(values) {
    const ids = other.ids(values);
    for (const bounds of values.ids) between(ids, other.column, bounds);
    // An image is there once for each of its tags, or words.
    if (other.column === 'images.id') ids.select({ id: other.column });
    else ids.distinct({ id: other.column });
    // Twice what there was a moment ago, at the most.
    ids.limit(2 * MOST, { skipBinding: true });
    if (some === undefined) return database.knex.from(ids.as('gathered'));
    const next = database.knex.from(ids.as('all_of_them')).select('id').orderBy('id', direction);
    return database.knex.from(next.limit(some, { skipBinding: true }).as('gathered'));
  },
});

/**
 * The next images by age, where some of what is asked for has an index that gives nothing by age: a range of captures or of sizes, any of
 * some tags, the beginning of several words. To look at one image after the other ends soon where many have it; but it may be a day of
 * long ago, and all images newer. So a thousand are looked at; then, if an index has few enough, it is gathered; else all are looked at.
 *
 * @param rows how many are wanted
 * @param read finds them by a choice
 */
export async function nextByAge(
  database: Database,
  chosen: Chosen,
  direction: Direction,
  rows: number,
  read: (by: Chosen) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const { access, conditions } = chosen;
  const { values } = conditions;
  const name = `images.look ${access?.name} ${direction}`;
  const end = await database.row(name, { values }, (given) => {
    const next = { ...chosen, conditions: { ...conditions, values: given.values } };
    return database.knex.select(reachOfAge(database, next, direction, LOOKED_AT).as('id'));
  });
  const looked = end?.['id'] as Value;
  if (looked === null) return read(chosen);

  const bounds = { [direction === 'desc' ? '>=' : '<=']: looked };
  const near = { ...conditions, values: { ...values, ids: [...values.ids, bounds] } };
  const found = await read({ ...chosen, conditions: near });
  if (found.length === rows) return found;

  const other = await toGatherByAge(database, chosen, direction);
  if (!other) return read(chosen);
  const first = await read({ ...chosen, access: gathered(database, other, direction, 2 * rows) });
  return first.length === rows ? first : read({ ...chosen, access: gathered(database, other, direction) });
}
