import { z } from 'zod';
import { callOptions, type CallOptions } from './call.js';
import { InvalidError } from './errors.js';
import { quick, quickly, UNSURE } from './quick.js';

/** The first and the last instant that can be stored, in every column of every table. */
export const FIRST_INSTANT = new Date('1970-01-01T00:00:00.000Z');
export const LAST_INSTANT = new Date('2100-12-31T23:59:59.999Z');

/** How deep JSON may be nested, and how long it may be as UTF-8 text. */
export const JSON_DEPTH = 20;
export const JSON_BYTES = 262_144;

export type JsonScalar = string | number | boolean | null;
export type JsonValue = JsonScalar | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const broken = (rule: string, allowed: string) => ({ params: { rule, allowed } });

/** Whether every database can hold this text: no NUL character, and no half of a surrogate pair. */
const storable = (value: string) => !value.includes('\0') && value.isWellFormed();
const STORABLE = 'well-formed Unicode text without NUL characters';

/** Whether a text has at most so many code points: what PostgreSQL, MySQL and MariaDB count in `varchar(n)`. */
const fits = (value: string, max: number) =>
  value.length <= max || (value.length <= 2 * max && Array.from(value).length <= max);

/** Text that is no longer than this many units, seen before any of it is read: somebody may send a very long one. */
const readable = (units: number, max: number) =>
  z.string().refine((value) => value.length <= units, { ...broken('length', `1 to ${max} characters`), abort: true });

/** So much longer than its normal form may be what was meant: composed of several, or with spaces around. */
const BEFORE_NORMAL = 16;

/** Whether a text is storable without looking at each character: it has none but those that most have. */
const plain = (value: string) => /^[\x20-\x7e]*$/.test(value);

/** Text of 1 to `max` characters (code points). */
export const text = (max: number) =>
  quickly(
    readable(2 * max, max)
      .refine(storable, broken('characters', STORABLE))
      .refine((value) => value !== '' && fits(value, max), broken('length', `1 to ${max} characters`)),
    (value) => (typeof value === 'string' && value !== '' && value.length <= max && storable(value) ? value : UNSURE),
  );

/** Text that is brought to its normal form before it is measured. */
export const normalText = (max: number, normal: (value: string) => string, pattern: RegExp, allowed: string) =>
  quickly(
    readable(BEFORE_NORMAL * max, max)
      .refine(storable, broken('characters', STORABLE))
      .transform(normal)
      .refine((value) => value !== '' && fits(value, max), broken('length', `1 to ${max} characters`))
      .refine((value) => pattern.test(value), broken('format', allowed)),
    // Such text is in its normal form already.
    (value) =>
      typeof value === 'string' &&
      value.length <= max &&
      /^[a-z0-9]+(?:[-_.@ ][a-z0-9]+)*$/.test(value) &&
      pattern.test(value)
        ? value
        : UNSURE,
  );

const number = z.custom<number>((value) => typeof value === 'number', broken('type', 'a number'));

// Adding 0 makes zero of minus zero, which is a number of its own in some columns only.
const unsigned = (value: number) => value + 0;

/** A whole number; no more than a double holds exactly. */
export const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER) => {
  const within = (value: number) => Number.isInteger(value) && value >= min && value <= max;
  return quickly(
    number.refine(within, broken('range', `a whole number from ${min} to ${max}`)).transform(unsigned),
    (value) => (typeof value === 'number' && within(value) ? unsigned(value) : UNSURE),
  );
};

export const double = (min: number, max: number) => {
  const within = (value: number) => value >= min && value <= max;
  return quickly(
    number.refine(within, broken('range', `a number from ${min} to ${max}`)).transform(unsigned),
    (value) => (typeof value === 'number' && within(value) ? unsigned(value) : UNSURE),
  );
};

