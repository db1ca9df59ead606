// The thread of a Reader: reads tables of the source, a portion whenever it is asked for one.
import { parentPort, workerData } from 'node:worker_threads';
import { CannotRunError } from '../cannot-run-error.js';
import { portions, type Portion } from './portions.js';
import type { Reply, Task } from './reader.js';
import { open, Side } from './side.js';
import { movedTables } from './table.js';

const { url, source, target } = workerData as Task;
const tables = movedTables(source, target);
const side = new Side('source', await open('source', url));
let reading: { readonly table: string; readonly portions: AsyncGenerator<Portion, void, undefined> } | null = null;

async function next(name: string): Promise<Portion | null> {
  if (reading?.table !== name) {
    const table = tables.find((one) => one.name === name);
    if (!table) throw new Error(`there is no table ${name}`);
    reading = { table: name, portions: portions(table, side) };
  }
  return (await reading.portions.next()).value ?? null;
}

const answered = async (name: string): Promise<Reply> => {
  try {
    return { portion: await next(name) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { message, isCannotRun: error instanceof CannotRunError } };
  }
};

function reply(answer: Reply): void {
  const lines = 'portion' in answer ? answer.portion?.lines : undefined;
  // What shares its memory with others is copied.
  const isWhole = lines?.buffer instanceof ArrayBuffer && lines.buffer.byteLength === lines.length;
  parentPort?.postMessage(answer, isWhole ? [lines.buffer] : []);
}

// One after the other: the next portion begins where the last one ended.
let last = Promise.resolve();
parentPort?.on('message', (name: string) => {
  last = last.then(async () => reply(await answered(name)));
});
