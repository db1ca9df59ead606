import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Session } from 'node:inspector/promises';
import type { Workload } from '../workloads/workload.js';
import { costOf, type Measuring } from './measure.js';

const MICROS_BETWEEN_SAMPLES = 200;

/** Runs Janus's side once more, and writes where its time goes as a `.cpuprofile`, which Chrome and VS Code show. */
export async function profile(path: string, workload: Workload, measuring: Measuring, count: number): Promise<void> {
  const janus = measuring.sides.find(({ name }) => name === 'janus');
  if (!janus) return;
  const calls = workload.calls(count);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: MICROS_BETWEEN_SAMPLES });
  await session.post('Profiler.start');
  await costOf(janus.side, calls, measuring.atOnce);
  const { profile: taken } = await session.post('Profiler.stop');
  session.disconnect();
  if (workload.tidy) await measuring.tidy();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.cpuprofile`, JSON.stringify(taken));
}
