import { z } from 'zod';
import { callOptions, type CallOptions } from './call.js';
import { imageId, leaseId, type ImageId, type LeaseId } from './id.js';
import { imageFields, type Image, type ImageChanges } from './image.js';
import { text, whole } from './rules.js';

/** How often an image is handed out before it is `failed`. Who sets its status to `pending` by hand gives it as many again. */
export const PROCESSING_ATTEMPTS = 5;

/** An image that one worker has, until its lease ends. */
export interface Claim {
  /** Of all that were claimed together. With it the worker proves that the image is still its own. */
  readonly lease: LeaseId;
  /** As it is now: `processing`. */
  readonly image: Image;
  readonly worker: string;
  /** 1 at first, 5 at last. */
  readonly attempt: number;
  /** From when on it is handed out to another, unless it is completed, failed or extended before. */
  readonly leaseUntil: Date;
}

export interface ClaimOptions extends CallOptions {
  /** How many images at the most, 1 to 1,000. */
  readonly limit: number;
  /** How long the worker has for all of them, in milliseconds: 1,000 (a second) to 86,400,000 (a day). */
  readonly leaseFor: number;
  /** Who claims, for people to read: 1 to 100 characters. Two workers of one name are still two. */
  readonly worker: string;
}

/** What processing may find out about an image: what `update` may change, but the status. */
export type ProcessingChanges = Omit<ImageChanges, 'status'>;

export interface ProcessingFailure {
  /** For people to read; its first 1,000 characters are kept, and in place of what cannot be stored in text, �. */
  readonly reason: string;
  /** Whether there may be another attempt: true, if left out. */
  readonly retry?: boolean | undefined;
}

/** What the queue knows of an image. */
export interface Processing {
  /** How often it was claimed since it became pending; 0 again when it is ready. */
  readonly attempts: number;
  /** Who has claimed it; null for nobody. */
  readonly worker: string | null;
  /** From when on it is handed out: of one that is claimed, the end of the lease. null: it is not in the queue. */
  readonly dueAt: Date | null;
  /** Why an attempt failed last; null if none has since it became pending. */
  readonly failure: string | null;
}

/**
 * The queue of images to be processed. Every image that is `pending` is in it; nothing else has to be done to put it there.
 * What was due first is handed out first. Who sets the status by `update` takes the image from whoever has claimed it: `pending`
 * starts anew, and with any other, `processing` too, it leaves the queue. So it does in the trash; what was claimed is pending
 * there, as if it had not been. Taken out again, what is pending is due at once.
 *
 * Leases are told by the clocks of the workers. Where those differ, a lease ends for one sooner than for another by as much:
 * take leases that are far longer than that. An image is never completed twice, whatever the clocks say.
 */
export interface ImageProcessing {
  /**
   * Hands out images that are due, each to one worker only, also among any number that ask at the same time. They are
   * `processing` from then on. Those come, too, whose lease lapsed; one that lapses at its last attempt is `failed` instead.
   * None means that nothing is due that nobody else is changing just now; ask again after a while.
   * In a unit of work it holds from the end of that: process outside of it.
   */
  claim(options: ClaimOptions): Promise<readonly Claim[]>;
  /**
   * Makes a claimed image `ready`, with what processing found out, whatever else was changed in it meanwhile. What is written
   * in the same unit of work is there if, and only if, this worker is the one that completed the image.
   * A lease that lapsed is no hindrance while no other worker has claimed the image.
   * @throws LeaseLostError when the image is not this worker's any more; nothing is changed then
   */
  complete(claim: Claim, options?: CallOptions & { readonly changes?: ProcessingChanges | undefined }): Promise<Image>;
  /**
   * Gives a claimed image back, with the reason. It is `pending`, and due again after about a minute, then four, sixteen, and
   * sixty-four (half of that to all of it, at random); `failed` after the fifth attempt, or at once without `retry`.
   * @throws LeaseLostError as `complete` does
   */
  fail(claim: Claim, failure: ProcessingFailure, options?: CallOptions): Promise<Image>;
  /**
   * Keeps a claimed image for so many milliseconds from now, within the limits of `claim`. Returns the claim with its new end.
   * @throws LeaseLostError as `complete` does: stop working on it then
   */
  extend(claim: Claim, options: Pick<ClaimOptions, 'leaseFor' | 'signal'>): Promise<Claim>;
  /** What the queue knows of an image. @throws NotFoundError (also when it is in the trash) */
  processing(id: ImageId, options?: CallOptions): Promise<Processing>;
}

const leaseFor = whole(1_000, 86_400_000);

export const claimOptions = callOptions.extend({ limit: whole(1, 1_000), leaseFor, worker: text(100) });
export const extendOptions = callOptions.extend({ leaseFor });
/** The image of a claim may have changed since, and is not looked at. */
export const claim = z.object({
  lease: leaseId,
  image: z.object({ id: imageId }),
  attempt: whole(1, PROCESSING_ATTEMPTS),
});
export const completeOptions = callOptions.extend({
  changes: imageFields.omit({ status: true }).partial().default({}),
});

const REASON_LENGTH = 1_000;
export const processingFailure = z.strictObject({
  // Whatever an error's message is: a failure must not fail for its reason.
  reason: z.string().transform((value) => {
    const start = value.slice(0, 2 * REASON_LENGTH).toWellFormed();
    return Array.from(start.replaceAll('\0', '\ufffd')).slice(0, REASON_LENGTH).join('');
  }),
  retry: z.boolean().default(true),
});

const FIRST_DELAY = 60_000;

/** When an image is due again whose attempt failed at an instant; null when that was the last. */
export function retryAt(attempt: number, failedAt: Date): Date | null {
  if (attempt >= PROCESSING_ATTEMPTS) return null;
  const longest = FIRST_DELAY * 4 ** (attempt - 1);
  // What failed together, for a service that was down, say, does not come back together.
  return new Date(failedAt.getTime() + longest * (1 - Math.random() / 2));
}
