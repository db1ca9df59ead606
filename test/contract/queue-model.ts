import * as fc from 'fast-check';
import { PROCESSING_ATTEMPTS, type ImageStatus } from '@janus/core';

// What the queue promises, said once more in the plainest way: an array of images, and a clock.

/** What happens, one thing after the other. Images and claims are named by a number, taken modulo how many there are. */
export type Step =
  | { readonly do: 'create'; readonly age: number }
  | { readonly do: 'wait'; readonly for: number }
  | { readonly do: 'claim'; readonly limit: number; readonly leaseFor: number }
  | { readonly do: 'complete' | 'extend' | 'fail' | 'give up'; readonly claim: number }
  | { readonly do: 'remove' | 'restore' | 'title'; readonly image: number }
  | { readonly do: 'set'; readonly image: number; readonly status: ImageStatus };

export const SECOND = 1_000;
export const EXTENSION = 10 * SECOND;

const which = fc.nat({ max: 1_000 });
const some = <Name extends Step['do']>(...names: Name[]) => fc.constantFrom(...names);

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
    { weight: 3, arbitrary: fc.record({ do: some('create'), age: fc.nat({ max: 20 * SECOND }) }) },
    // Times that meet the ends of leases, and such as do not.
    {
      weight: 4,
      arbitrary: fc.record({
        do: some('wait'),
        for: fc.oneof(fc.constantFrom(1, 5 * SECOND, EXTENSION, 3_600 * SECOND), fc.nat({ max: 20 * SECOND })),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: some('claim'),
        limit: fc.integer({ min: 1, max: 4 }),
        leaseFor: fc.constantFrom(SECOND, 5 * SECOND, EXTENSION),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: some('complete', 'extend', 'fail', 'give up'), claim: which }) },
    { weight: 2, arbitrary: fc.record({ do: some('remove', 'restore', 'title'), image: which }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: some('set'),
        image: which,
        status: fc.constantFrom<ImageStatus>('pending', 'processing', 'ready', 'failed'),
      }),
    },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
);

/** An image, as the queue sees it. */
export interface Queued {
  readonly id: string;
  status: ImageStatus;
  due: number | null;
  attempts: number;
  /** The lease under which it is claimed. */
  lease: string | null;
  /** Since when it is in the trash. */
  trashed: number | null;
}

export const queued = (id: string, due: number): Queued => ({
  id,
  status: 'pending',
  due,
  attempts: 0,
  lease: null,
  trashed: null,
});

/** Which images are handed out at an instant, in their order; those at their end are failed on the way. */
export function handOut(images: readonly Queued[], now: number, limit: number): Queued[] {
  for (;;) {
    const due = images
      .filter((image) => image.due !== null && image.due <= now)
      .toSorted((a, b) => Number(a.due) - Number(b.due) || (a.id < b.id ? -1 : 1))
      .slice(0, limit);
    const free = due.filter(({ attempts }) => attempts < PROCESSING_ATTEMPTS);
    const spent = due.filter(({ attempts }) => attempts >= PROCESSING_ATTEMPTS);
    for (const image of spent) Object.assign(image, { status: 'failed', due: null, lease: null });
    if (free.length > 0 || spent.length === 0) return free;
  }
}
