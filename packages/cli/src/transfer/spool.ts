import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where in a spool lines are. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * Keeps lines from when they are compared to when they are copied, so that they are read and made once. They are in a file of the
 * system's folder for temporary files (`TMPDIR`) that has no name when anything is in it: nothing of that is left, however the process
 * ends. It has only room for what that folder has room for.
 */
export class Spool {
  #end = 0;
  #file: FileHandle | null;

  private constructor(file: FileHandle | null) {
    this.#file = file;
  }

  static async open(): Promise<Spool> {
    return new Spool(await nameless().catch(() => null));
  }

  /** Null where there is no room for them (any more). */
  async add(lines: Uint8Array): Promise<Place | null> {
    try {
      if (!this.#file) return null;
      await this.#file.appendFile(lines);
    } catch {
      await this.close();
      return null;
    }
    const at = this.#end;
    this.#end += lines.length;
    return { at, length: lines.length };
  }

  /** Null where they are not (any more). */
  async read({ at, length }: Place): Promise<Buffer | null> {
    const found = await this.#file?.read(Buffer.allocUnsafe(length), 0, length, at);
    return found?.bytesRead === length ? found.buffer : null;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }
}

async function nameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'janus-'));
  try {
    return await open(join(folder, 'lines'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
}
