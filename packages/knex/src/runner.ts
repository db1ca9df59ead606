import { setTimeout as sleep } from 'node:timers/promises';
import {
  AfterCommitError,
  ConflictError,
  DuplicateError,
  InvalidError,
  MissingReferenceError,
  StillReferencedError,
  UnavailableError,
  UnknownOutcomeError,
  type JanusError,
  type UnitOptions,
} from '@janus/core';
import { check, unitOptions } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { Connections, type Connection, type PoolState } from './connections.js';
import {
  plain,
  StatementFailure,
  type Answer,
  type Answers,
  type Attempt,
  type Bound,
  type Dialect,
  type Send,
} from './dialects/dialect.js';
import type { Address } from './dialects/address.js';
import { deadlineAt, orAborted, reasonOf, unlessAborted, whenAborted } from './interruption.js';
import { again } from './retry.js';
import { inScope, scopeOf } from './scope.js';
import type { SlowQueries } from './slow-queries.js';
import { Telemetry } from './telemetry.js';
import { Trace } from './trace.js';
import { COMMIT, ROLLBACK, Unit, type Character } from './unit.js';
import type { Writers } from './writers.js';

/** The errors that say which rule a statement broke. */
const RULES = [DuplicateError, MissingReferenceError, StillReferencedError, InvalidError];

/** What is known of a statement that writes, before it fails. */
export interface About extends Pick<Attempt, 'table' | 'rows'> {
  readonly target?: () => Knex.QueryBuilder;
}

/** What is known of each of some statements, and of its rows; nothing of those that only read. */
type Known = ((statement: number, row?: number) => About) | undefined;

const READING: About = { table: null, rows: [] };
const NO_SIGNALS: readonly AbortSignal[] = [];
/** How long a server may take to end what it was told to end, in milliseconds; then its connection is closed. */
const LAST_WORDS = 1_000;
/** How long until a server is told so once more, in milliseconds. */
const INTERRUPTED_EVERY = 100;
const ENDED = 'it was asked for in a unit of work that has ended; await what runs inside of one';
const READ_ONLY = 'it is in a unit of work that was opened to only read; open that without readOnly';

/** Runs statements where they belong: in the unit of work they are called in, or by themselves. */
export class Runner {
  readonly #connections: Connections;
  readonly #trace: Trace;
  readonly #telemetry: Telemetry;
  readonly #writers: Writers;
  readonly #begin: readonly Bound[];

  constructor(
    knex: Knex,
    private readonly dialect: Dialect,
    address: Address,
    slow: SlowQueries | undefined,
  ) {
    this.#connections = new Connections(knex, (connection) => dialect.disconnect(connection));
    this.#trace = new Trace(knex);
    this.#telemetry = new Telemetry(address, () => this.pool, slow);
    this.#writers = dialect.writers(knex);
    this.#begin = dialect.begin({ isolation: undefined, readOnly: false });
  }

  /** Whether what is called now is called in a unit of work. */
  get inUnitOfWork(): boolean {
    return scopeOf(this)?.unit !== undefined;
  }

  /** The connections now. */
  get pool(): PoolState {
    return this.#connections.state;
  }

  /** Whether anybody watches what is called. */
  get isWatched(): boolean {
    return this.#telemetry.look();
  }

  /** Does a repository's call, until it is done or a signal is aborted. */
  call<Result>(
    repository: string,
    method: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result> {
    return this.#telemetry.call(repository, method, signal ? async () => this.until(signal, work) : work);
  }

  /** Does work that is in no unit of work, until a signal is aborted; it is then left to itself. */
  async apart<Result>(signals: readonly AbortSignal[], work: () => Promise<Result>): Promise<Result> {
    return inScope(this, undefined, signals, async () => orAborted(signals, work));
  }

  /** Does work that a signal ends. */
  until<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    if (!signal) return work();
    const scope = scopeOf(this);
    return inScope(this, scope?.unit, [...(scope?.signals ?? []), signal], work);
  }

  /** Does work in a unit of work of its own; the outermost again, while others are in its way. */
  unit<Result>(
    work: () => Promise<Result>,
    options: UnitOptions,
    repeating: { readonly repeatable: boolean },
  ): Promise<Result> {
    return this.#telemetry.unit(() => this.#unit(work, options, repeating));
  }

