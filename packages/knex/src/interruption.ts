import { AbortError, TimeoutError } from '@janus/core';

/** What a call ends with when a signal was aborted. */
type Reason = AbortError | TimeoutError;

/** A deadline's own error, or that the signal was aborted: what else it was aborted with would say something of a database. */
export function reasonOf({ reason }: AbortSignal): Reason {
  if (reason instanceof TimeoutError) return reason;
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeout ? new TimeoutError('the signal') : new AbortError();
}

/** @throws AbortError or TimeoutError when one is aborted */
export function unlessAborted(signals: readonly AbortSignal[]): void {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) throw reasonOf(aborted);
}

type Waiter = (signal: AbortSignal) => void;

/** Who waits for each signal. One listener serves them all: Node takes more than ten for a leak, and warns. */
const waiting = new WeakMap<AbortSignal, Set<Waiter>>();

function waitersOf(signal: AbortSignal): Set<Waiter> {
  const known = waiting.get(signal);
  if (known) return known;
  const waiters = new Set<Waiter>();
  waiting.set(signal, waiters);
  signal.addEventListener('abort', () => {
    for (const waiter of waiters) waiter(signal);
  });
  return waiters;
}

/** Calls back, once and never at once, when one of some signals is aborted or was so before. Returns what ends that. */
export function whenAborted(signals: readonly AbortSignal[], abort: (reason: Reason) => void): () => void {
  let isOver = false;
  const stop = () => {
    isOver = true;
    for (const signal of signals) waiting.get(signal)?.delete(waiter);
  };
  const waiter = (signal: AbortSignal) => {
    if (isOver) return;
    stop();
    abort(reasonOf(signal));
  };
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) queueMicrotask(() => waiter(aborted));
  else for (const signal of signals) waitersOf(signal).add(waiter);
  return stop;
}

/**
 * As `whenAborted`, and with a TimeoutError when it has taken too long.
 * @param patience how long one waits, in milliseconds; as long as it takes, if left out
 */
export function whenOver(
  signals: readonly AbortSignal[],
  patience: number | undefined,
  what: string,
  giveUp: (reason: Reason) => void,
): () => void {
  const stop = () => {
    clearTimeout(late);
    listening();
  };
  const over = (reason: Reason) => {
    stop();
    giveUp(reason);
  };
  const late = patience === undefined ? undefined : setTimeout(() => over(new TimeoutError(what)), patience);
  const listening = whenAborted(signals, over);
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
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const wait = instant.getTime() - Date.now();
    if (wait > 0) timer = setTimeout(look, Math.min(wait, LONGEST));
    else controller.abort(new TimeoutError('deadline'));
  };
  look();
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