function storableInstant(value: Date): boolean {
  // As numbers: to compare the objects is a tenth of the check of a new image.
  const time = value.getTime();
  return time >= FIRST_INSTANT.getTime() && time <= LAST_INSTANT.getTime();
}

/** An instant, to the millisecond, in the years 1970 to 2100. */
export const instant = quickly(
  z
    .custom<Date>((value) => value instanceof Date, broken('type', 'a Date'))
    .refine(
      storableInstant,
      broken('range', `an instant from ${FIRST_INSTANT.toISOString()} to ${LAST_INSTANT.toISOString()}`),
    )
    // A copy, for its owner may change it while it waits.
    .transform((value) => new Date(value)),
  (value) => (value instanceof Date && storableInstant(value) ? new Date(value) : UNSURE),
);

/** An instant that bounds a range. One outside what can be stored bounds it just outside. */
export const bound = quickly(
  z
    .custom<Date>((value) => value instanceof Date && !Number.isNaN(value.getTime()), broken('type', 'a valid Date'))
    .transform(
      (value) => new Date(Math.min(Math.max(value.getTime(), FIRST_INSTANT.getTime() - 1), LAST_INSTANT.getTime() + 1)),
    ),
  (value) => (value instanceof Date && storableInstant(value) ? new Date(value) : UNSURE),
);

/** From an instant (which is in it) to another (which is not). */
export interface Period {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}
export const period = z.strictObject({ from: bound.optional(), to: bound.optional() });

/** Any number of things, given as they are asked for. */
export const many = z.custom<Iterable<unknown> | AsyncIterable<unknown>>(
  (value) => typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value),
  broken('type', 'an array, or anything else that can be iterated'),
);

/** Which rows a retention takes: those from before an instant. */
export interface Sweep extends CallOptions {
  readonly before: Date;
  /** How many at a time, each time for itself, so that others write in between: 1 to 10,000; 1,000 if left out. */
  readonly batch?: number | undefined;
  /** Is told after each batch how many there have been in all. */
  readonly progress?: ((swept: number) => void) | undefined;
}
export const sweep = callOptions.extend({
  before: bound,
  batch: whole(1, 10_000).default(1_000),
  progress: z
    .custom<(swept: number) => void>((value) => typeof value === 'function', broken('type', 'a function'))
    .optional(),
});

/** A list of so many at the most, which is seen before any of it is looked at. */
export const few = <Item extends z.ZodType>(item: Item, max: number, allowed = `at most ${max} of them`) =>
  z
    .custom<z.input<Item>[]>((value) => !Array.isArray(value) || value.length <= max, broken('length', allowed))
    .pipe(z.array(item));

/** How far something is counted. */
export const atMost = whole(1, 1_000_000);

const anyGiven = (changes: object) => Object.values(changes).some((value) => value !== undefined);

/** Changes of which there is at least one. */
export const changesOf = <Changes extends object>(fields: z.ZodType<Changes>) =>
  quickly(fields.refine(anyGiven, broken('required', 'at least one field to change')), (value) => {
    const changes = quick(fields, value);
    return changes !== UNSURE && anyGiven(changes as Changes) ? changes : UNSURE;
  });

/** A reference that may be left out, which is none. */
export const orNone = <Output>(rule: z.ZodType<Output>) =>
  quickly(
    rule.nullish().transform((value) => value ?? null),
    (value) => (value === undefined || value === null ? null : quick(rule, value)),
  );

export const json = quickly(z.custom<JsonValue>((value) => value !== undefined).transform(checkedJson), (value) =>
  quickJson(value, 0, { room: JSON_BYTES }),
);

export const jsonObject = quickly(
  z.custom<JsonObject>(isPlainObject, broken('type', 'a JSON object')).transform(checkedJson),
  (value) => (isPlainObject(value) ? quickJson(value, 0, { room: JSON_BYTES }) : UNSURE),
);