  async #unit<Result>(
    work: () => Promise<Result>,
    options: UnitOptions,
    { repeatable }: { readonly repeatable: boolean },
  ): Promise<Result> {
    const { isolation, readOnly, deadline, signal } = check(unitOptions, options);
    const { unit: outer, signals: given } = scopeOf(this) ?? { unit: undefined, signals: NO_SIGNALS };
    const until = deadline && deadlineAt(deadline);
    const signals = [...given, ...(signal ? [signal] : []), ...(until ? [until.signal] : [])];
    try {
      if (outer) {
        const unit = new Unit(outer, within(outer.character, { isolation, readOnly }), [], signals);
        const nested = async () => {
          unlessOver(outer);
          if (!repeatable) outer.on.isSpent = true;
          return this.#perform(unit, work);
        };
        return await outer.inTurn('a unit of work inside it', nested, signals);
      }
      const character = { isolation, readOnly: readOnly ?? false };
      const begin = this.dialect.begin(character);
      let unit = new Unit(undefined, character, begin, signals);
      let result: Result;
      try {
        result = await this.#perform(unit, work);
      } catch (error) {
        const isRepeatable = () => repeatable && !unit.on.isSpent;
        if (!(error instanceof ConflictError) || !isRepeatable()) throw error;
        const once = async () => this.#perform((unit = new Unit(undefined, character, begin, signals)), work);
        result = await this.#again(error, once, signals, isRepeatable);
      }
      if (unit.hooks.length > 0) await afterwards(unit.hooks);
      return result;
    } finally {
      until?.stop();
    }
  }

  /** Runs a hook when the unit of work that this is called in is kept; at once outside of any. */
  async afterCommit(hook: () => void | Promise<void>): Promise<void> {
    const unit = scopeOf(this)?.unit;
    if (!unit) return hook();
    if (unit.isOver) throw new UnavailableError('unit of work ended', ENDED);
    unit.hooks.push(hook);
  }

  /** Runs statements, and gives what is read of their answers. @param known of those that write */
  run<Result>(
    statements: readonly Bound[],
    read: (answers: readonly Answer[]) => Result,
    known?: Known,
  ): Promise<Result> {
    const scope = scopeOf(this);
    if (!scope?.unit) return this.#runAlone(statements, read, known, scope?.signals ?? NO_SIGNALS, true);
    const { unit, signals } = scope;
    const run = () => whenThere(this.#runIn(unit, signals, statements, known), read);
    return unit.inTurn(statements[0]?.name ?? '', run, signals);
  }

  /** Gives back every connection, and takes no more. */
  close(): void {
    this.#telemetry.close();
    this.#connections.end();
  }

  async #perform<Result>(unit: Unit, work: () => Promise<Result>): Promise<Result> {
    try {
      const { signals } = unit;
      const done = () => {
        const given = inScope(this, unit, signals, work);
        // At once when it is done: the race with the signals ends later, when what was not awaited may be done as well.
        if (signals.length === 0) return given;
        return given.then((result) => {
          unlessUnderWay(unit);
          return result;
        });
      };
      const result = await orAborted(signals, done);
      unlessUnderWay(unit);
      const kept = this.#keep(unit);
      if (kept) await kept;
      return result;
    } catch (error) {
      await unit.inTurn('its end', async () => this.#undo(unit));
      // What is around it may have had a statement interrupted, or not: that is for no clock to decide.
      const aborted = unit.signals.find((signal) => signal.aborted);
      if (aborted) unit.lose(reasonOf(aborted));
      throw unit.lost instanceof ConflictError ? unit.lost : error;
    } finally {
      const { connection, leave } = unit.on;
      if (connection && !unit.outer) {
        this.#connections.mark(connection, undefined);
        this.#connections.release(connection, !unit.lost);
      }
      if (!unit.outer) leave?.();
    }
  }

  /** Keeps what a unit did, in which nothing is under way; whoever comes after it comes too late. */
  #keep(unit: Unit): Promise<void> | undefined {
    unit.ended = true;
    if (unit.lost) throw unit.lost;
    unlessAborted(unit.signals);
    const { connection } = unit.on;
    const kept = () => unit.outer?.hooks.push(...unit.hooks);
    if (!connection || !unit.begun) return void kept();
    const failed = async (error: unknown): Promise<never> => {
      const failure = await this.#failure(error, unit.signals, connection, READING);
      throw unit.outer ? failure : this.#unknown(error, failure);
    };
    try {
      const sent = this.#transmit(connection, [unit.keep], unit.signals);
      return sent instanceof Promise ? sent.then(() => void kept(), failed) : void kept();
    } catch (error) {
      return failed(error);
    }
  }

  async #undo(unit: Unit): Promise<void> {
    unit.ended = true;
    const { connection } = unit.on;
    if (!connection || !unit.begun) return;
    try {
      await this.#transmit(connection, unit.undo, NO_SIGNALS);
    } catch (error) {
      // What it holds on the server goes with it.
      this.#connections.disconnect(connection);
      unit.lose(await this.#failure(error, NO_SIGNALS));
    }
  }

  #runIn(unit: Unit, signals: readonly AbortSignal[], statements: readonly Bound[], known: Known): Answers {
    unlessOver(unit);
    if (known && unit.character.readOnly) throw new UnavailableError('read only', READ_ONLY);
    const { on } = unit;
    const own = on.connection && signals.length === 0 ? on.connection : this.#connectionOf(unit, signals);
    return own instanceof Promise
      ? own.then((connection) => this.#runOn(connection, unit, signals, statements, known))
      : this.#runOn(own, unit, signals, statements, known);
  }

  #runOn(
    connection: Connection,
    unit: Unit,
    signals: readonly AbortSignal[],
    statements: readonly Bound[],
    known: Known,
  ): Answers {
    const first = unit.isFresh;
    const send: Send = (list) => this.#transmitIn(unit, connection, list, signals);
    const failed = async (error: unknown): Promise<never> => {
      const { index = 0, row } = error instanceof StatementFailure ? error : {};
      const failure = await this.#failure(error, signals, connection, known?.(index, row));
      // A rule that was broken leaves the transaction as it was before the statement. After anything else, it depends on the
      // database whether all of it, some of it, or nothing is undone: on none is anything more to be done in it.
      if (!RULES.some((rule) => failure instanceof rule)) unit.lose(failure);
      // Nothing was there before it: it is taken back with the whole, which begins anew.
      else if (first) await this.#beginAnew(unit, connection);
      // What statements before it wrote goes when this unit does.
      else if (index > 0 || (row ?? 0) > 0) unit.lost ??= failure;
      throw failure;
    };
    try {
      const sent = known && !first ? this.dialect.attempt(send, statements) : send(statements);
      return sent instanceof Promise ? sent.catch(failed) : sent;
    } catch (error) {
      return failed(error);
    }
  }

  async #beginAnew(unit: Unit, connection: Connection): Promise<void> {
    try {
      await this.#transmit(connection, [ROLLBACK], NO_SIGNALS);
      unit.unbegin();
    } catch (error) {
      this.#connections.disconnect(connection);
      unit.lose(await this.#failure(error, NO_SIGNALS));
    }
  }

  /** As `#transmit`, and begins what has not begun yet. */
  #transmitIn(
    unit: Unit,
    connection: Connection,
    statements: readonly Bound[],
    signals: readonly AbortSignal[],
  ): Answers {
    return unit.begun
      ? this.#transmit(connection, statements, signals)
      : this.#transmitFirst(unit, connection, statements, signals);
  }

  #transmitFirst(
    unit: Unit,
    connection: Connection,
    statements: readonly Bound[],
    signals: readonly AbortSignal[],
  ): Answers {
    const units = unit.toBegin();
    const begin = units.flatMap((one) => one.begin);
    const begun = (count: number) => {
      let needed = 0;
      for (const one of units) if ((needed += one.begin.length) <= count) one.begun = true;
    };
    const succeeded = (answers: readonly Answer[]) => {
      begun(begin.length);
      return answers.slice(begin.length);
    };
    const failed = (error: unknown): never => {
      // Nobody knows how far it came: what may have begun is to be taken back.
      begun(error instanceof StatementFailure ? error.index : begin.length);
      if (!(error instanceof StatementFailure)) throw error;
      throw new StatementFailure(error.index - begin.length, error.cause, error.row);
    };
    let sent: Answers;
    try {
      sent = this.#transmit(connection, [...begin, ...statements], signals);
    } catch (error) {
      return failed(error);
    }
    return sent instanceof Promise ? sent.then(succeeded, failed) : succeeded(sent);
  }

  async #runAlone<Result>(
    statements: readonly Bound[],
    read: (answers: readonly Answer[]) => Result,
    known: Known,
    signals: readonly AbortSignal[],
    repeatable: boolean,
  ): Promise<Result> {
    unlessAborted(signals);
    const since = this.#telemetry.waiting();
    const turn = known && this.#writers.enter(signals);
    const leave = turn instanceof Promise ? await turn : turn;
    const whole = statements.length > 1 || (statements[0]?.rows?.length ?? 0) > 1;
    let connection: Connection | undefined;
    let answers: readonly Answer[] | undefined;
    let failure: JanusError | undefined;
    try {
      const acquired = this.#acquire(signals);
      connection = acquired instanceof Promise ? await acquired : acquired;
      this.#telemetry.waited(since);
      const sent = this.#transmit(connection, whole ? [...this.#begin, ...statements, COMMIT] : statements, signals);
      answers = sent instanceof Promise ? await sent : sent;
      this.#connections.release(connection, true);
      leave?.();
    } catch (error) {
      const { index = 0, row } = error instanceof StatementFailure ? error : {};
      if (connection && whole && index > 0) {
        const took = connection;
        try {
          await this.#transmit(took, [ROLLBACK], NO_SIGNALS);
        } catch {
          this.#connections.disconnect(took);
        }
      }
      const about = known?.(whole ? index - this.#begin.length : index, row);
      failure = await this.#failure(error, signals, connection, about);
      const last = whole ? statements.length + this.#begin.length : statements.length - 1;
      if (known && connection && index >= last) failure = this.#unknown(error, failure);
      if (connection) this.#connections.release(connection, false);
      leave?.();
    }
    if (answers) return read(whole ? answers.slice(this.#begin.length, -1) : answers);
    if (!(failure instanceof ConflictError) || !repeatable) throw failure;
    return this.#again(failure, async () => this.#runAlone(statements, read, known, signals, false), signals);
  }

  async #again<Result>(
    failure: ConflictError,
    work: () => Promise<Result>,
    signals: readonly AbortSignal[],
    isRepeatable?: () => boolean,
  ): Promise<Result> {
    const once = async () => {
      this.#telemetry.retried();
      return work();
    };
    return again(failure, once, signals, isRepeatable);
  }

  /** What a failure means of what was being kept: where the connection was lost, nobody knows whether it is there. */
  #unknown(error: unknown, failure: JanusError): JanusError {
    const cause = error instanceof StatementFailure ? error.cause : error;
    if (!this.dialect.lost(cause)) return failure;
    return new UnknownOutcomeError('code' in failure ? String(failure.code) : failure.name);
  }

  /** The connection of a unit, in which nothing more can be done where it gets none. */
  #connectionOf(unit: Unit, signals: readonly AbortSignal[]): Connection | Promise<Connection> {
    const failed = async (error: unknown): Promise<never> => {
      const failure = await this.#failure(error, signals);
      unit.lose(failure);
      throw failure;
    };
    try {
      unlessAborted(signals);
      const connection = unit.on.connection ?? this.#acquireFor(unit, signals);
      return connection instanceof Promise ? connection.catch(failed) : connection;
    } catch (error) {
      return failed(error);
    }
  }

  #acquireFor(unit: Unit, signals: readonly AbortSignal[]): Connection | Promise<Connection> {
    const since = this.#telemetry.waiting();
    // Before the connection: those who wait for their turn must not take all there are.
    const turn = unit.character.readOnly ? undefined : this.#writers.enter(signals);
    return whenThere(turn, (leave) => {
      if (leave) {
        unit.on.leave = leave;
        unit.on.writers = this.#writers;
      }
      return whenThere(this.#acquire(signals), (connection) => {
        this.#telemetry.waited(since);
        this.#connections.mark(connection, unit.name);
        unit.on.connection = connection;
        return connection;
      });
    });
  }

  #acquire(signals: readonly AbortSignal[]): Connection | Promise<Connection> {
    const acquired = this.#connections.acquire(signals);
    if (!(acquired instanceof Promise)) return acquired;
    // For what is called of no repository; a connection of the pool takes longer.
    this.#telemetry.look();
    return acquired.catch(async (error: unknown) => {
      throw await this.#failure(error, signals);
    });
  }

  #transmit(connection: Connection, statements: readonly Bound[], signals: readonly AbortSignal[]): Answers {
    const sent = this.#telemetry.isTold
      ? this.#telemetry.trip(statements, () => this.#send(connection, statements))
      : this.#send(connection, statements);
    return signals.length > 0 && sent instanceof Promise ? this.#interruptible(connection, sent, signals) : sent;
  }

  #send(connection: Connection, statements: readonly Bound[]): Answers {
    return this.#trace.of(connection, statements, () => this.dialect.send(connection, statements));
  }

  /** Waits for answers; a signal has the server end what it does, and the connection closed. */
  async #interruptible(
    connection: Connection,
    sent: Promise<readonly Answer[]>,
    signals: readonly AbortSignal[],
  ): Promise<readonly Answer[]> {
    const disconnect = () => this.#connections.disconnect(connection);
    const state = { isOver: false };
    let patience: NodeJS.Timeout | undefined;
    const interrupt = async () => {
      // Again and again, for what comes before the statement has begun interrupts nothing; and one at a time.
      while (!state.isOver) {
        await this.dialect.interrupt(connection, async () => this.#connections.another());
        await sleep(INTERRUPTED_EVERY);
      }
    };
    const stop = whenAborted(signals, () => {
      patience = setTimeout(disconnect, LAST_WORDS);
      interrupt().catch(disconnect);
    });
    try {
      return await sent;
    } finally {
      state.isOver = true;
      stop();
      if (patience) {
        clearTimeout(patience);
        // What interrupts it may reach the server only now, and would end what another runs on it.
        disconnect();
      }
    }
  }

  /** What a driver's error means, in core's words. @param connection to ask the database more, if that may help */
  async #failure(
    error: unknown,
    signals: readonly AbortSignal[],
    connection?: Connection,
    about = READING,
  ): Promise<JanusError> {
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted) return reasonOf(aborted);
    const failure = await this.#meaning(error, connection, about);
    if (failure instanceof ConflictError) this.#telemetry.conflicted(failure.code);
    return failure;
  }

  async #meaning(error: unknown, connection: Connection | undefined, about: About): Promise<JanusError> {
    const cause = error instanceof StatementFailure ? error.cause : error;
    const { table, rows, target } = about;
    const ask: Attempt['ask'] = async (sql, bindings) => {
      const asked = { ...plain(sql), bindings };
      const [answer] = connection ? await this.#transmit(connection, [asked], NO_SIGNALS) : [];
      return answer?.rows ?? [];
    };
    try {
      return await this.dialect.failure(cause, { table, rows, target: target?.() ?? null, ask });
    } catch (unanswered) {
      if (!(unanswered instanceof StatementFailure)) throw unanswered;
      return this.#meaning(unanswered, undefined, READING);
    }
  }

  /** What an error of the driver means that came from none of the statements here. */
  async failure(error: unknown): Promise<JanusError> {
    return this.#failure(error, NO_SIGNALS);
  }
}

