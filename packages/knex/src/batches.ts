import { setImmediate as immediately } from 'node:timers/promises';
import type { Sweep } from '@janus/core';
import type { Knex } from 'knex';
import type { Row } from './dialects/dialect.js';

/** How many rows are checked, looked up, inserted or read at a time, where there may be any number. */
export const BATCH = 500;

/** Lets others have their turn, who would have none while a database answers without being waited for. */
export const othersFirst = async (): Promise<void> => immediately();

/** What each of any number of things is made into, batch by batch, reading them as it goes. */
export async function* inBatches<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  make: (item: Item, position: number) => Result,
): AsyncGenerator<readonly Result[], void, undefined> {
  let batch: Result[] = [];
  let position = 0;
  for await (const item of items) {
    batch.push(make(item, position));
    position += 1;
    if (batch.length < BATCH) continue;
    yield batch;
    await othersFirst();
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Deletes what is due, batch by batch, and returns how many that were in all.
 * @param find the ids of up to a batch of what is due
 * @param remove deletes those of some ids that still are, and returns how many
 */
export async function sweepAway(
  { batch, progress }: { readonly batch: number } & Pick<Sweep, 'progress'>,
  find: () => Promise<readonly Row[]>,
  remove: (ids: readonly Knex.Value[]) => Promise<number>,
): Promise<number> {
  for (let gone = 0; ;) {
    const due = (await find()).map((row) => row['id'] as Knex.Value);
    if (due.length === 0) return gone;
    gone += await remove(due);
    progress?.(gone);
    if (due.length < batch) return gone;
    await othersFirst();
  }
}