/** What is asked of JSON metadata: that there is a value at a path, or that it is this one. */
export interface MetadataFilter {
  /**
   * The steps to the value, up to 20: an object's key (1 to 255 characters; no minus at its beginning, no quotes, backslashes
   * or control characters), or an array's index from 0.
   */
  readonly path: readonly (string | number)[];
  /** The value that must be there, of the same JSON type; 1 and 1.0 are one number. Left out: any value, null too. */
  readonly equals?: JsonScalar | undefined;
}

const STEPS = `1 to ${JSON_DEPTH} steps`;

/** What a key in a path has none of. */
const UNFIT = /^-|["\\\p{Cc}]/u;

const quickStep = (step: unknown) =>
  typeof step === 'string'
    ? step !== '' && step.length <= 255 && storable(step) && !UNFIT.test(step)
    : Number.isInteger(step) && Number(step) >= 0 && Number(step) <= 1_000_000 && !Object.is(step, -0);

export const metadataFilter = quickly(
  z.strictObject({
    path: few(
      z.union([
        // What the four databases' path languages do not agree on: quotes and backslashes; and MariaDB finds no key that
        // begins with a minus.
        text(255).refine(
          (key) => !UNFIT.test(key),
          broken('characters', 'no minus at the beginning of a key, and no quotes, backslashes or control characters'),
        ),
        whole(0, 1_000_000),
      ]),
      JSON_DEPTH,
      STEPS,
    ).refine((path) => path.length >= 1, broken('length', STEPS)),
    equals: z
      .custom<JsonScalar>(
        (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
        broken('type', 'a string, a number, true, false or null'),
      )
      .transform(checkedJson)
      .optional(),
  }),
  (value) => {
    if (!isPlainObject(value) || Object.keys(value).some((key) => key !== 'path' && key !== 'equals')) return UNSURE;
    const { path, equals } = value;
    if (
      !Array.isArray(path) ||
      path.length === 0 ||
      path.length > JSON_DEPTH ||
      ![...(path as unknown[])].every(quickStep)
    )
      return UNSURE;
    const scalar = typeof equals === 'object' ? UNSURE : quickJson(equals, 0, { room: JSON_BYTES });
    if (equals === undefined) return 'equals' in value ? UNSURE : { path: [...(path as unknown[])] };
    return scalar === UNSURE ? UNSURE : { path: [...(path as unknown[])], equals: scalar };
  },
);

function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A value as it is stored, or what in it is not JSON that every database gives back as it is. Names no key: a key is a value,
 * too.
 */
function checkedJson<Value extends JsonValue>(value: Value, context: z.RefinementCtx): Value {
  const fail = (rule: string, allowed: string) => {
    context.addIssue({ code: 'custom', ...broken(rule, allowed) });
    return false;
  };
  // Of bytes that it surely has: what is far too long is not read to its end.
  let room = JSON_BYTES;
  const walk = (part: unknown, depth: number): boolean => {
    room -= typeof part === 'string' || Array.isArray(part) ? part.length : 1;
    if (room < 0) return fail('bytes', `JSON of up to ${JSON_BYTES} bytes`);
    if (depth > JSON_DEPTH) return fail('depth', `JSON nested up to ${JSON_DEPTH} deep`);
    if (part === null || typeof part === 'boolean') return true;
    if (typeof part === 'string') return storable(part) || fail('characters', STORABLE);
    if (typeof part === 'number') return Number.isFinite(part) || fail('range', 'finite numbers');
    // Array.from, for `every` passes over the holes of an array, which JSON has none of.
    if (Array.isArray(part)) return Array.from<unknown>(part).every((item) => walk(item, depth + 1));
    if (!isPlainObject(part)) return fail('type', 'JSON: null, true, false, numbers, strings, arrays and objects');
    return Object.entries(part).every(
      ([key, item]) =>
        ((storable(key) && fits(key, 255)) || fail('characters', `keys of up to 255 characters, ${STORABLE}`)) &&
        walk(item, depth + 1),
    );
  };
  if (!walk(value, 0)) return z.NEVER;
  const copy = ordered(value);
  // Of the copy, which has no methods of its own: a toJSON would speak for it.
  if (Buffer.byteLength(JSON.stringify(copy)) > JSON_BYTES) fail('bytes', `JSON of up to ${JSON_BYTES} bytes`);
  return copy;
}

/** As `checkedJson`, for JSON of plain text that is surely short enough. @param rest how long the rest may be */
function quickJson(value: unknown, depth: number, rest: { room: number }): unknown {
  // No number is longer, nor a letter than its escape.
  rest.room -= typeof value === 'string' ? 6 * value.length + 3 : 26;
  if (rest.room < 0 || depth > JSON_DEPTH) return UNSURE;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return storable(value) ? value : UNSURE;
  if (typeof value === 'number') return Number.isFinite(value) ? unsigned(value) : UNSURE;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) {
      const item = quickJson(value[index], depth + 1, rest);
      if (item === UNSURE) return UNSURE;
      items.push(item);
    }
    return items;
  }
  if (!isPlainObject(value)) return UNSURE;
  const keys = Object.keys(value);
  // Keys of such letters sort as their bytes do.
  keys.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    if (key.length > 255 || !plain(key) || key === '__proto__') return UNSURE;
    rest.room -= 2 * key.length + 4;
    const item = quickJson(value[key], depth + 1, rest);
    if (item === UNSURE) return UNSURE;
    copy[key] = item;
  }
  return copy;
}

