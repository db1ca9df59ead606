import { createHash } from 'node:crypto';
import { firstIdAt, LAST_INSTANT, type Id } from '@janus/core';

/**
 * The id of a row that was taken over: a UUIDv7 of an instant, the same on every run.
 * @param source the name of the database that the row is from
 * @param what the table, or what else is made of one of its rows
 */
export function adoptedId<Entity extends string>(source: string, what: string, old: bigint, at: Date): Id<Entity> {
  const hash = createHash('sha256')
    .update(JSON.stringify([source, what, String(old)]))
    .digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(hash.charAt(3), 16) % 4);
  const time = firstIdAt(at).slice(0, 14);
  return `${time}7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(8, 20)}` as Id<Entity>;
}

/**
 * The instant of a row whose own is not known: so many milliseconds after the beginning of 1970 as its old id says. It is one
 * that nobody takes for the truth, and rows keep their order.
 */
export function unknownInstant(old: bigint): Date {
  const most = BigInt(LAST_INSTANT.getTime());
  return new Date(Number(old < 0n ? 0n : old > most ? most : old));
}
