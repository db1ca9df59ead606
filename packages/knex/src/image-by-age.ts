import type { Knex } from 'knex';
import { between, FEW, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { reachByAge, toGather, type Access, type Chosen } from './image-access.js';

type Direction = 'asc' | 'desc';

/** How many images are looked at by age before anything is gathered. */
const LOOKED_AT = 1_000;
/** The most that are gathered: to look at each takes some tens of milliseconds. */
const MOST = 50_000;
/**
 * Along all images, to look at more takes as long as to gather the most; and to count more takes long itself, for InnoDB has their ids
 * where the images are: fifty thousand in 16 ms.
 */
const FAR = 7_000;
/** Up to which numbers it is asked how many there are. */
const STEPS = [LOOKED_AT, FAR, MOST];

/**
 * What has no more images than there are to be looked at by age, and not too many: it is gathered; null if nothing does.
 * @param far to look at more than so many takes as long as to gather the most, and it is not asked how many more there are
 */
export async function toGatherByAge(
  database: Database,
  chosen: Chosen,
  direction: Direction,
  far = MOST,
): Promise<Access | null> {
  const { access, others, conditions } = chosen;
  if (others.length === 0) return null;
  const name = `by age ${access?.name} ${direction} ${far}`;
  const found = await toGather(database, name, others, STEPS, { values: conditions.values }, ({ values }, step) =>
    step > far ? null : reachByAge(database, access, values, direction, step),
  );
  return found && found.access;
}

const nextOf = (ids: Knex.QueryBuilder, column: string, direction: Direction, some: number): Knex.QueryBuilder =>
  ids.select({ id: column }).orderBy(column, direction).limit(some, { skipBinding: true });

/** The next images by age, of which so many are looked at, that an access gives by its parts: each has its own in that order. */
const merged = ({ knex }: Database, { parts, ...other }: Access, direction: Direction, some: number): Access => ({
  ...other,
  name: `next ${some} of ${other.name}`,
  column: 'merged.id',
  rest: (given) => ({ ...other.rest(given), ids: [] }),
  ids(values) {
    const each = (parts?.ids(values) ?? []).map((part) => {
      for (const bounds of values.ids) between(part, other.column, bounds);
      return knex.select('id').from(nextOf(part, other.column, direction, some).as('part'));
    });
    const all = knex.from(knex.unionAll(each).as('parts')).distinct();
    return knex.from(nextOf(all, 'parts.id', direction, some).as('merged'));
  },
});

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
    const all = database.knex.from(ids.as('all_of_them'));
    return database.knex.from(nextOf(all, 'all_of_them.id', direction, some).as('gathered'));
  },
});

/**
 * The next images by age, where some of what is asked for has an index that gives nothing by age: a range of captures or of sizes, any of
 * some tags, the beginning of several words. To look at one image after the other ends soon where many have it; but it may be a day of
 * long ago, and all images newer. So a thousand are looked at; then, if an index has few enough, it is gathered; else all are looked at.
 * What an index has by age in each of some parts, as the images of any of some tags, is merged.
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
  const { access, others, conditions } = chosen;
  const { values } = conditions;
  const inParts = others.find(({ parts }) => parts);
  const some = Math.max(2 * rows, FEW);
  const merge = async () => (inParts ? read({ ...chosen, access: merged(database, inParts, direction, some) }) : []);
  // To merge as many takes no longer than to look at them.
  const isFirst = !access && (inParts?.parts?.count ?? 0) * some <= LOOKED_AT;
  const merging = isFirst ? await merge() : [];
  if (merging.length === rows) return merging;

  const name = `images.look ${access?.name} ${direction}`;
  const end = await database.row(name, { values }, (given) =>
    database.knex.select(reachByAge(database, access, given.values, direction, LOOKED_AT).as('id')),
  );
  const looked = end?.['id'] as Value;
  if (looked === null) return read(chosen);

  const bounds = { [direction === 'desc' ? '>=' : '<=']: looked };
  const near = { ...conditions, values: { ...values, ids: [...values.ids, bounds] } };
  const found = await read({ ...chosen, conditions: near });
  if (found.length === rows) return found;

  const next = isFirst ? [] : await merge();
  if (next.length === rows) return next;
  const other = await toGatherByAge(database, chosen, direction, access ? MOST : FAR);
  if (!other) return read(chosen);
  const first = await read({ ...chosen, access: gathered(database, other, direction, 2 * rows) });
  return first.length === rows ? first : read({ ...chosen, access: gathered(database, other, direction) });
}
