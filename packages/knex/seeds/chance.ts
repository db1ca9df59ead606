import { hash } from 'node:crypto';
import type { Id } from '@janus/core';

/**
 * Chance that falls the same way every time: all it gives follows from its subject. SHA-512 rather than a generator of
 * random numbers, so that any row can be made without those before it.
 */
export class Chance {
  #bytes = Buffer.alloc(0);
  #at = 0;
  #block = 0;

  constructor(private readonly subject: string) {}

  /** From 0 to 1, which is never reached. */
  fraction(): number {
    return this.#take(4).readUInt32BE() / 2 ** 32;
  }

  /** A whole number from 0 to a limit, which is never reached. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return at(items, this.below(items.length));
  }

  hex(digits: number): string {
    return this.#take(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits);
  }

  /** A UUIDv7 that carries an instant. */
  id<Entity extends string>(instant: Date): Id<Entity> {
    const time = instant.getTime().toString(16).padStart(12, '0');
    const variant = at(['8', '9', 'a', 'b'], this.below(4));
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7${this.hex(3)}-${variant}${this.hex(3)}-${this.hex(12)}`;
    return id as Id<Entity>;
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) {
      this.#bytes = hash('sha512', `janus ${this.subject} ${this.#block}`, 'buffer');
      this.#block += 1;
      this.#at = 0;
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

/** The item at a position that there is. */
export function at<Item>(items: readonly Item[], position: number): Item {
  const item = items[position];
  if (item === undefined) throw new RangeError(`there is nothing at position ${position}`);
  return item;
}

/** Things of which the first is wanted twice as often as the second, three times as often as the third (Zipf's law). */
export class Ranked<Item> {
  readonly #sums: number[] = [];

  constructor(private readonly items: readonly Item[]) {
    let sum = 0;
    for (let rank = 1; rank <= items.length; rank += 1) this.#sums.push((sum += 1 / rank));
  }

  pick(chance: Chance): Item {
    const point = chance.fraction() * (this.#sums.at(-1) ?? 0);
    let low = 0;
    for (let high = this.#sums.length - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (at(this.#sums, middle) > point) high = middle;
      else low = middle + 1;
    }
    return at(this.items, low);
  }
}
