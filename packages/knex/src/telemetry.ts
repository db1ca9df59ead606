import { AsyncLocalStorage } from 'node:async_hooks';
import { JanusError } from '@janus/core';
import {
  context,
  createNoopMeter,
  metrics,
  ProxyTracerProvider,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type MeterProvider,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { PoolState } from './connections.js';
import type { Address } from './dialects/address.js';
import { codeOf, StatementFailure, type Answer, type Answers, type Bound } from './dialects/dialect.js';
import { Meters } from './meters.js';
import type { SlowQueries } from './slow-queries.js';

/** What spans and metrics are from. */
const SCOPE = '@janus/knex';

const LONGEST_SUMMARY = 255;
const LONGEST_TEXT = 4_096;

/** A call of a repository, or a unit of work, that is under way. */
interface Operation {
  /** Whose call it is; none, for a unit of work. */
  readonly repository: string | undefined;
  rows: number;
  retries: number;
  /** In seconds. */
  waited: number;
}

/**
 * Tells OpenTelemetry what one database does, and those who asked for it of slow queries: what ran, for how long, how often; never
 * a value. Where an application has no SDK of OpenTelemetry's, it only looks whether there is one now.
 */
export class Telemetry {
  readonly #operations = new AsyncLocalStorage<Operation>();
  readonly #database: Attributes;
  readonly #pool: Attributes;
  #provider: MeterProvider | undefined;
  // Of the SDK that was there when it was last looked.
  #hasSdk = false;
  #tracer: Tracer | undefined;
  #meters: Meters | undefined;

  constructor(
    { system, name, host, port }: Address,
    private readonly state: () => PoolState,
    private readonly slow: SlowQueries | undefined,
  ) {
    this.#database = {
      'db.system.name': system,
      ...(name !== undefined && { 'db.namespace': name }),
      ...(host !== undefined && { 'server.address': host }),
      ...(port !== undefined && { 'server.port': port }),
    };
    const server = host === undefined ? [system] : [port === undefined ? host : `${host}:${port}`];
    this.#pool = { 'db.client.connection.pool.name': [...server, ...(name === undefined ? [] : [name])].join('/') };
  }

  /** Does a repository's call, for those who watch. What it calls of the same repository is part of it. */
  call<Result>(repository: string, method: string, work: () => Promise<Result>): Promise<Result> {
    if (!this.look() || this.#operations.getStore()?.repository === repository) return work();
    const about = { 'db.collection.name': repository, 'db.operation.name': method };
    const name = `${repository}.${method}`;
    const attributes = { ...this.#database, ...about, 'db.query.summary': name };
    const span = this.#tracer?.startSpan(name, { kind: SpanKind.CLIENT, attributes });
    const begun = performance.now();
    return this.#during(repository, span, work, (error) =>
      this.#meters?.took((performance.now() - begun) / 1_000, { ...about, ...error }),
    );
  }

  /** Does a unit of work. One that a repository's call needs is part of that. */
  unit<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.look() || this.#operations.getStore()?.repository !== undefined) return work();
    return this.#during(undefined, this.#tracer?.startSpan('unit of work', { attributes: this.#database }), work);
  }

  async #during<Result>(
    repository: string | undefined,
    span: Span | undefined,
    work: () => Promise<Result>,
    done?: (error: Attributes) => void,
  ): Promise<Result> {
    const operation: Operation = { repository, rows: 0, retries: 0, waited: 0 };
    const run = async () => this.#operations.run(operation, work);
    let failed: Attributes = {};
    try {
      return await (span ? context.with(trace.setSpan(context.active(), span), run) : run());
    } catch (error) {
      // The message of an error that is not Janus's may tell anything.
      const isOurs = error instanceof JanusError;
      failed = { 'error.type': isOurs ? error.name : '_OTHER' };
      span?.setStatus({ code: SpanStatusCode.ERROR, ...(isOurs && { message: error.message }) });
      throw error;
    } finally {
      done?.(failed);
      const { rows, retries, waited } = operation;
      span?.setAttributes({
        ...failed,
        ...(repository !== undefined && { 'db.response.returned_rows': rows }),
        'janus.retries': retries,
        'janus.connection.wait_time': waited,
      });
      span?.end();
    }
  }

  /** Whether anybody is told of statements. */
  get isTold(): boolean {
    return this.#hasSdk || this.slow !== undefined;
  }

  /** Sends statements to the database. In a repository's call it is a part of that, and else what is asked of the database itself. */
  trip(statements: readonly Bound[], send: () => Answers): Answers {
    const operation = this.#operations.getStore();
    const isPart = operation?.repository !== undefined;
    const name = summaryOf(statements);
    const span = this.#tracer?.startSpan(name, {
      kind: isPart ? SpanKind.INTERNAL : SpanKind.CLIENT,
      attributes: {
        ...this.#database,
        'db.query.summary': name,
        'db.query.text': textOf(statements),
        ...(statements.length > 1 && { 'db.operation.batch.size': statements.length }),
      },
    });
    const begun = performance.now();
    const ended = (answers: readonly Answer[], failure: string | null) => {
      const milliseconds = performance.now() - begun;
      const found = answers.reduce((sum, { rows }) => sum + rows.length, 0);
      const error = failure === null ? {} : { 'error.type': failure };
      if (operation) operation.rows += found;
      if (!isPart) this.#meters?.took(milliseconds / 1_000, { 'db.query.summary': name, ...error });
      if (failure !== null) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.setAttributes({ 'db.response.returned_rows': found, ...error });
      span?.end();
      if (!this.slow || milliseconds < this.slow.after) return;
      const rows = answers.reduce((sum, answer) => sum + (answer.rows.length || answer.changes), 0);
      void this.slow.tell({ name, sql: textOf(statements), milliseconds, rows, failure });
    };
    return watched(send, ended);
  }

  /** When somebody began to wait for a connection; undefined where nobody wants to know. */
  waiting(): number | undefined {
    return this.#hasSdk ? performance.now() : undefined;
  }

  /** Someone has a connection now. */
  waited(since: number | undefined): void {
    if (since === undefined) return;
    const seconds = (performance.now() - since) / 1_000;
    const operation = this.#operations.getStore();
    if (operation) operation.waited += seconds;
    this.#meters?.waited(seconds);
  }

  /** What is under way is run again. */
  retried(): void {
    const operation = this.#operations.getStore();
    if (operation) operation.retries += 1;
    this.#meters?.retried();
  }

  /** Others were in the way. @param code the database's own for it */
  conflicted(code: string): void {
    this.#meters?.conflicted(code);
  }

  /** Tells nothing more of the pool. */
  close(): void {
    this.#meters?.stop();
  }

  /** Looks whether there is an SDK now. One may come at any time, and nothing tells of it. */
  look(): boolean {
    this.#tracer = tracerNow();
    const provider = metrics.getMeterProvider();
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#meters?.stop();
      const meter = provider.getMeter(SCOPE);
      // Without an SDK, every meter is this one.
      this.#meters =
        meter === createNoopMeter() ? undefined : new Meters(meter, this.#database, this.#pool, this.state);
    }
    return (this.#hasSdk = this.#tracer !== undefined || this.#meters !== undefined);
  }
}

/** A tracer of the SDK that is there now, if there is one. */
function tracerNow(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  // The API's own stands for an SDK's, from before that is there.
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(SCOPE) : provider.getTracer(SCOPE);
}

/** Sends, and tells when the answers are there, or the code of the failure. */
function watched(send: () => Answers, ended: (answers: readonly Answer[], failure: string | null) => void): Answers {
  const failed = (error: unknown): never => {
    const code = codeOf(error instanceof StatementFailure ? error.cause : error);
    ended([], code === 'unknown' ? '_OTHER' : code);
    throw error;
  };
  const done = (answers: readonly Answer[]) => {
    ended(answers, null);
    return answers;
  };
  let sent: Answers;
  try {
    sent = send();
  } catch (error) {
    return failed(error);
  }
  return sent instanceof Promise ? sent.then(done, failed) : done(sent);
}

const cut = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

const each = (texts: readonly string[]) => [...new Set(texts)].join('; ');

const summaryOf = (statements: readonly Bound[]) => cut(each(statements.map(({ name }) => name)), LONGEST_SUMMARY);

const textOf = (statements: readonly Bound[]) => cut(each(statements.map(({ sql }) => sql)), LONGEST_TEXT);
