/** What the Western code page (Windows-1252) has in the places where Latin-1 has control characters. */
const WESTERN = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The standards say ASCII; cameras and editors write UTF-8, which ExifReader reads, and older ones this, which it takes for Latin-1. */
export const western = (latin1: string): string =>
  latin1.replace(/[\x80-\x9f]/g, (character) => WESTERN.charAt(character.charCodeAt(0) - 0x80));

/** Up to its first NUL, on one line, trimmed and well-formed; null if nothing is left. */
export function tidy(raw = ''): string | null {
  const [text = ''] = raw.split('\0', 1);
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .toWellFormed() || null
  );
}

/** A text's first `max` characters (code points); the last is an ellipsis where more were left out. */
export function cut(whole: string, max: number): string {
  const characters = Array.from(whole);
  return characters.length <= max
    ? whole
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}
