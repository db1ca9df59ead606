import { images, logEntries, owners } from '../../bench/data.js';
import type { Store } from '../contract/store.js';

/** Stores so many images, with all that belongs to them. @param from the first of them that is not there yet */
export async function fillMany({ users, images: repository, logs }: Store, to: number, from = 0): Promise<void> {
  if (from === 0) for (const owner of owners(OWNERS)) await users.create(owner);
  await repository.createMany(images(from, to, { owners: OWNERS }));
  await logs.appendMany(logEntries(from, to, { owners: OWNERS }));
}

const OWNERS = 20;
