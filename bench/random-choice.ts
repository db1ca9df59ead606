import { Random } from './data/random.js';

const random = new Random(77, 0);

/** Some of these, each as likely as another, and the same in every run. */
export function some<Item>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, () => {
    const item = items[random.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  });
}

/** Goes round and round through these in an order of its own, so that none is given twice in a short time. */
export function* roundAndRound<Item>(items: readonly Item[]): Generator<Item, never, undefined> {
  const shuffled = [...items];
  for (let end = shuffled.length - 1; end > 0; end--) {
    const other = random.below(end + 1);
    [shuffled[end], shuffled[other]] = [shuffled[other] as Item, shuffled[end] as Item];
  }
  for (;;) yield* shuffled;
}
