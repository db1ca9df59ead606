import { z } from 'zod';
import { quickly, UNSURE } from './quick.js';

/** What every call takes beside what it is about. */
export interface CallOptions {
  /**
   * Ends the call when it is aborted, with an AbortError, and ends what a server does for it. A write that was under way is then
   * undone, or the error is an UnknownOutcomeError. In a unit of work, nothing more can be done in that. SQLite's statements
   * run in the caller's thread, and cannot be stopped in the middle: of those the ones that have not begun are not run.
   */
  readonly signal?: AbortSignal | undefined;
}

export const signal = quickly(
  z.custom<AbortSignal>((value) => value instanceof AbortSignal, {
    params: { rule: 'type', allowed: 'an AbortSignal' },
  }),
  (value) => (value instanceof AbortSignal ? value : UNSURE),
).optional();

export const callOptions = z.strictObject({ signal });
