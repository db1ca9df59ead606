import type { Knex } from 'knex';
import { id, nullable, text } from './columns.js';
import type { Database } from './database.js';
import { between, FEW, reachOf, type Value } from './conditions.js';
import type { ConditionValues, EqualColumn, ImageConditions, RangeColumn } from './image-conditions.js';

/** An index in which images that match are looked up. What else is asked of them is then looked at, one by one. */
export interface Access {
  /** Tells it from the others, for the names of statements. */
  readonly name: string;
  /** Looks up ids. */
  readonly ids: (values: ConditionValues) => Knex.QueryBuilder;
  /** Where the ids are. */
  readonly column: string;
  /** Whether they come by age. */
  readonly byAge: boolean;
  /** Where they do not: the parts of it in each of which they do, if those are few. */
  readonly parts?: { readonly count: number; readonly ids: (values: ConditionValues) => readonly Knex.QueryBuilder[] };
  /** Of which term it is the only word, which has yet to be learned. */
  readonly word?: number;
  /** Of which term it is all the words. */
  readonly term?: number;
  /** What is left to be looked at. */
  readonly rest: (values: ConditionValues) => ConditionValues;
}

/** The access, if there is one that helps, and how many it gives at the most where they are gathered before they are sorted. */
export interface Choice {
  readonly access: Access | null;
  /** Null where images come in the order that is wanted; `Infinity` for however many there are. */
  readonly gathers: number | null;
}

/** What `choose` found. */
export interface Chosen extends Choice {
  /**
   * What else might be gathered, each with more than a few: where images are wanted by age, whatever does not give them so; in another
   * order, whatever there is.
   */
  readonly others: readonly Access[];
  /**
   * What an image is looked up in, on a walk in another order than by age, before it is read: what fewer than a quarter have of the first
   * thousand by age, the rarest first. To look up what most have would spare no reading.
   */
  readonly lookedUp: readonly Access[];
  /** The conditions, with what was learned of them. */
  readonly conditions: ImageConditions;
}

/** The columns of `images` that have an index, beside those that are compared with one value. */
const INDEXED: readonly RangeColumn[] = ['captured_at', 'byte_size'];

/** Of so many parts at the most, each gives a page for one to be made of them. */
const MOST_PARTS = 16;

const NO_OTHERS = { others: [], lookedUp: [] };

const without = <Item>(list: readonly Item[], index: number) => list.filter((_, at) => at !== index);

/** Words in their order, each with its images by age. */
const wordsOf = (database: Database) => database.from('image_words', 'image_words_word_image_id_index');

/** Every index in which images of these conditions could be looked up; but an owner's in the order that is wanted, which has its own. */
function accesses(database: Database, { trash, values }: ImageConditions, sort: string): readonly Access[] {
  const { knex } = database;
  const images = (column: string) => database.from('images', `images_${column}_id_index`);
  const tags = () => database.from('image_tags', 'image_tags_tag_id_image_id_index');
  const ofImages = { column: 'images.id', byAge: true };
  return [
    ...(Object.keys(values.equal) as EqualColumn[])
      .filter((column) => sort === 'id' || column !== 'owner_id')
      .map((column) => ({
        ...ofImages,
        name: column,
        ids: ({ equal }: ConditionValues) => images(column).where(`images.${column}`, equal[column] ?? null),
        rest: (given: ConditionValues) => ({ ...given, equal: { ...given.equal, [column]: undefined } }),
      })),
    ...values.all.map((_, index) => ({
      name: `tag ${index}`,
      column: 'image_tags.image_id',
      byAge: true,
      ids: ({ all }: ConditionValues) => tags().where('image_tags.tag_id', all[index] ?? null),
      rest: ({ all, ...others }: ConditionValues) => ({ ...others, all: without(all, index) }),
    })),
    ...values.terms.flatMap((_, index) => {
      const rest = ({ terms, ...others }: ConditionValues) => ({ ...others, terms: without(terms, index) });
      const ofWords = { column: 'image_words.image_id', rest };
      return [
        // Where it is the only one, `choose` puts it in place of the term.
        {
          ...ofWords,
          name: `word ${index}`,
          word: index,
          byAge: true,
          ids: ({ terms }: ConditionValues) => wordsOf(database).where('word', terms[index]?.[0] ?? null),
        },
        {
          ...ofWords,
          name: `term ${index}`,
          term: index,
          byAge: false,
          ids: ({ terms }: ConditionValues) => wordsOf(database).whereBetween('word', terms[index] as [Value, Value]),
        },
      ];
    }),
    ...(values.any
      ? [
          {
            name: 'any',
            column: 'image_tags.image_id',
            byAge: false,
            ids: ({ any }: ConditionValues) => tags().whereIn('image_tags.tag_id', any ?? []),
            ...(values.any.length <= MOST_PARTS && {
              parts: {
                count: values.any.length,
                ids: ({ any = [] }: ConditionValues) => any.map((tag) => tags().where('image_tags.tag_id', tag)),
              },
            }),
            rest: (given: ConditionValues) => ({ ...given, any: undefined }),
          },
        ]
      : []),
    ...INDEXED.filter((column) => column !== sort && values.ranges[column]).map((column) => ({
      ...ofImages,
      name: column,
      byAge: false,
      ids: ({ ranges }: ConditionValues) => {
        const query = images(column);
        between(query, `images.${column}`, ranges[column] ?? {});
        return query;
      },
      rest: (given: ConditionValues) => ({ ...given, ranges: { ...given.ranges, [column]: undefined } }),
    })),
    ...(sort !== 'id' && values.ids.some((range) => Object.keys(range).length > 0)
      ? [
          {
            ...ofImages,
            name: 'created',
            byAge: false,
            ids: ({ ids }: ConditionValues) => {
              const query = knex('images');
              for (const range of ids) between(query, 'images.id', range);
              return query;
            },
            rest: (given: ConditionValues) => ({ ...given, ids: [] }),
          },
        ]
      : []),
    ...(trash === 'only'
      ? [
          {
            ...ofImages,
            name: 'trash',
            byAge: true,
            ids: () => images('trashed').where('images.trashed', 1),
            rest: (same: ConditionValues) => same,
          },
        ]
      : []),
  ];
}

