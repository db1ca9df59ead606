/**
 * Everything a repository can fail with. The set is closed: the same mistake is the same class, with the same `rule`, on
 * every database. No message, and nothing else an error carries, holds a value that was passed in.
 */
export abstract class JanusError extends Error {
  abstract override readonly name: string;
}

/** What was asked for by its id (or tag name) is not there. */
export class NotFoundError extends JanusError {
  override readonly name = 'NotFoundError';
  constructor(
    /** What was looked for: `image`, `user`, `tag` … */
    readonly entity: string,
  ) {
    super(`there is no such ${entity}`);
  }
}

/** A row that must be the only one of its kind is there already. */
export class DuplicateError extends JanusError {
  override readonly name = 'DuplicateError';
  constructor(
    /** The unique rule that was broken, such as `images_owner_id_sha256_unique`. */
    readonly rule: string,
    hint = 'one with the same key exists',
  ) {
    super(`${rule}: ${hint}`);
  }
}

/** What was to be stored names something that does not exist. */
export class MissingReferenceError extends JanusError {
  override readonly name = 'MissingReferenceError';
  constructor(
    /** The reference that leads nowhere, such as `images_owner_id_foreign`. */
    readonly rule: string,
  ) {
    super(`${rule}: what it refers to does not exist; create that first, or leave the reference out`);
  }
}

/** What was to be removed is still in use. */
export class StillReferencedError extends JanusError {
  override readonly name = 'StillReferencedError';
  constructor(
    /** The reference that is in the way, such as `images_owner_id_foreign`. */
    readonly rule: string,
  ) {
    super(`${rule}: others still refer to it; remove those first`);
  }
}

/** Somebody else has changed the row since it was read. Read it again, and decide again. */
export class StaleVersionError extends JanusError {
  override readonly name = 'StaleVersionError';
  constructor(
    readonly entity: string,
    /** The version the caller had seen. */
    readonly seen: number,
    /** The version that is stored now. */
    readonly current: number,
  ) {
    super(`the ${entity} was changed since it was read: version ${seen} was seen, ${current} is stored; read it again`);
  }
}

/**
 * A worker no longer has the image that it claimed: its lease lapsed and another has claimed it, its status was set by hand, or
 * it is in the trash, or gone. What the worker was about to say of it was not written.
 */
export class LeaseLostError extends JanusError {
  override readonly name = 'LeaseLostError';
  constructor() {
    super(
      'the image is not this worker’s any more: its lease lapsed and another has it, its status was set by hand, or it was removed; leave it, and claim others',
    );
  }
}

/** Input that breaks a rule of its field; core finds that before a database is asked. Nothing was written. */
export class InvalidError extends JanusError {
  override readonly name = 'InvalidError';
  constructor(
    /** Where, as a path: `filename`, `where.width.min`, `3.sha256` (the fourth of many). */
    readonly field: string,
    /** The rule that was broken, in a word: `type`, `length`, `range`, `format`, `required`, `unknown` … */
    readonly rule: string,
    /** What would have been accepted. */
    readonly allowed: string,
  ) {
    super(`${field}: ${allowed} (rule: ${rule})`);
  }
}

/**
 * Others were in the way: a deadlock, no order in which both could have run, or a lock that was not let go of. It was tried
 * again, and again in vain.
 */
export class ConflictError extends JanusError {
  override readonly name = 'ConflictError';
  constructor(/** The database's own code of the failure. */ readonly code: string) {
    super(`another unit of work was in the way (${code}); nothing was kept, run this one again`);
  }
}

/** The database cannot be reached, or cannot do what it was asked: not set up, out of space, no permission … */
export class UnavailableError extends JanusError {
  override readonly name = 'UnavailableError';
  constructor(
    readonly code: string,
    hint: string,
  ) {
    super(`the database could not do this (${code}): ${hint}`);
  }
}

/** The database, or a free connection to it, did not answer in time. */
export class TimeoutError extends JanusError {
  override readonly name = 'TimeoutError';
  constructor(readonly code: string) {
    super(`the database did not answer in time (${code})`);
  }
}

/** The caller's signal ended it. Nothing of it was kept. */
export class AbortError extends JanusError {
  override readonly name = 'AbortError';
  constructor() {
    super('the signal of this call was aborted; nothing of it was kept');
  }
}

/** The connection was lost while something was being kept: it may be there whole, or not at all. */
export class UnknownOutcomeError extends JanusError {
  override readonly name = 'UnknownOutcomeError';
  constructor(readonly code: string) {
    super(
      `the connection was lost while this was being kept (${code}); look whether it is there before you do it again`,
    );
  }
}

/** The unit of work was kept, and what was to be done after it failed. */
export class AfterCommitError extends JanusError {
  override readonly name = 'AfterCommitError';
  constructor(
    /** What the hook threw, the first of those that did. */
    override readonly cause: unknown,
  ) {
    super('the unit of work was kept, but a hook of afterCommit failed; do not run the unit again');
  }
}
