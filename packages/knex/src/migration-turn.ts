import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, TimeoutError, UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import { plain, type Bound, type Dialect } from './dialects/dialect.js';
import { pulse } from './dialects/pulse.js';

/** Whose turn it is to migrate. */
export const TURN = 'janus_migration_turn';

/** All in milliseconds. */
const LAPSES_AFTER = 10_000;
const LOOKED_AT_EVERY = 200;
const WAITED_FOR = 600_000;

interface State {
  /** Empty when it is nobody's turn. */
  readonly holder: string;
  /** Grows with each sign of life. */
  readonly beat: number;
}

/**
 * The turn to migrate a database, which one process has at a time. It is a row that its holder keeps changing; when it has been
 * seen unchanged for ten seconds, the holder is dead, and whoever waits takes over. No clock is compared with another.
 */
export class Turn {
  readonly #holder = `process ${process.pid} on ${hostname()} (${randomUUID()})`;
  #silence = async (): Promise<void> => undefined;

  private constructor(private readonly knex: Knex) {}

  /** Whether somebody migrates, or was killed at it. */
  static async isTaken(knex: Knex): Promise<boolean> {
    return (await stateOf(knex)).holder !== '';
  }

  /** Waits for the turn. @throws UnavailableError when others have had it for ten minutes */
  static async take(knex: Knex, dialect: Dialect): Promise<Turn> {
    const turn = new Turn(knex);
    const asked = performance.now();
    let seen: State = { holder: '', beat: 0 };
    let since = asked;
    for (;;) {
      const state = await stateOf(knex);
      if (state.holder !== seen.holder || state.beat !== seen.beat) since = performance.now();
      seen = state;
      const free = state.holder === '' || performance.now() - since >= LAPSES_AFTER;
      if (free && (await turn.#takes(state, dialect))) return turn;
      if (performance.now() - asked >= WAITED_FOR) {
        const holder = state.holder.replace(/ \([^)]*\)$/, '');
        throw new UnavailableError(
          'migrations locked',
          `${holder} has been migrating it for long; look what it does there`,
        );
      }
      await sleep(LOOKED_AT_EVERY);
    }
  }

  async #takes(state: State, dialect: Dialect): Promise<boolean> {
    try {
      const taken = await this.knex(TURN)
        .where({ holder: state.holder, beat: state.beat })
        .update({ holder: this.#holder, beat: state.beat + 1 });
      if (taken === 0) return false;
    } catch (error) {
      const failure = await dialect.failure(error, { table: TURN, rows: [], target: null, ask: async () => [] });
      // Somebody is writing, and thus alive.
      if (failure instanceof TimeoutError || failure instanceof ConflictError) return false;
      throw error;
    }
    // Where it has to wait for a migration's transaction, so has everybody else.
    this.#silence = pulse(async () => this.#renew(this.knex));
    return true;
  }

  /** A statement that changes one row while nobody has taken over, and none after. */
  get renewal(): Bound {
    return { ...plain(`update ${TURN} set beat = beat + 1 where holder = ?`), bindings: [this.#holder] };
  }

  /** @throws UnavailableError when the renewal changed no row */
  renewed(rows: number): void {
    if (rows > 0) return;
    const advice = 'this process was silent for too long while it migrated, and another took over; run it again';
    throw new UnavailableError('turn lost', advice);
  }

  /** Makes sure that nobody has taken over or, in a transaction, will before its end. @throws UnavailableError */
  async confirm(on: Knex): Promise<void> {
    this.renewed(await this.#renew(on));
  }

  async end(): Promise<void> {
    await this.#silence();
    try {
      await this.knex(TURN).where({ holder: this.#holder }).update({ holder: '' });
    } catch {
      // What ended the migration is the error to be told, and a turn that is not given back lapses.
    }
  }

  #renew(on: Knex): Knex.QueryBuilder<object, number> {
    return on(TURN).where({ holder: this.#holder }).increment('beat');
  }
}

async function stateOf(knex: Knex): Promise<State> {
  const state = await knex<State>(TURN).first('holder', 'beat');
  return state ?? { holder: '', beat: 0 };
}
