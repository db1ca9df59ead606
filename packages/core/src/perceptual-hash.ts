import { z } from 'zod';
import { quickly, UNSURE } from './quick.js';

/** A 64-bit hash of how a picture looks, as 16 lower-case hexadecimal digits. Pictures that look alike differ in few bits. */
export type PerceptualHash = string;

/** The largest Hamming distance that can be searched for. */
export const NEAR_DISTANCE = 7;

const HASH = /^[0-9a-f]{16}$/;
export const perceptualHash = quickly(
  z.string().refine((value) => HASH.test(value), {
    params: { rule: 'format', allowed: '16 lower-case hexadecimal digits' },
  }),
  (value) => (typeof value === 'string' && HASH.test(value) ? value : UNSURE),
);

/** In how many of their 64 bits two hashes differ. */
export function hammingDistance(a: PerceptualHash, b: PerceptualHash): number {
  let difference = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; difference > 0n; difference &= difference - 1n) count += 1;
  return count;
}
