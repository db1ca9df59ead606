import { toImage, wordRows, type Row } from '@janus/knex/tables';
import type { Knex } from 'knex';
import type { Side } from '../transfer/side.js';
import type { Finding } from './finding.js';

/** Which of some images are not found by the words of their own text, or are found by others. */
export async function wordFindings(side: Side, images: readonly Row[]): Promise<readonly Finding[]> {
  return side.do(async (database) => {
    const ids = images.map((row) => row['id'] as Knex.Value);
    const rows = await database.rows('check.words', { ids }, (given) =>
      database.knex('image_words').select('image_id', 'word').whereIn('image_id', given.ids),
    );
    const kept = new Map<string, string[]>();
    for (const { image_id: image, word } of rows) {
      const key = keyOf(image);
      const words = kept.get(key);
      if (words) words.push(String(word));
      else kept.set(key, [String(word)]);
    }
    return images.flatMap((row) => {
      const image = toImage(row);
      const wanted = new Set(wordRows(database, image).map(({ word }) => String(word)));
      const found = kept.get(keyOf(row['id'])) ?? [];
      if (found.length === wanted.size && found.every((word) => wanted.has(word))) return [];
      return [
        {
          where: `image_words ${JSON.stringify(image.id)}`,
          what: 'the words are not those of the image’s filename and title',
          advice: 'give the image its own title by `images.update`: that writes its words anew',
        },
      ];
    });
  });
}

const keyOf = (id: unknown): string => (id instanceof Uint8Array ? Buffer.from(id).toString('hex') : String(id));
