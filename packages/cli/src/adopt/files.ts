import { realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { ImageFile } from '@janus/ingest';
import { CannotRunError } from '../cannot-run-error.js';

/** Finds and reads the files of images: by their names in a folder, and nowhere outside of it. */
export async function fileReader(
  folder: string | undefined,
): Promise<(filename: string | null) => Promise<ImageFile | null>> {
  if (folder === undefined) return async () => null;
  const root = await pathOf(folder);
  if (root === null) throw new CannotRunError('the folder of files is not there');
  // Loaded only here: it brings a decoder for pixels.
  const { readImage, UnreadableImageError } = await import('@janus/ingest');
  return async (filename) => {
    for (const name of filename === null ? [] : [filename, basename(filename)]) {
      const path = await pathOf(join(root, name));
      if (!path?.startsWith(root + sep)) continue;
      try {
        return await readImage(path);
      } catch (error) {
        if (!(error instanceof UnreadableImageError)) throw error;
      }
    }
    return null;
  };
}

/** Where a path leads, past symbolic links; null where it leads nowhere. */
async function pathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch {
    return null;
  }
}
