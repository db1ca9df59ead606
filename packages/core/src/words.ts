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

const split = (text: string): string[] =>
  Array.from(fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [], (word) => Array.from(word).slice(0, WORD_LENGTH).join(''));

/** The words of some texts, each once, as a search index keeps them: runs of letters, marks and digits, case folded. */
export function words(...texts: (string | null)[]): string[] {
  return [...new Set(texts.flatMap((text) => (text === null ? [] : split(text))))];
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
