import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InvalidError } from '@janus/core';
import { check, email } from '@janus/core/adapter';
import { migrationsOf } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { MIGRATE, noneUnknown } from '../migrations.js';
import { open, Side } from '../transfer/side.js';
import type { AdoptOptions, AdoptResult } from './options.js';
import { Source } from './source.js';
import { Takeover } from './takeover.js';
import { Target } from './target.js';

/**
 * Takes over a database of the Python prototype’s into one of Janus’s. Nothing that is there is changed; what was taken over before is
 * passed over. Each row is taken over whole or not at all, and no row that is refused keeps others from it.
 * @param source the file of the source, as its path or an `sqlite:` URL; nothing in it or beside it is changed
 * @param target the URL of the target, with all migrations
 * @throws CannotRunError when either cannot be read, the source is none of the prototype’s, or the target lacks a migration
 */
export async function adopt(source: string, target: string, options: AdoptOptions = {}): Promise<AdoptResult> {
  const owner = options.owner === undefined ? undefined : normalEmail(options.owner);
  const path = pathOf(source);
  await refuseTheSame(path, pathOf(target));
  const from = await Source.open(path);
  try {
    const side = new Side('target', await open('target', target, false));
    try {
      await refuseUnready(side);
      return await new Takeover(from, new Target(side.database), { ...options, owner }).all();
    } finally {
      await side.database.close();
    }
  } finally {
    await from.close();
  }
}

function normalEmail(address: string): string {
  try {
    return check(email, address, 'owner');
  } catch (error) {
    if (error instanceof InvalidError) throw new CannotRunError(`the owner must be ${error.allowed}`);
    throw error;
  }
}

/** The path of a file, or of a URL of one. */
function pathOf(given: string): string {
  if (/^file:\/\//i.test(given)) return fileURLToPath(given);
  return given.replace(/^(sqlite|file):(\/\/(?=\/))?/i, '');
}

/** Before it is opened as a target, which would set it up as Janus needs it. */
async function refuseTheSame(source: string, target: string): Promise<void> {
  try {
    const [one, other] = await Promise.all([stat(source), stat(target)]);
    if (one.ino !== other.ino || one.dev !== other.dev) return;
  } catch {
    return;
  }
  throw new CannotRunError('the source and the target are one file; name a new database for the target');
}

async function refuseUnready(target: Side): Promise<void> {
  const { pending, unknown } = await target.do(migrationsOf);
  noneUnknown(unknown);
  if (pending.length > 0) throw new CannotRunError(`migrate the target: it lacks ${pending[0]} (${MIGRATE})`);
}
