import type { Knex } from 'knex';
import { between, reachOf, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { idsOf, type Access, type Choice, type Chosen } from './image-access.js';
import type { ConditionValues, RangeColumn } from './image-conditions.js';

/** How many images are looked at in their order before anything is gathered. */
const LOOKED_AT = 1_000;
/** So many found among those, or more, and the walk goes on: the page is full some thousands of images later. */
const SEVERAL = 5;
/** The most that are gathered: to look at each takes some tens of milliseconds. */
const MOST = 20_000;
/** Up to which numbers it is asked how many there are. */
const STEPS = [2_000, MOST];

/** What images are sorted by, and which way. */
export interface Order {
  readonly column: string;
  readonly direction: 'asc' | 'desc';
}

/** Where a walk is: at an image with this value, or among those that have none. */
export interface WalkPlace {
  readonly at: Value | null;
  readonly id: Value;
}

/** The images that are walked along: those that have a value, and then those that have none, by age. */
export type Part = 'by' | 'without';

/** Those beyond one place, up to another. */
export interface Stretch {
  readonly from: WalkPlace | null;
  readonly to: WalkPlace | null;
}

/** Images by the index of what they are sorted by; an owner's by that which has each owner's in that order. */
export function walked(
  database: Database,
  { column }: Pick<Order, 'column'>,
  values: ConditionValues,
): Knex.QueryBuilder {
  const owner = values.equal.owner_id;
  const images = database.from('images', `images_${owner === undefined ? '' : 'owner_id_'}${column}_id_index`);
  if (owner !== undefined) images.where('images.owner_id', owner);
  // A range of what they are sorted by is a part of that index.
  between(images, `images.${column}`, values.ranges[column as RangeColumn] ?? {});
  return images;
}

/** Narrows a query of images to a part of a walk, and puts it in order but for the ids. @param choice by which the images are found */
export function narrowTo(
  { dialect }: Database,
  images: Knex.QueryBuilder,
  part: Part,
  { from, to }: Stretch,
  { column, direction }: Order,
  choice: Choice,
): void {
  const sorted = `images.${column}`;
  const [beyond, until] = direction === 'desc' ? (['<', '>'] as const) : (['>', '<'] as const);
  const has = `${sorted} is ${part === 'by' ? 'not null' : 'null'}`;
  // Of what was gathered it is only looked at.
  images.whereRaw(choice.gathers === null ? has : `(${has}) is true`);
  if (part === 'by' || dialect.ordersByAbsent) images.orderBy(sorted, direction);
  if (part === 'without') {
    between(images, 'images.id', { ...(from && { [beyond]: from.id }), ...(to && { [`${until}=`]: to.id }) });
    return;
  }
  // The first condition of each says no more than the second, and lets an index begin, or end, at the place.
  const ends = (operator: '<' | '>', { at, id }: WalkPlace, orId: '<' | '>' | '<=' | '>=') => {
    images.where(sorted, `${operator}=`, at);
    images.where((either) => void either.where(sorted, operator, at).orWhere('images.id', orId, id));
  };
  if (from) ends(beyond, from, beyond);
  if (to) ends(until, to, `${until}=`);
}

/**
 * A walk along images in the order of a name, a size or a capture, for a page of those that match. It ends soon where many match; but
 * it may be one in a hundred thousand. So a thousand are looked at; if hardly any of them match, what has not too many by another index is
 * gathered, and sorted; else the walk goes on.
 */
export class Walk {
  #by: Chosen;

  constructor(
    private readonly database: Database,
    private readonly order: Order,
    private readonly rows: number,
    chosen: Chosen,
    private readonly read: (part: Part, stretch: Stretch, by: Chosen) => Promise<readonly Row[]>,
  ) {
    this.#by = chosen;
  }

  /** The next images of a part. */
  async next(part: Part, from: WalkPlace | null): Promise<readonly Row[]> {
    if (this.#by.others.length === 0) return this.read(part, { from, to: null }, this.#by);
    const to = await this.#reach(part, from);
    const looked = await this.read(part, { from, to }, this.#by);
    if (to === null || looked.length >= this.rows) return looked;
    const gathering = looked.length < SEVERAL ? await toGather(this.database, this.#by) : null;
    this.#by = { ...this.#by, ...gathering, others: [] };
    return [...looked, ...(await this.read(part, { from: to, to: null }, this.#by))];
  }

  /** Where one is after so many images as are looked at; null if there are no more. */
  async #reach(part: Part, from: WalkPlace | null): Promise<WalkPlace | null> {
    const { column, direction } = this.order;
    const { values } = this.#by.conditions;
    const row = await this.database.row(`images.look ${part} ${column} ${direction}`, { values, from }, (given) => {
      const images = walked(this.database, this.order, given.values);
      narrowTo(this.database, images, part, { from: given.from, to: null }, this.order, this.#by);
      return reachOf(images.orderBy('images.id', direction), 'images.id', LOOKED_AT).select({ at: `images.${column}` });
    });
    return row && { at: row['at'] as Value | null, id: row['id'] as Value };
  }
}

/** What gives the fewest images, if those are not too many. */
async function toGather(database: Database, { others, conditions }: Chosen): Promise<Choice | null> {
  const name = `images.gather ${others.map((access) => access.name).join(' ')}`;
  const ends = await database.row(name, { values: conditions.values }, ({ values }) => {
    const reach = (access: Access, after: number) => reachOf(idsOf(access, values), access.column, after);
    return database.knex.select(
      ...STEPS.flatMap((after) => others.map((access, index) => reach(access, after).as(`other_${index}_${after}`))),
    );
  });
  for (const gathers of STEPS) {
    const access = others.find((_, index) => ends?.[`other_${index}_${gathers}`] === null);
    if (access) return { access, gathers };
  }
  return null;
}
