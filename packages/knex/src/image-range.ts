import { between, FEW, reachOf, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import type { Access, Chosen } from './image-access.js';

type Direction = 'asc' | 'desc';

/** How many images are looked at by age before those of a range are gathered. */
const LOOKED_AT = 1_000;
/** So many ids an index gives, and they are sorted, in some milliseconds. */
const GATHERED = 50_000;

/** The next images by age of a range of captures or of sizes, of which so many are looked at. */
const nextOf = (database: Database, range: Access, some: number, direction: Direction): Access => ({
  ...range,
  name: `next ${some} of ${range.name}`,
  column: 'ranged.id',
  bounded: true,
  ids(values) {
    // It has no more than half as many, or had a moment ago.
    const ids = range
      .ids(values)
      .select(range.column)
      .limit(2 * GATHERED, { skipBinding: true });
    for (const bounds of values.ids) between(ids, range.column, bounds);
    return database.knex.from(ids.as('ranged')).orderBy('ranged.id', direction).limit(some, { skipBinding: true });
  },
});

/**
 * The next images by age that have a range of captures or of sizes. To look at one image after the other ends soon where many have
 * it; but it may be a day of long ago, and all images newer. To gather the range ends soon where it has not too many. As neither is
 * known, a few are looked at, then so many are gathered, and beyond that is left to looking.
 *
 * @param rows how many are wanted
 * @param read finds them by a choice
 */
export async function nextOfRange(
  database: Database,
  chosen: Chosen & { readonly range: Access },
  direction: Direction,
  rows: number,
  read: (by: Chosen) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const { access, range, conditions } = chosen;
  const { values } = conditions;

  const ends = await database.row(`images.range ${access?.name} ${range.name} ${direction}`, { values }, (given) => {
    const next = access?.ids(given.values) ?? database.knex('images');
    const column = access?.column ?? 'images.id';
    for (const bounds of given.values.ids) between(next, column, bounds);
    return database.knex.select(
      reachOf(next.orderBy(column, direction), column, LOOKED_AT).as('looked'),
      reachOf(range.ids(given.values), range.column, GATHERED).as('gathered'),
    );
  });
  const looked = ends?.['looked'] as Value;
  if (looked !== null) {
    const bounds = { [direction === 'desc' ? '>=' : '<=']: looked };
    const near = { ...conditions, values: { ...values, ids: [...values.ids, bounds] } };
    const found = await read({ ...chosen, conditions: near });
    if (found.length === rows) return found;
    if (ends?.['gathered'] === null) {
      for (const some of [FEW, 20 * FEW]) {
        const next = await read({ ...chosen, access: nextOf(database, range, some, direction), few: true });
        if (next.length === rows) return next;
      }
      return read({ ...chosen, access: nextOf(database, range, GATHERED, direction), few: true });
    }
  }
  return read(chosen);
}
