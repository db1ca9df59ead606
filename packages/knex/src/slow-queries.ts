import { AsyncResource } from 'node:async_hooks';
import { InvalidError } from '@janus/core';

/** A query that took long. Nothing of its values is in it. */
export interface SlowQuery {
  /** What it is for, such as `images.find excluded`; of statements that were sent together, the name of each. */
  readonly name: string;
  /** Its SQL, with places for values; the first 4,096 characters of it. */
  readonly sql: string;
  /** From its being sent until its answer was there; not how long it waited for a connection. */
  readonly milliseconds: number;
  /** How many rows it found, or changed. */
  readonly rows: number;
  /** The database's own code, if it failed. */
  readonly failure: string | null;
}

/** Who is told of slow queries. */
export interface SlowQueries {
  /** Those are slow that take at least so many milliseconds. */
  readonly after: number;
  /** Told of each when its answer is there, in no unit of work. What it throws, or is refused with, is let go. */
  readonly tell: (query: SlowQuery) => void | Promise<void>;
}

/** Someone who is told of slow queries as above. @throws InvalidError when `after` is no number of milliseconds */
export function heedless({ after, tell }: SlowQueries): SlowQueries {
  if (!(after >= 0)) throw new InvalidError('slow.after', 'range', 'a number of milliseconds, 0 or more');
  // In the context of this, where no unit of work is: what it calls would join the one that the query is in.
  const told = AsyncResource.bind(async (query: SlowQuery) => tell(query));
  return { after, tell: (query) => void told(query).catch(() => undefined) };
}
