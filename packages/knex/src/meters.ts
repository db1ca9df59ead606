import type { Attributes, Meter } from '@opentelemetry/api';
import type { PoolState } from './connections.js';

// As the conventions have them, in seconds.
const DURATIONS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** What is measured of one database. Names and units are those of OpenTelemetry's conventions; `janus.…` they do not have. */
export class Meters {
  readonly #meter: Meter;
  readonly #duration;
  readonly #wait;
  readonly #retries;
  readonly #conflicts;
  readonly #ofPool;

  /**
   * @param database attributes that say which it is
   * @param pool the attribute that says whose connections are counted
   * @param state of them now
   */
  constructor(
    meter: Meter,
    private readonly database: Attributes,
    private readonly pool: Attributes,
    private readonly state: () => PoolState,
  ) {
    this.#meter = meter;
    const seconds = { unit: 's', advice: { explicitBucketBoundaries: DURATIONS } };
    const connections = { unit: '{connection}' };
    this.#duration = meter.createHistogram('db.client.operation.duration', {
      ...seconds,
      description: 'How long calls of repositories take, with their retries; and queries outside of any.',
    });
    this.#wait = meter.createHistogram('db.client.connection.wait_time', {
      ...seconds,
      description: 'How long is waited for a connection, and where one writes at a time, for the turn to write.',
    });
    this.#retries = meter.createCounter('janus.retries', {
      unit: '{retry}',
      description: 'How often units of work, and statements outside of any, were run again.',
    });
    this.#conflicts = meter.createCounter('janus.conflicts', {
      unit: '{conflict}',
      description: 'How often others were in the way: deadlocks, serialization failures, locks.',
    });
    this.#ofPool = {
      count: meter.createObservableUpDownCounter('db.client.connection.count', {
        ...connections,
        description: 'How many connections are open, by their state.',
      }),
      max: meter.createObservableUpDownCounter('db.client.connection.max', {
        ...connections,
        description: 'How many connections may be open.',
      }),
      pending: meter.createObservableUpDownCounter('db.client.connection.pending_requests', {
        unit: '{request}',
        description: 'How many wait for a connection.',
      }),
    };
    meter.addBatchObservableCallback(this.#observe, Object.values(this.#ofPool));
  }

  /** @param about what took so long, in seconds */
  took(seconds: number, about: Attributes): void {
    this.#duration.record(seconds, { ...this.database, ...about });
  }

  waited(seconds: number): void {
    this.#wait.record(seconds, this.pool);
  }

  retried(): void {
    this.#retries.add(1, this.database);
  }

  /** @param code the database's own for it */
  conflicted(code: string): void {
    this.#conflicts.add(1, { ...this.database, 'error.type': code });
  }

  /** Counts no connections any more. */
  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, Object.values(this.#ofPool));
  }

  readonly #observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const { count, max, pending } = this.#ofPool;
    const { used, free, waiting, most } = this.state();
    result.observe(count, used, { ...this.pool, 'db.client.connection.state': 'used' });
    result.observe(count, free, { ...this.pool, 'db.client.connection.state': 'idle' });
    result.observe(max, most, this.pool);
    result.observe(pending, waiting, this.pool);
  };
}
