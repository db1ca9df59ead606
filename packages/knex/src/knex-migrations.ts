import type { Knex } from 'knex';
import type { Dialect } from './dialects/dialect.js';
import { begin, note, perform } from './migrating.js';
import { MIGRATIONS, nextBatch } from './migration-notes.js';
import type { Turn } from './migration-turn.js';
import { names } from './migrations.js';

/** A migration as Knex's `migrate:status` wants it listed. */
interface Listed {
  readonly file: string;
}

/** Knex has no types for what it calls before and after it runs migrations. */
interface Hooks {
  beforeAll(knex: Knex): Promise<unknown>;
  afterAll(knex: Knex): Promise<unknown>;
}

/** Gives Knex's own migrator Janus's migrations, and the turn to run them. */
export class KnexMigrations implements Knex.MigrationSource<Listed> {
  #turn: Turn | undefined;
  #asked = false;

  constructor(private readonly dialect: Dialect) {}

  /** Whether Knex was told to migrate, or to say what is applied: it asks before it opens a connection. */
  get asked(): boolean {
    return this.#asked;
  }

  get config(): Knex.MigratorConfig & Hooks {
    return {
      tableName: MIGRATIONS,
      migrationSource: this,
      beforeAll: async (knex) => this.#begin(knex),
      afterAll: async (knex) => this.#end(knex),
    };
  }

  getMigrations(): Promise<Listed[]> {
    this.#asked = true;
    return Promise.resolve(names().map((file) => ({ file })));
  }

  getMigrationName({ file }: Listed): string {
    return file;
  }

  async getMigration({ file: name }: Listed): Promise<Knex.Migration & { config: { transaction: boolean } }> {
    return {
      // The dialect makes the transaction: only it knows how one keeps every row.
      config: { transaction: false },
      up: async (knex) => this.#perform(knex, name, 'up'),
      down: async (knex) => this.#perform(knex, name, 'down'),
    };
  }

  async #begin(knex: Knex): Promise<Turn> {
    const { turn } = await begin(knex, this.dialect);
    this.#turn = turn;
    return turn;
  }

  async #end(knex: Knex): Promise<void> {
    // What another process has applied since Knex looked, Knex has noted once more.
    try {
      if (this.#turn) await note(knex, this.#turn, await nextBatch(knex));
    } finally {
      await this.#giveBack();
    }
  }

  async #giveBack(): Promise<void> {
    const turn = this.#turn;
    this.#turn = undefined;
    await turn?.end();
  }

  async #perform(knex: Knex, name: string, direction: 'up' | 'down'): Promise<void> {
    try {
      await perform(knex, this.dialect, this.#turn ?? (await this.#begin(knex)), name, direction);
    } catch (error) {
      await this.#giveBack();
      throw error;
    }
  }
}
