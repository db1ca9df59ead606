import { AbortError, JanusError, TimeoutError } from '@janus/core';

/** What a call ends with when a signal was aborted: a deadline's own error, or that it was. */
export function reasonOf({ reason }: AbortSignal): JanusError {
  if (reason instanceof JanusError) return reason;
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeout ? new TimeoutError('the signal') : new AbortError();
}

/** @throws AbortError, or what the signal was aborted with, when one is aborted */
export function unlessAborted(signals: readonly AbortSignal[]): void {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) throw reasonOf(aborted);
}

/** Calls back, once, when one of some signals is aborted. Returns what ends that. */
export function whenAborted(signals: readonly AbortSignal[], abort: (reason: JanusError) => void): () => void {
  const stop = () => {
    for (const signal of signals) signal.removeEventListener('abort', aborted);
  };
  const aborted = ({ target }: Event) => {
    stop();
    abort(reasonOf(target as AbortSignal));
  };
  for (const signal of signals) signal.addEventListener('abort', aborted);
  return stop;
}

/** What some work gives, or the reason of a signal that is aborted before; the work is then left to itself. */
export function orAborted<Result>(signals: readonly AbortSignal[], work: () => Promise<Result>): Promise<Result> {
  return signals.length === 0 ? work() : unlessFirst(signals, work);
}

async function unlessFirst<Result>(signals: readonly AbortSignal[], work: () => Promise<Result>): Promise<Result> {
  unlessAborted(signals);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => (stop = whenAborted(signals, reject)));
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    stop?.();
  }
}

/** The longest that a timer of Node waits, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** A signal that is aborted at an instant, and what ends it before. */
export function deadlineAt(instant: Date): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort(new TimeoutError('deadline'));
  const wait = instant.getTime() - Date.now();
  const timer = wait > 0 ? setTimeout(abort, Math.min(wait, LONGEST)) : undefined;
  if (wait <= 0) abort();
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
