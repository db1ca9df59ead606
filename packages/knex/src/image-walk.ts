import type { Knex } from 'knex';
import { between, reachOf, type Value } from './conditions.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { toGather, type Choice, type Chosen } from './image-access.js';
import type { ConditionValues, RangeColumn } from './image-conditions.js';

/** The most images that are looked at in their order before anything is gathered, and that are gathered: a tenth of a second. */
const MOST = 20_000;
/** How many are looked at first, and then. */
const STRETCHES = [1_000, MOST];
/** Up to which numbers it is asked how many there are. */
const STEPS = [1_000, 3_000, 8_000, MOST];
/** About how many images are looked up in indexes, in the time in which one is read. */
const LOOKED_UP = 4;

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

/** Under which name images are in a query: their own, or another where they are in it twice. */
export type Name = 'images' | 'walked';

/** Images by the index of what they are sorted by; an owner's by that which has each owner's in that order. */
export function walked(
  database: Database,
  { column }: Order,
  values: ConditionValues,
  name: Name = 'images',
): Knex.QueryBuilder {
  const owner = values.equal.owner_id;
  const table = name === 'images' ? name : `images as ${name}`;
  const images = database.from(table, `images_${owner === undefined ? '' : 'owner_id_'}${column}_id_index`);
  if (owner !== undefined) images.where(`${name}.owner_id`, owner);
  // A range of what they are sorted by is a part of that index.
  between(images, `${name}.${column}`, values.ranges[column as RangeColumn] ?? {});
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
  name: Name = 'images',
): void {
  const sorted = `${name}.${column}`;
  const id = `${name}.id`;
  const [beyond, until] = direction === 'desc' ? (['<', '>'] as const) : (['>', '<'] as const);
  const has = `${sorted} is ${part === 'by' ? 'not null' : 'null'}`;
  // Of what was gathered it is only looked at.
  images.whereRaw(choice.gathers === null ? has : `(${has}) is true`);
  if (part === 'by' || dialect.ordersByAbsent) images.orderBy(sorted, direction);
  if (part === 'without') {
    between(images, id, { ...(from && { [beyond]: from.id }), ...(to && { [`${until}=`]: to.id }) });
    return;
  }
  // The first condition of each says no more than the second, and lets an index begin, or end, at the place.
  const ends = (operator: '<' | '>', place: WalkPlace, orId: '<' | '>' | '<=' | '>=') => {
    images.where(sorted, `${operator}=`, place.at);
    images.where((either) => void either.where(sorted, operator, place.at).orWhere(id, orId, place.id));
  };
  if (from) ends(beyond, from, beyond);
  if (to) ends(until, to, `${until}=`);
}

/**
 * A walk along images in the order of a name, a size or a capture, for a page of those that match. It ends soon where many match; but
 * it may be one in a hundred thousand. So a thousand are looked at; then what has fewer by another index than would have to be looked at
 * is gathered, and sorted, up to twenty thousand; else the walk goes on, and after as many it is asked once more. Where images are only
 * looked up in indexes on the way, and those read that match, it is worth walking along more of them. A page is what one statement finds,
 * whatever others do meanwhile.
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
    if (this.#by.others.length > 0) {
      for (const count of STRETCHES) {
        const to = await this.#reach(part, from, count);
        const found = await this.read(part, { from, to }, this.#by);
        if (to === null || found.length >= this.rows) return found;
        // At this rate, the page is full after so many; where none was found, after more than if there had been one.
        const far = (this.rows * count) / Math.max(found.length, 1);
        const gathering = await this.#toGather(part, from, far);
        if (gathering) this.#by = { ...this.#by, ...gathering, others: [] };
        if (gathering || (found.length > 0 && far > MOST)) break;
      }
    }
    return this.read(part, { from, to: null }, this.#by);
  }

  /** Images in their order, from a place on. */
  #walked(part: Part, from: WalkPlace | null, values: ConditionValues): Knex.QueryBuilder {
    const images = walked(this.database, this.order, values);
    narrowTo(this.database, images, part, { from, to: null }, this.order, this.#by);
    return images.orderBy('images.id', this.order.direction);
  }

  /** Where one is after so many images; null if there are no more. */
  async #reach(part: Part, from: WalkPlace | null, count: number): Promise<WalkPlace | null> {
    const { column, direction } = this.order;
    const { values } = this.#by.conditions;
    const name = `images.look ${part} ${column} ${direction} ${count}`;
    const row = await this.database.row(name, { values, from }, (given) =>
      reachOf(this.#walked(part, given.from, given.values), 'images.id', count).select({ at: `images.${column}` }),
    );
    return row && { at: row['at'] as Value | null, id: row['id'] as Value };
  }

  /** What has no more images than that, nor than there are to be walked along; null if nothing does. */
  async #toGather(part: Part, from: WalkPlace | null, most: number): Promise<Choice | null> {
    const { column, direction } = this.order;
    const { others, lookedUp, conditions } = this.#by;
    const weight = lookedUp.length > 0 ? LOOKED_UP : 1;
    const steps = STEPS.filter((step) => step * weight <= most);
    if (steps.length === 0) return null;
    const given = { values: conditions.values, from };
    return toGather(
      this.database,
      `${part} ${column} ${direction}`,
      others,
      steps,
      given,
      ({ values, from: on }, after) => reachOf(this.#walked(part, on, values), 'images.id', after),
    );
  }
}
