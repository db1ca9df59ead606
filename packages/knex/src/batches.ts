import { setImmediate as immediately } from 'node:timers/promises';

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
