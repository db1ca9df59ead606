import { ConflictError } from '@janus/core';
import pRetry from 'p-retry';
import { unlessAborted, whenAborted } from './interruption.js';

/** Pauses from 10 ms on, each twice the last and up to twice that by chance, none longer than two seconds. */
const PAUSES = { minTimeout: 10, factor: 2, maxTimeout: 1_000, randomize: true, maxRetryTime: 10_000, retries: 9 };

/**
 * Does again what another was in the way of, after pauses that grow.
 * @param failure how it ended the first time
 * @param isRepeatable whether it could be done once more, asked when it has failed again
 * @throws the last ConflictError, or whatever else the work throws
 */
export async function again<Result>(
  failure: ConflictError,
  work: () => Promise<Result>,
  signals: readonly AbortSignal[] = [],
  isRepeatable = () => true,
): Promise<Result> {
  const outcomes: ({ readonly result: Result } | { readonly error: unknown })[] = [];
  const attempt = async (number: number) => {
    if (number === 1) throw failure;
    try {
      outcomes.push({ result: await work() });
    } catch (error) {
      if (error instanceof ConflictError && isRepeatable()) throw error;
      outcomes.push({ error });
    }
  };
  const controller = new AbortController();
  const stop = whenAborted(signals, (reason) => controller.abort(reason));
  try {
    await pRetry(attempt, { ...PAUSES, signal: controller.signal });
  } catch (error) {
    // A signal that is aborted when the work is done, or while it is being done, does not undo what was kept.
    if (outcomes.length === 0) {
      unlessAborted(signals);
      throw error;
    }
  } finally {
    stop();
  }
  const [outcome = { error: failure }] = outcomes;
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}