/** Goes on when something is there: at once, if it is. */
function whenThere<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** @throws UnavailableError when a unit has ended, or why nothing more can be done in it */
function unlessOver(unit: Unit): void {
  if (unit.lost) throw unit.lost;
  if (unit.isOver) throw new UnavailableError('unit of work ended', ENDED);
}

/** @throws UnavailableError when something that was called in a unit has not ended */
function unlessUnderWay({ underWay }: Unit): void {
  if (underWay !== undefined) throw new UnavailableError('not awaited', notAwaited(underWay));
}

const notAwaited = (what: string) =>
  `${what} was still under way when the work of its unit of work was done, which was taken back; await everything that is called inside`;

/** What a unit inside of another is asked to be. @throws InvalidError when that is not what the other is */
function within(outer: Character, { isolation, readOnly }: Pick<UnitOptions, 'isolation' | 'readOnly'>): Character {
  if (isolation !== undefined && isolation !== outer.isolation) {
    throw new InvalidError('isolation', 'nested', 'what the unit of work around it was opened with, or nothing');
  }
  if (readOnly === false && outer.readOnly) {
    throw new InvalidError('readOnly', 'nested', 'true, for the unit of work around it only reads');
  }
  return { isolation: outer.isolation, readOnly: readOnly ?? outer.readOnly };
}

/** Runs hooks, each whatever the others did. */
async function afterwards(hooks: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failed: unknown[] = [];
  for (const hook of hooks) {
    try {
      await hook();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AfterCommitError(failed[0]);
}
