import { between, reachOf, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import type { Access, Chosen } from './image-access.js';

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

/**
 * The range of captures or of sizes whose images are gathered, for it has fewer than there are to be looked at by age, and not too
 * many; null if there is none.
 */
export async function rangeToGather(database: Database, chosen: Chosen, direction: Direction): Promise<Access | null> {
  const { access, others: ranges, conditions } = chosen;
  if (ranges.length === 0) return null;
  const name = `images.range ${access?.name} ${ranges.map((range) => range.name).join(' ')} ${direction}`;
  const ends = await database.row(name, { values: conditions.values }, ({ values }) => {
    const given = { ...chosen, conditions: { ...conditions, values } };
    return database.knex.select(
      ...STEPS.flatMap((after) => [
        reachOfAge(database, given, direction, after).as(`age_${after}`),
        ...ranges.map((range, index) => reachOf(range.ids(values), range.column, after).as(`range_${index}_${after}`)),
      ]),
    );
  });
  for (const after of STEPS) {
    if (ends?.[`age_${after}`] === null) return null;
    const range = ranges.find((_, index) => ends?.[`range_${index}_${after}`] === null);
    if (range) return range;
  }
  return null;
}

/** The next images by age of a range, of which so many are looked at; all, if left out. */
const gathered = (database: Database, range: Access, direction: Direction, some?: number): Access => ({
  ...range,
  name: `${some ?? 'all'} of ${range.name}`,
  column: 'ranged.id',
  rest: (given) => ({ ...range.rest(given), ids: [] }),
  ids(values) {
    // Twice what there was a moment ago.
    const ids = range.ids(values).select(range.column);
    for (const bounds of values.ids) between(ids, range.column, bounds);
    ids.limit(2 * MOST, { skipBinding: true });
    if (some === undefined) return database.knex.from(ids.as('ranged'));
    const next = database.knex.from(ids.as('gathered')).select('id').orderBy('id', direction);
    return database.knex.from(next.limit(some, { skipBinding: true }).as('ranged'));
  },
});

/**
 * The next images by age that have ranges of captures or of sizes. To look at one image after the other ends soon where many have
 * them; but it may be a day of long ago, and all images newer. So a thousand are looked at; then, if a range has few enough, it is
 * gathered; else all are looked at.
 *
 * @param rows how many are wanted
 * @param read finds them by a choice
 */
export async function nextOfRanges(
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

  const range = await rangeToGather(database, chosen, direction);
  if (!range) return read(chosen);
  const first = await read({ ...chosen, access: gathered(database, range, direction, 2 * rows) });
  return first.length === rows ? first : read({ ...chosen, access: gathered(database, range, direction) });
}
