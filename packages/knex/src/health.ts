import { JanusError } from '@janus/core';
import type { PoolState } from './connections.js';
import { plain, type Dialect, type Row } from './dialects/dialect.js';
import { deadlineAt } from './interruption.js';
import { MIGRATIONS } from './migration-notes.js';
import { names } from './migrations.js';
import type { Runner } from './runner.js';

/** How a database is. */
export type Health =
  | {
      readonly connected: true;
      /** How long it took to answer, in milliseconds, and before that to get a connection. */
      readonly latency: number;
      readonly schema: SchemaState;
      readonly pool: PoolState;
    }
  | {
      readonly connected: false;
      /** Why: it cannot be reached, there is no free connection, it took too long, the signal was aborted. */
      readonly error: JanusError;
      readonly pool: PoolState;
    };

/** How what has been migrated compares with the migrations of this version, by their names. */
export type SchemaState =
  /** It is what this version needs. */
  | { readonly state: 'current' }
  /** Nothing has been migrated. */
  | { readonly state: 'none' }
  /** Some are missing; with those that this version does not know, if there are any, it is another line's. */
  | { readonly state: 'behind'; readonly missing: readonly string[]; readonly unknown: readonly string[] }
  /** None is missing, and a newer version has migrated more. */
  | { readonly state: 'ahead'; readonly unknown: readonly string[] }
  /** What has been migrated could not be read. */
  | { readonly state: 'unread'; readonly error: JanusError };

type Ask = (name: string, sql: string) => Promise<readonly Row[]>;

/** How long it may take to find out, in milliseconds. */
const PATIENCE = 5_000;

/** How a database is now. @param given end the asking earlier */
export async function healthOf(runner: Runner, dialect: Dialect, given: readonly AbortSignal[]): Promise<Health> {
  const deadline = deadlineAt(new Date(Date.now() + PATIENCE));
  const signals = [...given, deadline.signal];
  const ask: Ask = async (name, sql) => {
    const [answer] = await runner.apart(signals, async () =>
      runner.run([{ ...plain(sql), name }], (answers) => answers),
    );
    return answer?.rows ?? [];
  };
  const failure = async (error: unknown) => (error instanceof JanusError ? error : runner.failure(error));
  try {
    const asked = performance.now();
    await ask('health', 'select 1 as one');
    const latency = performance.now() - asked;
    const schema = await schemaOf(dialect, ask).catch(async (error: unknown): Promise<SchemaState> => ({
      state: 'unread',
      error: await failure(error),
    }));
    return { connected: true, latency, schema, pool: runner.pool };
  } catch (error) {
    return { connected: false, error: await failure(error), pool: runner.pool };
  } finally {
    deadline.stop();
  }
}

async function schemaOf(dialect: Dialect, ask: Ask): Promise<SchemaState> {
  const tables = await ask('health tables', dialect.tableNames);
  if (!tables.some(({ name }) => name === MIGRATIONS)) return { state: 'none' };
  const rows = await ask('health schema', `select name from ${MIGRATIONS} order by name`);
  return compared(
    names(),
    rows.map(({ name }) => String(name)),
  );
}

/** How the migrations that were applied compare with those that are known. */
export function compared(known: readonly string[], applied: readonly string[]): SchemaState {
  if (applied.length === 0) return { state: 'none' };
  const missing = known.filter((name) => !applied.includes(name));
  const unknown = applied.filter((name) => !known.includes(name));
  if (missing.length > 0) return { state: 'behind', missing, unknown };
  return unknown.length > 0 ? { state: 'ahead', unknown } : { state: 'current' };
}
