import { setImmediate as immediately } from 'node:timers/promises';
import type { Cursor, Page, Sweep } from '@janus/core';
import type { Knex } from 'knex';
import type { Row } from './dialects/dialect.js';

/** How many rows are checked, looked up, inserted or read at a time, where there may be any number. */
export const BATCH = 500;

/** Lets others have their turn, who would have none while a database answers without being waited for. */
export const othersFirst = async (): Promise<void> => immediately();

/** So many are made of an array before others have their turn: what a server answers meanwhile is not left waiting. */
const SLICE = 50;

/** How any number of things are made ready to be written. */
interface Making<Item, Made, Batch> {
  /** Makes something of each, which stands where it does among all, from 0. */
  each(item: Item, position: number): Made;
  /** Makes a batch of what was made of some. */
  batch(made: readonly Made[]): Batch;
}

/**
 * Any number of things made ready batch by batch, reading them as it goes. Of an array, the next batch is made ready while the database is
 * busy with this one; whatever else there is, its owner may see when it is read.
 */
export function inBatches<Item, Made, Batch>(
  items: Iterable<Item> | AsyncIterable<Item>,
  making: Making<Item, Made, Batch>,
): AsyncGenerator<Batch, void, undefined> {
  return Array.isArray(items) ? oneAhead(batchesOf(items as readonly Item[], making)) : asRead(items, making);
}

async function* asRead<Item, Made, Batch>(
  items: Iterable<Item> | AsyncIterable<Item>,
  making: Making<Item, Made, Batch>,
): AsyncGenerator<Batch, void, undefined> {
  let made: Made[] = [];
  let position = 0;
  for await (const item of items) {
    made.push(making.each(item, position));
    position += 1;
    if (made.length < BATCH) continue;
    yield making.batch(made);
    await othersFirst();
    made = [];
  }
  if (made.length > 0) yield making.batch(made);
}

async function* batchesOf<Item, Made, Batch>(
  items: readonly Item[],
  making: Making<Item, Made, Batch>,
): AsyncGenerator<Batch, void, undefined> {
  for (let start = 0; start < items.length; start += BATCH) {
    const made: Made[] = [];
    for (const [at, item] of items.slice(start, start + BATCH).entries()) {
      if (at % SLICE === 0) await othersFirst();
      made.push(making.each(item, start + at));
    }
    await othersFirst();
    yield making.batch(made);
  }
}

/** The same, of which the next is asked for while this one is looked at. */
async function* oneAhead<Item>(items: AsyncGenerator<Item, void, undefined>): AsyncGenerator<Item, void, undefined> {
  for (let next = items.next(); ;) {
    const { value } = await next;
    if (value === undefined) return;
    next = items.next();
    // Whoever comes to it is told.
    next.catch(() => undefined);
    yield value;
  }
}

/**
 * The items of each page, from the first to the last.
 * @param read reads a page
 * @param isAhead whether the next page may be read now, while one is looked at; with the first it is not, for many stop there
 */
export async function* pagesOf<Item>(
  read: (after: Cursor | null) => Promise<Page<Item>>,
  isAhead: () => boolean,
): AsyncGenerator<readonly Item[], void, undefined> {
  let page = await read(null);
  let ahead: Promise<Page<Item>> | undefined;
  try {
    for (;;) {
      yield page.items;
      if (page.next === null) return;
      await othersFirst();
      page = await (ahead && isAhead() ? ahead : read(page.next));
      ahead = page.next !== null && isAhead() ? read(page.next) : undefined;
      // Whoever comes to it is told.
      ahead?.catch(() => undefined);
    }
  } finally {
    // Whoever leaves early leaves nothing under way.
    await ahead?.catch(() => undefined);
  }
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
