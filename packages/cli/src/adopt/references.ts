import { InvalidError, type Id, type ImageId, type UserId } from '@janus/core';
import { identify, type Adoption } from './adoption.js';
import { reference, type OldRow } from './cells.js';
import { images } from './pictures.js';
import { users } from './people.js';
import type { Source } from './source.js';
import type { Target } from './target.js';

/** What became of the rows that some rows refer to. */
export class References {
  private constructor(
    /** The new ids by the old; null where the row is in the source, and was not taken over. */
    private readonly byUser: ReadonlyMap<bigint, Id<string> | null>,
    private readonly byImage: ReadonlyMap<bigint, Id<string> | null>,
  ) {}

  static async of(rows: readonly OldRow[], source: Source, target: Target, name: string): Promise<References> {
    return new References(
      await becoming(users, oldIds(rows, 'user_id'), source, target, name),
      await becoming(images, oldIds(rows, 'image_id'), source, target, name),
    );
  }

  hasUser(old: bigint): boolean {
    return this.byUser.has(old);
  }

  /** @throws InvalidError */
  user(old: bigint, column: string): UserId {
    return found(this.byUser.get(old), column) as UserId;
  }

  /** @throws InvalidError */
  image(old: bigint, column: string): ImageId {
    return found(this.byImage.get(old), column) as ImageId;
  }
}

function found(id: Id<string> | null | undefined, column: string): Id<string> {
  if (id === undefined) throw new InvalidError(column, 'reference', 'the id of a row that there is');
  if (id === null) throw new InvalidError(column, 'reference', 'the id of a row that was taken over');
  return id;
}

function oldIds(rows: readonly OldRow[], column: string): readonly bigint[] {
  const ids = new Set<bigint>();
  for (const row of rows) {
    try {
      const id = reference(row, column);
      if (id !== null) ids.add(id);
    } catch (error) {
      // The row is refused when it is looked at itself.
      if (!(error instanceof InvalidError)) throw error;
    }
  }
  return [...ids];
}

async function becoming(
  adoption: Adoption,
  ids: readonly bigint[],
  source: Source,
  target: Target,
  name: string,
): Promise<ReadonlyMap<bigint, Id<string> | null>> {
  const became = new Map<bigint, Id<string> | null>();
  for (const old of ids) {
    const row = source.find(adoption.table, old);
    if (row) became.set(old, idOf(name, adoption, row));
  }
  const there = await target.there(
    adoption.table,
    [...became.values()].filter((id) => id !== null),
  );
  for (const [old, id] of became) if (id !== null && !there.has(id)) became.set(old, null);
  return became;
}

function idOf(name: string, adoption: Adoption, row: OldRow): Id<string> | null {
  try {
    return identify(name, adoption, row).id;
  } catch (error) {
    if (error instanceof InvalidError) return null;
    throw error;
  }
}
