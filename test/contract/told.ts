import { inspect } from 'node:util';
import * as fc from 'fast-check';

/** Everything that could come into a log with an error. */
export const told = (error: Error): string =>
  [
    error.message,
    error.stack,
    String(error),
    JSON.stringify(error),
    JSON.stringify(Object.entries(error)),
    JSON.stringify(error, Object.getOwnPropertyNames(error)),
    inspect(error, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null }),
    inspect(error.cause, { depth: null, showHidden: true }),
  ].join('\n');

/** A value, and what in it is like nothing else. */
export interface Marked {
  readonly value: string;
  readonly marks: readonly string[];
}

const mark = fc.stringMatching(/^[0-9a-f]{12}$/);

/** Values with a mark before and after one of these. Letter case is what a normal form may change of it. */
export const markedBy = (...specials: readonly string[]): fc.Arbitrary<Marked> =>
  fc
    .tuple(mark, fc.constantFrom(...specials), mark)
    .map(([before, special, after]) => ({ value: `x${before}${special}${after}`, marks: [before, after] }));

/** The first of the marks that is in a text; undefined for none. */
export const markIn = (text: string, { marks }: Marked): string | undefined =>
  marks.find((one) => text.toLowerCase().includes(one));
