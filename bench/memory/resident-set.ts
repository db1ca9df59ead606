import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

// In a thread of its own: a driver that answers at once leaves this one's timers no turn.
const SAMPLER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const peak = new Float64Array(workerData);
  setInterval(() => { peak[0] = Math.max(peak[0], process.memoryUsage.rss()); }, 50);
  parentPort.postMessage('ready');
`;

/** Watches the memory that this process has in use, every 50 milliseconds. */
export async function sampleResidentSet() {
  const shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const peak = new Float64Array(shared);
  const worker = new Worker(SAMPLER, { eval: true, workerData: shared, execArgv: [] });
  await once(worker, 'message');
  return {
    begin: () => void (peak[0] = 0),
    /** Gives the most since it began, in bytes. */
    async end(): Promise<number> {
      await worker.terminate();
      return peak[0] ?? 0;
    },
  };
}