/** The ids that an access gives, of the periods that are asked for where it has them by age. */
export function idsOf(
  { ids, column, byAge }: Pick<Access, 'ids' | 'column' | 'byAge'>,
  values: ConditionValues,
): Knex.QueryBuilder {
  const query = ids(values);
  if (byAge) for (const range of values.ids) between(query, column, range);
  return query;
}

/** The id after so many images, by age, that an access gives which has them so; of all images, if there is none. */
export function reachByAge(
  { knex }: Database,
  access: Access | null,
  values: ConditionValues,
  direction: 'asc' | 'desc',
  after: number,
): Knex.QueryBuilder {
  const by = access ?? { ids: () => knex('images'), column: 'images.id', byAge: true };
  return reachOf(idsOf(by, values).orderBy(by.column, direction), by.column, after);
}

/** The images whose hash is near: gathered by the indexes of its parts, and measured. */
export function nearAccess({ knex, dialect }: Database): Access {
  const ids = ({ near }: ConditionValues) => {
    const parts = near?.parts ?? [];
    const measured = dialect.differingBits(parts.map((_, part) => `perceptual_hash_${part}`));
    const own = parts.map((part) => part.own);
    const found = parts.map(({ wanted }, part) =>
      knex('images')
        .select('id')
        .whereIn(`perceptual_hash_${part}`, [...wanted])
        .whereRaw(`${measured} <= ?`, [...own, near?.distance ?? 0]),
    );
    return knex.from(knex.union(found).as('near'));
  };
  return {
    name: 'near',
    ids,
    column: 'near.id',
    byAge: false,
    rest: (given) => ({ ...given, near: undefined }),
  };
}

/**
 * The access by which images are found soonest. What there is of each is asked for, up to a few: one that has fewer than that
 * is gathered. Of the others that give ids by age the one is taken whose few next ones reach the farthest, for ids tell times,
 * and so how close together what it gives lies.
 * @param sort the column by which images are sorted; `id` is by age
 * @returns null when no image matches
 */
