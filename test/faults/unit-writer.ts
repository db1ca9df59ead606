// Commits units of work one after the other on the database of DATABASE_URL, and tells its parent of each when it is kept. It may
// be killed, and its server may be, at any moment.
import 'reflect-metadata';
import { setImmediate as immediately, setTimeout as sleep } from 'node:timers/promises';
import { UnknownOutcomeError, type UserId } from '@janus/core';
import { Database, KnexImageRepository, KnexLogRepository } from '@janus/knex';
import type { Told } from './acknowledged.js';

const [, , owner = '', first = '0'] = process.argv;
const database = await Database.open(process.env['DATABASE_URL'] ?? '');
const images = new KnexImageRepository(database);
const logs = new KnexLogRepository(database);
const tell = (told: Told) => process.send?.(told);
process.on('disconnect', () => process.exit());

/** An image with three tags, two entries of the log, and a change: several statements, of every kind. */
async function commit(number: number): Promise<void> {
  await database.run(async () => {
    await logs.append({ action: 'begun', module: String(number) });
    const image = await images.create({
      ownerId: owner as UserId,
      filename: `${number}.jpg`,
      mimeType: 'image/jpeg',
      byteSize: 1,
      width: 1,
      height: 1,
      sha256: number.toString(16).padStart(64, '0'),
      tags: ['a', 'b', `c${number % 10}`],
    });
    await images.update(image.id, { metadata: { number } }, image);
    await logs.append({ action: 'done', module: String(number), imageId: image.id });
  });
}

for (let number = Number(first); ; number += 1) {
  try {
    await commit(number);
    tell({ number, outcome: 'kept' });
    // SQLite answers at once: that the parent is gone would never be heard.
    await immediately();
  } catch (error) {
    tell({ number, outcome: error instanceof UnknownOutcomeError ? 'unknown' : 'failed' });
    await sleep(5);
  }
}
