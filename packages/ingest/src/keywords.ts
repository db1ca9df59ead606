import { tagName } from '@janus/core/adapter';
import type { Tags } from './tags.js';

const MOST = 100;

/** The keywords that programs for photographs, and Windows, wrote into a file: those that are tags by core's rules. */
export function keywords(tags: Tags): readonly string[] {
  const written = [
    ...tags.iptcTexts('Keywords'),
    ...tags.xmpTexts('subject'),
    ...(tags.wideText('XPKeywords')?.split(';') ?? []),
  ];
  const names = written.flatMap((keyword) => tagName.safeParse(keyword).data ?? []);
  return [...new Set(names)].slice(0, MOST);
}
