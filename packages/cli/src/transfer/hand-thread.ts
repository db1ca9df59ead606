// A thread that compares and writes for another.
import { parentPort, workerData } from 'node:worker_threads';
import { CannotRunError } from '../cannot-run-error.js';
import type { Answer, Asked, Told } from './hands.js';
import { OwnHand } from './hand.js';
import { openSides } from './side.js';
import { tablesOf } from './table.js';

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
const tell = (told: Told) => parentPort?.postMessage(told);

async function start() {
  const { from, to } = workerData as { readonly from: string; readonly to: string };
  const { source, target, close } = await openSides(from, to);
  const hand = new OwnHand(await tablesOf(source, target), source, target, {
    refused: (refused) => tell({ refused }),
    looked: (table, rows) => tell({ table, rows }),
  });
  return { hand, close };
}

const started = start();
// Whoever asks for something is told.
started.catch(() => undefined);

async function answer(asked: Asked): Promise<Answer> {
  const { id, table } = asked;
  try {
    const { hand } = await started;
    const value = asked.range ? await hand.repair(table, asked.range, asked.remove) : await hand.plan(table);
    return { id, value };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, failure: { message, stack, foreseen: error instanceof CannotRunError } };
  }
}

parentPort?.on('message', (asked: Asked | 'end') => {
  if (asked === 'end') void started.then(async ({ close }) => close()).finally(() => parentPort?.close());
  else void answer(asked).then(tell);
});
