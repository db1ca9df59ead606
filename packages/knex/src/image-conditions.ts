import type { Range, Trash } from '@janus/core';
import { firstIdAt, searchTerms, type imageFilter } from '@janus/core/adapter';
import { during, having, type Bounds, type Value } from './conditions.js';
import type { Database } from './database.js';
import { hashPart } from './image-row.js';
import { padded } from './statement.js';
import { tagIds } from './tag-repository.js';

export type Filter = ReturnType<(typeof imageFilter)['parse']>;

/** What a filter asks for. */
export interface ImageConditions {
  /** All that the SQL depends on but which values are given: for the names of statements. */
  readonly shape: string;
  readonly trash: Trash;
  readonly metadataSql: string | null;
  /** Whether `all` are names yet: `choose` learns the ids on its way. */
  readonly named: boolean;
  /** The values that statements are built from, and bound with. */
  readonly values: ConditionValues;
}

export interface ConditionValues {
  /** Columns of images by the value that they have. */
  readonly equal: Readonly<Partial<Record<EqualColumn, Value | undefined>>>;
  readonly ranges: Readonly<Partial<Record<RangeColumn, Bounds | undefined>>>;
  /** Ranges of ids, which carry when the images were created: the period that is asked for, and where a page begins. */
  readonly ids: readonly Bounds[];
  /** Ids of tags; of those that it must all have, maybe names yet. */
  readonly all: readonly Value[];
  readonly any: readonly Value[] | undefined;
  readonly none: readonly Value[];
  /** The first and the last word that each term of a search finds. */
  readonly terms: readonly (readonly [Value, Value])[];
  readonly metadata: readonly Value[];
  readonly near: Near | undefined;
}

export type EqualColumn = 'owner_id' | 'status' | 'mime_type';
export type RangeColumn = 'width' | 'height' | 'byte_size' | 'captured_at';

export interface Near {
  readonly distance: Value;
  /** Of each quarter of the hash the value, and those that are looked up. */
  readonly parts: readonly { readonly own: Value; readonly wanted: readonly Value[] }[];
}

/**
 * @param next the ids of a page, by age
 * @returns null when no image can match, for a tag that it must have is not there
 * @throws InvalidError when the search text has no term
 */
export async function conditionsOf(
  database: Database,
  filter: Filter,
  next: Bounds = {},
): Promise<ImageConditions | null> {
  const { dialect } = database;
  const metadata = having(database, 'images.metadata', filter.metadata);
  const terms = filter.text === undefined ? [] : searchTerms(filter.text, 'where.text');
  const named = areToBeLearned(filter);
  const tags = named
    ? { ...ANY_TAGS, all: filter.tags?.all ?? [] }
    : filter.tags
      ? await tagConditions(database, filter.tags)
      : ANY_TAGS;
  if (!tags) return null;
  return {
    shape: `${filter.trash} ${metadata?.sql ?? ''}`,
    trash: filter.trash,
    metadataSql: metadata?.sql ?? null,
    named,
    values: {
      equal: {
        ...(filter.ownerId && { owner_id: dialect.idValue(filter.ownerId) }),
        ...(filter.status && { status: filter.status }),
        ...(filter.mimeType && { mime_type: filter.mimeType }),
      },
      ranges: {
        ...within('width', filter.width),
        ...within('height', filter.height),
        ...within('byte_size', filter.byteSize),
        ...(filter.captured && { captured_at: during(filter.captured, (at) => at) }),
      },
      ids: [during(filter.created ?? {}, (at) => dialect.idValue(firstIdAt(at))), next],
      ...tags,
      // No word has U+10FFFF in it, and none sorts after it: this is every word that begins with the term.
      terms: terms.map((term) => [term, `${term}\u{10FFFF}`]),
      metadata: metadata?.bindings ?? [],
      near: filter.near && near(filter.near.hash, filter.near.distance),
    },
  };
}

const ANY_TAGS = { all: [], any: undefined, none: [] };

function within(column: RangeColumn, range: Range | undefined): Partial<Record<RangeColumn, Bounds>> {
  if (range?.min === undefined && range?.max === undefined) return {};
  const { min, max } = range;
  return { [column]: { ...(min !== undefined && { '>=': min }), ...(max !== undefined && { '<=': max }) } };
}

/** Whether `choose` asks the database anyway, and of tags there are only those that an image must all have. */
const areToBeLearned = ({ tags, near: nearTo }: Filter) =>
  (tags?.all?.length ?? 0) > 1 && !tags?.any && !tags?.none?.length && !nearTo;

/** The ids of the tags of a filter. @returns null when no image can match, for a tag that it must have is not there */
async function tagConditions(database: Database, { all = [], any, none = [] }: NonNullable<Filter['tags']>) {
  const ids = await tagIds(database, [...new Set([...all, ...(any ?? []), ...none])]);
  const known = (some: readonly string[]) => some.map((name) => ids.get(name)).filter((tag) => tag !== undefined);
  const found = { all: known(all), any: any && padded(known(any)), none: padded(known(none)) };
  return found.all.length < all.length || found.any?.length === 0 ? null : found;
}

/**
 * Where hashes are looked up that are near, by multi-index hashing (Norouzi, Punjani, Fleet: Fast Search in Hamming Space with
 * Multi-Index Hashing, 2012). If two hashes differ in at most 7 bits, then one of their four parts differs in at most one: the
 * index of each part is asked for the part itself and, beyond a distance of 3, for its 16 neighbours, and only what those find
 * is measured.
 */
function near(hash: string, distance: number): Near {
  const parts = [0, 1, 2, 3].map((part) => {
    const own = hashPart(hash, part);
    const neighbours = distance > 3 ? Array.from({ length: 16 }, (_, bit) => own ^ (1 << bit)) : [];
    return { own, wanted: [own, ...neighbours] };
  });
  return { distance, parts };
}