export async function choose(
  database: Database,
  conditions: ImageConditions,
  { sort, direction }: { readonly sort: string; readonly direction: 'asc' | 'desc' },
): Promise<Chosen | null> {
  const { knex } = database;
  const { values } = conditions;
  if (values.near) return { access: nearAccess(database), gathers: Number.POSITIVE_INFINITY, ...NO_OTHERS, conditions };
  const all = accesses(database, conditions, sort);
  const [only] = all;
  if (!only) return { access: null, gathers: null, ...NO_OTHERS, conditions };
  if (all.length === 1 && only.byAge && sort === 'id') return { access: only, gathers: null, ...NO_OTHERS, conditions };

  const name = `images.choose ${sort} ${direction} ${conditions.trash}${conditions.named ? ' named' : ''}`;
  const row = await database.row(name, { values }, (given) => {
    const terms = given.values.terms.map((ends) => {
      const end = (of: string) =>
        wordsOf(database)
          .select(knex.raw(of))
          .whereBetween('word', [...ends]);
      return [end('min(word)'), end('max(word)')] as const;
    });
    const tag = (of: Value) => knex('tags').select('id').where('name', of);
    const tags = conditions.named ? given.values.all : [];
    const looked = conditions.named
      ? { ...given.values, all: tags.map((of) => tag(of) as unknown as Value) }
      : given.values;
    const found = accesses(database, { ...conditions, values: looked }, sort).map((access, index) => {
      const { word } = access;
      const ofWord = () => wordsOf(database).where('word', terms[word ?? 0]?.[0].clone() as never);
      const query = idsOf(word === undefined ? access : { ...access, ids: ofWord }, looked);
      if (access.byAge) query.orderBy(access.column, direction);
      return reachOf(query, access.column).as(`reach_${index}`);
    });
    return knex.select(
      ...found,
      ...terms.flatMap(([first, last], index) => [first.as(`first_${index}`), last.as(`last_${index}`)]),
      ...tags.map((of, index) => tag(of).as(`tag_${index}`)),
      ...(sort === 'id' ? [] : [reachByAge(database, null, looked, direction, 4 * FEW).as('reach')]),
    );
  });

  const words = values.terms.map((_, index) => [row?.[`first_${index}`], row?.[`last_${index}`]] as const);
  if (words.some(([first]) => first === null)) return null;
  const tags = conditions.named ? values.all.map((_, index) => row?.[`tag_${index}`] ?? null) : values.all;
  if (tags.includes(null)) return null;
  const single = words.map(([first, last]) => first === last);
  // A term that is one word is looked up by that.
  const isUsable = ({ word, term }: Access) =>
    (word === undefined || single[word] === true) && (term === undefined || single[term] === false);
  const usable = all
    .map((access, index) => ({ access, reach: row?.[`reach_${index}`] ?? null }))
    .filter(({ access }) => isUsable(access));
  const learned = {
    ...conditions,
    named: false,
    values: {
      ...values,
      all: tags as readonly Value[],
      terms: values.terms.map((ends, index) => (single[index] ? ([text(words[index]?.[0]), ends[1]] as const) : ends)),
    },
  };
  const few = usable.filter((one) => one.reach === null);
  const fewest = few.find(({ access }) => access.byAge) ?? few[0];
  if (fewest) {
    // What comes in the order that is wanted need not be gathered.
    const gathers = sort !== 'id' || !fewest.access.byAge ? FEW : null;
    return { access: fewest.access, gathers, ...NO_OTHERS, conditions: learned };
  }
  const isBeyond = (one: string, other: string) => one < other === (direction === 'desc');
  const byAge = usable
    .filter(({ access }) => access.byAge)
    .map(({ access, reach }) => ({ access, reach: id(reach) }))
    .toSorted((a, b) => (isBeyond(a.reach, b.reach) ? -1 : 1));
  if (sort === 'id') {
    const others = usable.map(({ access }) => access).filter((access) => !access.byAge);
    return { access: byAge[0]?.access ?? null, gathers: null, others, lookedUp: [], conditions: learned };
  }
  const thousandth = nullable(row?.['reach'] ?? null, id);
  const rare = byAge.filter(({ reach }) => thousandth !== null && isBeyond(reach, thousandth));
  return {
    access: null,
    gathers: null,
    others: usable.map(({ access }) => access),
    lookedUp: rare.map(({ access }) => access),
    conditions: learned,
  };
}

/**
 * Which of the others has few enough images to be gathered, and up to how many: that of the first step that it does not reach. The steps
 * are asked one after the other, for to count up to the last takes longer than most pages.
 * @param walk for a step, the id that those images reach that would be looked at else: where they end sooner, nothing is gathered; null
 * where that need not be asked
 * @returns null when nothing is to be gathered
 */
export async function toGather<Given extends { readonly values: ConditionValues }>(
  database: Database,
  name: string,
  others: readonly Access[],
  steps: readonly number[],
  given: Given,
  walk: (given: Given, step: number) => Knex.QueryBuilder | null,
): Promise<{ readonly access: Access; readonly gathers: number } | null> {
  for (const gathers of steps) {
    const title = `images.gather ${name} ${gathers} ${others.map((other) => other.name).join(' ')}`;
    const ends = await database.row(title, given, (bound) => {
      const walked = walk(bound, gathers);
      return database.knex.select(
        ...(walked ? [walked.as('walk')] : []),
        ...others.map((other, index) =>
          reachOf(idsOf(other, bound.values), other.column, gathers).as(`other_${index}`),
        ),
      );
    });
    if (ends?.['walk'] === null) return null;
    const access = others.find((_, index) => ends?.[`other_${index}`] === null);
    if (access) return { access, gathers };
  }
  return null;
}
