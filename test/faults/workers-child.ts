// A worker in a process of its own: processes images until none is left, and tells its parent of each that it has completed.
// It may be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictError, LeaseLostError, TimeoutError, type Claim } from '@janus/core';
import { openStore } from '../open-store.js';

const [, , worker = '', leaseFor = ''] = process.argv;
const { store, close } = await openStore();

/** Ends with the test, if that ends first. */
const end = () => process.exit(1);
process.on('disconnect', end);

const isLeft = async () => {
  for (const status of ['pending', 'processing'] as const) {
    if ((await store.images.count({ status }, { atMost: 1 })) > 0) return true;
  }
  return false;
};

/** Completes an image, and notes it in the log, both or neither. */
async function complete(claim: Claim): Promise<void> {
  await sleep(Math.random() * 4);
  await store.unitOfWork.run(async () => {
    await store.logs.append({ action: 'image.processed', module: worker, imageId: claim.image.id });
    await store.images.complete(claim, { changes: { metadata: { worker } } });
  });
  process.send?.(claim.image.id);
}

/** What is lost is another's by now, and what could not be done in time will be. */
function leave(error: unknown): void {
  const isExpected = [LeaseLostError, ConflictError, TimeoutError].some((kind) => error instanceof kind);
  if (!isExpected) throw error;
}

do {
  const claims = await store.images
    .claim({ limit: 20, leaseFor: Number(leaseFor), worker })
    .catch((error: unknown) => leave(error) ?? []);
  for (const claim of claims) await complete(claim).catch(leave);
  if (claims.length === 0) await sleep(50 + Math.random() * 100);
} while (await isLeft());

await close();
process.off('disconnect', end).disconnect();
