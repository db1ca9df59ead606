import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|hei[cf])$/i;

/**
 * The paths of the files in a folder, and in the folders in it, that are images by their names: folder by folder, in the
 * order of names. What is hidden (its name begins with a dot) is left out; symbolic links are not followed.
 * @throws the file system's error when a folder cannot be read
 */
export async function* imageFiles(folder: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* imageFiles(path);
    else if (entry.isFile() && IMAGE.test(entry.name)) yield path;
  }
}
