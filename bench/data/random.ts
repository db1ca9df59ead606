/** A permutation of the whole numbers of 32 bits: what goes in is unique, so is what comes out. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Numbers that look random and follow from their seed alone: any row can be made without those before it. */
export class Random {
  private state: number;

  constructor(kind: number, index: number) {
    this.state = mix(mix(index) + Math.imul(kind, 0x632be5ab));
  }

  /** 32 bits. */
  bits(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    return mix(this.state);
  }

  /** A whole number from 0, below the bound. */
  below(bound: number): number {
    return Math.floor((this.bits() / 2 ** 32) * bound);
  }
}

const HEX = Array.from({ length: 2 ** 16 }, (_, value) => value.toString(16).padStart(4, '0'));

/** Four hexadecimal digits of the lowest 16 bits. */
export const hex4 = (value: number): string => HEX[value & 0xffff] ?? '';
/** Eight hexadecimal digits of 32 bits. */
export const hex8 = (value: number): string => hex4(value >>> 16) + hex4(value);

const PLACES = 2 ** 18;

/** Picks ranks from 0, each as often as the inverse of its place says: the second half as often as the first. */
export function zipf(ranks: number): (random: Random) => number {
  const places = new Uint16Array(PLACES);
  const weights = Array.from({ length: ranks }, (_, rank) => 1 / (rank + 1));
  const total = weights.reduce((sum, weight) => sum + weight);
  let sum = 0;
  let place = 0;
  for (const [rank, weight] of weights.entries()) {
    sum += weight;
    for (const end = Math.round((sum / total) * PLACES); place < end; place++) places[place] = rank;
  }
  return (random) => places[random.bits() >>> 14] ?? 0;
}
