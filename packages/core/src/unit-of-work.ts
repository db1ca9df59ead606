import { z } from 'zod';
import { callOptions, type CallOptions } from './call.js';
import { instant } from './rules.js';

/**
 * What a unit of work may see of others.
 * - `read committed`: each statement sees what was kept before it began. Two that read a row and write by what they read can
 *   overwrite each other; versions, and conditions in the write, guard against that.
 * - `repeatable read`: all is read as of one instant, and a write to what another has changed since is a ConflictError.
 * - `serializable`: as if the units had run one after the other.
 */
export const ISOLATION_LEVELS = ['read committed', 'repeatable read', 'serializable'] as const;
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

export interface UnitOptions extends CallOptions {
  /**
   * At least `read committed`, if left out. A database may give more: units of SQLite are always serializable. One that cannot
   * give it refuses with InvalidError before anything is done: MySQL has no `repeatable read` that finds conflicts.
   */
  readonly isolation?: IsolationLevel | undefined;
  /** Whether it only reads: then it waits for no writer, and every write in it is refused. */
  readonly readOnly?: boolean | undefined;
  /** When the unit is to be over: if it is not, it is taken back, and what the server does for it ends. */
  readonly deadline?: Date | undefined;
}

/** Several calls of repositories that happen together or not at all. */
export interface UnitOfWork {
  /**
   * Runs work in a transaction. Every repository called inside joins it, wherever it was injected, across `await`, timers and
   * `Promise.all`. When the work returns, all of it is kept; when it throws, none of it, and the error is passed on.
   *
   * The whole work is run again, after a pause that grows, when another unit was in its way (a deadlock, a conflict of
   * serializable units, a lock that nobody let go of), up to nine times or ten seconds in all; then that is a ConflictError.
   * What it does outside of repositories is therefore for `afterCommit`. One that gave `createMany` or `appendMany` anything but
   * an array is not run again: that may be empty by then.
   *
   * Inside another run this is a savepoint: what throws takes back only itself, and if the caller catches the error, the
   * rest goes on. So does the rest after a repository's error that was caught, on every database, if it says which rule was
   * broken. After one of the database itself (ConflictError, UnavailableError, TimeoutError, AbortError) nothing more can be
   * done in the unit: each further call throws that error again, and so does the end. Work inside must not wait for calls of
   * repositories that were made outside, in the unit around it: those wait until it ends.
   *
   * Await all that is called inside: a call that is still under way when the work returns has the unit taken back, with an
   * UnavailableError `not awaited`; one that is made later is refused, with `unit of work ended`.
   * @throws ConflictError after the last time
   * @throws TimeoutError when the deadline has passed, AbortError when the signal was aborted
   * @throws UnknownOutcomeError when the connection was lost while the unit was being kept
   * @throws AfterCommitError when it was kept, and a hook failed
   * @throws InvalidError when the isolation is one that the database lacks, or not that of the unit around
   */
  run<Result>(work: () => Promise<Result>, options?: UnitOptions): Promise<Result>;
  /**
   * Runs a hook when the unit of work that this is called in has been kept, the outermost one, once; never if it, or the
   * unit inside it that this is called in, is taken back. Hooks run one after the other, outside of any unit, before `run`
   * returns. Called outside of units of work, it runs the hook at once.
   */
  afterCommit(hook: () => void | Promise<void>): Promise<void>;
}

/** The token by which a container provides the unit of work. */
export const UnitOfWork: unique symbol = Symbol.for('@janus/core/UnitOfWork');

export const unitOptions = callOptions.extend({
  isolation: z.enum(ISOLATION_LEVELS).optional(),
  readOnly: z.boolean().optional(),
  deadline: instant.optional(),
});