/**
 * The same JSON with the keys of its objects in the order that `jsonb` of PostgreSQL and `json` of MySQL keep them in (the
 * shorter first, then by code point), so that they come back in one order from every database.
 */
function ordered<Value extends JsonValue>(value: Value): Value {
  if (typeof value === 'number') return unsigned(value) as Value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, ordered) as unknown as Value;
  const entries = Object.entries(value as JsonObject).map(
    ([key, item]) => [Buffer.from(key), key, ordered(item)] as const,
  );
  entries.sort(([a], [b]) => a.length - b.length || Buffer.compare(a, b));
  return Object.fromEntries(entries.map(([, key, item]) => [key, item])) as Value;
}

/**
 * The input as its schema makes it: checked, and with its texts in their normal form.
 * @param at what to call the input in an error's `field`
 * @throws InvalidError for the first field that breaks a rule
 */
export function check<Output>(schema: z.ZodType<Output>, input: unknown, at = ''): Output {
  const known = quick(schema, input);
  if (known !== UNSURE) return known as Output;
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw issue ? invalid(issue, at) : new InvalidError(at || 'input', 'type', 'other input');
}

function invalid(issue: z.core.$ZodIssue, at: string): InvalidError {
  const field = [at, ...issue.path].filter((step) => step !== '').join('.') || 'input';
  if (issue.input === undefined) return new InvalidError(field, 'required', 'must be given');
  switch (issue.code) {
    case 'custom':
      return new InvalidError(field, String(issue.params?.['rule']), String(issue.params?.['allowed']));
    case 'invalid_type':
      return new InvalidError(field, 'type', `must be given as ${issue.expected}`);
    case 'unrecognized_keys':
      return new InvalidError(field, 'unknown', 'holds a field that is not known here; its type names those that are');
    case 'invalid_value':
      return new InvalidError(field, 'choice', `one of ${issue.values.map(String).join(', ')}`);
    case 'invalid_union':
      return new InvalidError(
        field,
        'format',
        'a key of 1 to 255 characters without quotes, backslashes and control characters, or an index from 0',
      );
    case 'too_small':
      return new InvalidError(field, 'length', `at least ${issue.minimum} of them`);
    case 'too_big':
      return new InvalidError(field, 'length', `at most ${issue.maximum} of them`);
    default:
      return new InvalidError(field, 'format', 'another form; see its type');
  }
}
