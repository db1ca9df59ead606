import { LeaseLostError, newId, NotFoundError, PROCESSING_ATTEMPTS } from '@janus/core';
import type {
  CallOptions,
  Claim,
  ClaimOptions,
  Image,
  ImageId,
  Processing,
  ProcessingChanges,
  ProcessingFailure,
} from '@janus/core';
import {
  check,
  claim as claimRule,
  claimOptions,
  completeOptions,
  extendOptions,
  imageId,
  processingFailure,
  retryAt,
} from '@janus/core/adapter';
import type { Knex } from 'knex';
import { instant, nullable, number, text } from './columns.js';
import type { Database } from './database.js';
import { PRIMARY_KEY, type Row } from './dialects/dialect.js';
import { replaceWords } from './image-creation.js';
import { NOBODY, queueValues } from './image-queue-row.js';
import { imageColumns, imageValues, toImage } from './image-row.js';
import { padded } from './statement.js';

const INDEX = 'images_due_at_id_index';

const LAPSED = 'the lease of its last attempt lapsed: the worker ended, or took too long';

export async function claimImages(database: Database, options: ClaimOptions): Promise<readonly Claim[]> {
  const { limit, leaseFor, worker } = check(claimOptions, options);
  for (;;) {
    const claims = await database.run(async () => {
      const rows = await dueRows(database, limit);
      const [free, spent] = [
        rows.filter((row) => attemptsOf(row) < PROCESSING_ATTEMPTS),
        rows.filter((row) => attemptsOf(row) >= PROCESSING_ATTEMPTS),
      ];
      // After they were found, for that may have waited for its turn.
      const now = new Date();
      if (spent.length > 0) {
        await setAll(database, spent, now, { status: 'failed', due_at: null, failure: LAPSED, ...NOBODY });
        if (free.length === 0) return null;
      }
      return take(
        database,
        free,
        { lease: newId<'lease'>(), worker, leaseUntil: new Date(now.getTime() + leaseFor) },
        now,
      );
    });
    if (claims) return claims;
  }
}

/** The images that are due, first those that were so first; no other transaction finds them until this has ended. */
async function dueRows(database: Database, limit: number): Promise<readonly Row[]> {
  return database.rowsForUpdate(`images.due ${limit}`, { now: new Date() }, (given) =>
    database.dialect.reserve(
      database
        .from('images', INDEX)
        .select(imageColumns(database))
        .select('images.attempts')
        .where('images.due_at', '<=', given.now)
        .orderBy(['images.due_at', 'images.id'])
        .limit(limit, { skipBinding: true }),
    ),
  );
}

async function take(
  database: Database,
  rows: readonly Row[],
  terms: Pick<Claim, 'lease' | 'worker' | 'leaseUntil'>,
  now: Date,
): Promise<readonly Claim[]> {
  if (rows.length === 0) return [];
  await setAll(database, rows, now, {
    status: 'processing',
    due_at: terms.leaseUntil,
    attempts: database.knex.raw('coalesce(attempts, 0) + 1'),
    claimed_by: terms.worker,
    lease_id: database.dialect.idValue(terms.lease),
  });
  return rows.map((row) => {
    const found = toImage(row);
    const image: Image = { ...found, status: 'processing', version: found.version + 1, updatedAt: now };
    return { ...terms, image, attempt: attemptsOf(row) + 1 };
  });
}

/** How often an image has been claimed. */
const attemptsOf = (row: Row): number => nullable(row['attempts'], number) ?? 0;

/** Sets columns of images that were found to be due. */
async function setAll(database: Database, rows: readonly Row[], now: Date, values: Row): Promise<void> {
  const set = { ...values, version: database.nextVersion, updated_at: now };
  const ids = rows.map((row) => row['id'] as Knex.Value);
  await database.update('images.taken', 'images', set, { ids: padded(ids) }, (given) =>
    database.from('images', PRIMARY_KEY).whereIn('id', given.ids),
  );
}

export async function completeClaim(
  database: Database,
  claim: Claim,
  options: CallOptions & { readonly changes?: ProcessingChanges | undefined },
): Promise<Image> {
  const { key } = checked(database, claim);
  const { changes } = check(completeOptions, options);
  const now = new Date();
  const set = { ...imageValues({ ...changes, status: 'ready' }), ...queueValues('ready', now) };
  return end(database, key, set, now, changes.filename !== undefined || changes.title !== undefined);
}

export async function failClaim(database: Database, claim: Claim, failure: ProcessingFailure): Promise<Image> {
  const { key, attempt } = checked(database, claim);
  const { reason, retry } = check(processingFailure, failure, 'failure');
  const now = new Date();
  const due = retry ? retryAt(attempt, now) : null;
  const set = { status: due ? 'pending' : 'failed', due_at: due, failure: reason, ...NOBODY };
  return end(database, key, set, now, false);
}

/** Ends a claim. @param renamed whether the image has other words since. @throws LeaseLostError */
async function end(database: Database, key: Key, values: Row, now: Date, renamed: boolean): Promise<Image> {
  const { knex } = database;
  const work = async () => {
    const set = { ...values, version: database.nextVersion, updated_at: now };
    const ended = await database.update('images.end', 'images', set, key, (given) => held(database, given));
    const row =
      ended > 0 &&
      (await database.row('images.ended', { id: key.id }, (given) =>
        knex('images').select(imageColumns(database)).where('images.id', given.id),
      ));
    if (!row) throw new LeaseLostError();
    const image = toImage(row);
    if (renamed) await replaceWords(database, image);
    return image;
  };
  // In one that is there already there is nothing to take back: what can be refused is the first of it.
  return database.inUnitOfWork ? work() : database.run(work);
}

export async function extendClaim(
  database: Database,
  claim: Claim,
  options: Pick<ClaimOptions, 'leaseFor' | 'signal'>,
): Promise<Claim> {
  const { key } = checked(database, claim);
  const { leaseFor } = check(extendOptions, options);
  const leaseUntil = new Date(Date.now() + leaseFor);
  const extended = await database.update('images.extend', 'images', { due_at: leaseUntil }, key, (given) =>
    held(database, given),
  );
  if (extended === 0) throw new LeaseLostError();
  return { ...claim, leaseUntil };
}

export async function processingOf(database: Database, image: ImageId): Promise<Processing> {
  const key = { id: database.dialect.idValue(check(imageId, image, 'id')) };
  const row = await database.row('images.processing', key, (given) =>
    database.knex('images').select('attempts', 'claimed_by', 'due_at', 'failure').where(given).whereNull('deleted_at'),
  );
  if (!row) throw new NotFoundError('image');
  return {
    attempts: attemptsOf(row),
    worker: nullable(row['claimed_by'], text),
    dueAt: nullable(row['due_at'], instant),
    failure: nullable(row['failure'], text),
  };
}

interface Key {
  readonly id: Knex.Value;
  readonly lease: Knex.Value;
}

function checked({ dialect }: Database, claim: Claim): { readonly key: Key; readonly attempt: number } {
  const { lease, image, attempt } = check(claimRule, claim, 'claim');
  return { key: { id: dialect.idValue(image.id), lease: dialect.idValue(lease) }, attempt };
}

/** The image of a claim, if it is still held. */
const held = ({ knex }: Database, { id, lease }: Key): Knex.QueryBuilder =>
  knex('images').where('images.id', id).where('images.lease_id', lease);
