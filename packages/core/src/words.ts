import { InvalidError } from './errors.js';

/** Longer words are known by their first this many characters. */
const WORD_LENGTH = 64;

/**
 * Text without regard to case, in any script. Per code point to lower case, to upper case and back, which is simple case folding with
 * the expansions of full folding (ß and ẞ are ss) and without the context rules of lower case (a final ς is σ); then NFKC, so that
 * one letter in two encodings is one.
 */
const fold = (text: string) =>
  Array.from(text.normalize('NFKC'), (letter) => letter.toLowerCase().toUpperCase().toLowerCase())
    .join('')
    .normalize('NFKC');

/** As `split`, of text that has no letters but the 26: those are folded at once, and have one encoding. */
const splitPlain = (text: string): string[] =>
  Array.from(text.toLowerCase().match(/[a-z0-9]+/g) ?? [], (word) => word.slice(0, WORD_LENGTH));

const split = (text: string): string[] =>
  // eslint-disable-next-line no-control-regex -- all of ASCII
  /^[\x00-\x7f]*$/.test(text) ? splitPlain(text) : splitAny(text);

const splitAny = (text: string): string[] =>
  Array.from(fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [], (word) => Array.from(word).slice(0, WORD_LENGTH).join(''));

/** The words of some texts, each once, as a search index keeps them: runs of letters, marks and digits, case folded. */
export function words(...texts: (string | null)[]): string[] {
  const found = new Set<string>();
  for (const text of texts) if (text !== null) for (const word of split(text)) found.add(word);
  return [...found];
}

/**
 * What a search text asks for: each of these must be a word, or the beginning of one. Terms that begin another are left out.
 * @throws InvalidError when there is no letter or digit in it, or more than 16 terms
 */
export function searchTerms(text: string, field: string): string[] {
  const all = words(text);
  const terms = all.filter((term) => !all.some((other) => other !== term && other.startsWith(term)));
  if (terms.length === 0)
    throw new InvalidError(field, 'format', 'text with at least one letter or digit to search for');
  if (terms.length > 16) throw new InvalidError(field, 'length', 'up to 16 words to search for');
  return terms;
}
