/** Several calls of repositories that happen together or not at all. */
export interface UnitOfWork {
  /**
   * Runs work in a transaction. Every repository called inside joins it, wherever it was injected, across `await`.
   * When the work returns, all of it is kept; when it throws, none of it, and the error is passed on.
   * Inside another run this is a savepoint: what throws takes back only itself, and if the caller catches the error, the
   * rest goes on. So does the rest after a repository's error that was caught, on every database, if it says which rule was
   * broken. After one of the database itself (ConflictError, UnavailableError, TimeoutError) nothing more can be done in the
   * unit: each further call throws that error again, and so does the end. Work inside must not wait for calls of repositories
   * that were made outside, in the unit around it: those wait until it ends.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** The token by which a container provides the unit of work. */
export const UnitOfWork: unique symbol = Symbol.for('@janus/core/UnitOfWork');
