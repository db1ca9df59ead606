import { UnavailableError } from '@janus/core';
import type { Knex } from 'knex';
import type { Dialect, Migration } from './dialects/dialect.js';
import { applied, areRight, DIGESTS, makeNotes, nextBatch, noteForKnex, unfinished } from './migration-notes.js';
import { Turn } from './migration-turn.js';
import { digestOf, load, names } from './migrations.js';

/**
 * Takes the turn to migrate, and finishes what another process was killed at.
 * @returns the turn, and the names of the migrations that were half applied and now are
 */
export async function begin(knex: Knex, dialect: Dialect): Promise<{ turn: Turn; finished: readonly string[] }> {
  await makeNotes(knex);
  const turn = await Turn.take(knex, dialect);
  try {
    const begun = await unfinished(knex);
    refuseUnknown(begun.map(({ name }) => name));
    for (const { name, direction } of begun) await perform(knex, dialect, turn, name, direction);
    await note(knex, turn, await nextBatch(knex));
    return { turn, finished: begun.filter(({ direction }) => direction === 'up').map(({ name }) => name) };
  } catch (error) {
    await turn.end();
    throw error;
  }
}

/** @throws UnavailableError when a migration is not one of this version */
function refuseUnknown(those: readonly string[]): void {
  const known = names();
  const unknown = those.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const advice = `a newer version of Janus migrated it (${unknown.join(', ')}); run that version, or take these back with it`;
  throw new UnavailableError('newer schema', advice);
}

/**
 * Makes Knex's notes say which migrations are applied. Two that did so at once would each note what the other does.
 * @throws UnavailableError when another has taken over
 */
export async function note(knex: Knex, turn: Turn, batch: number): Promise<void> {
  await knex.transaction(async (on) => {
    await turn.confirm(on);
    await noteForKnex(on, batch);
  });
}

/** Applies a migration, or takes it back, whole as its dialect can; one that is applied, or taken back, is left as it is. */
export async function perform(
  knex: Knex,
  dialect: Dialect,
  turn: Turn,
  name: string,
  direction: Migration['direction'],
): Promise<void> {
  await dialect.migrate(knex, {
    name,
    direction,
    renewal: turn.renewal,
    renewed: (rows) => turn.renewed(rows),
    async run(on) {
      const noted = (await applied(on)).includes(name);
      if (noted === (direction === 'up')) return;
      const file = await load(name);
      await file[direction](on);
      if (noted) await on(DIGESTS).where({ name }).delete();
      else await on(DIGESTS).insert({ name, digest: digestOf(name) });
      await turn.confirm(on);
    },
  });
}

/** Waits for whoever migrates, and finishes what another process was killed at. Changes nothing where there is neither. */
export async function settle(knex: Knex, dialect: Dialect): Promise<void> {
  await makeNotes(knex);
  if (!(await Turn.isTaken(knex)) && (await isWhole(knex))) return;
  const { turn } = await begin(knex, dialect);
  await turn.end();
}

/** Whether no migration is half-way, nor noted otherwise than it is. */
async function isWhole(knex: Knex): Promise<boolean> {
  return (await unfinished(knex)).length === 0 && (await areRight(knex));
}

/**
 * Applies every migration that is not applied yet, and returns the names of those.
 * @throws UnavailableError when a newer version of Janus migrated the database, or others migrate it for ten minutes
 */
export async function latest(knex: Knex, dialect: Dialect): Promise<readonly string[]> {
  await makeNotes(knex);
  const before = await applied(knex);
  refuseUnknown(before);
  const known = names();
  if (known.length === before.length && (await isWhole(knex))) return [];
  const { turn, finished } = await begin(knex, dialect);
  try {
    const batch = await nextBatch(knex);
    const ran = [...finished];
    const done = new Set(await applied(knex));
    for (const name of known) {
      if (done.has(name)) continue;
      await perform(knex, dialect, turn, name, 'up');
      await note(knex, turn, batch);
      ran.push(name);
    }
    return ran;
  } finally {
    await turn.end();
  }
}
