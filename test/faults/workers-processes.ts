import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Workers in processes of their own, of which some can be killed. */
export class WorkerProcesses {
  /** The images of which a worker said that it has completed them, as often as it was said. */
  readonly completed: string[] = [];
  /** How those ended that nobody killed: 0 is well. */
  readonly ends: (number | NodeJS.Signals | null)[] = [];
  killed = 0;
  readonly #alive = new Set<ChildProcess>();

  constructor(count: number, leaseFor: number) {
    for (let index = 0; index < count; index += 1) {
      const child = fork(join(import.meta.dirname, 'workers-child.ts'), [`worker ${index}`, String(leaseFor)], {
        execArgv: ['--import', 'tsx/esm'],
      });
      this.#alive.add(child);
      child.on('message', (image) => this.completed.push(image as string));
      child.on('exit', (code, signal) => {
        if (this.#alive.delete(child)) this.ends.push(code ?? signal);
      });
    }
  }

  get alive(): number {
    return this.#alive.size;
  }

  /** Kills one of them at once, whatever it is doing. */
  killOne(): void {
    const alive = [...this.#alive];
    const child = alive[Math.floor(Math.random() * alive.length)];
    if (!child) throw new Error('none is left to be killed');
    this.#alive.delete(child);
    child.kill('SIGKILL');
    this.killed += 1;
  }

  stop(): void {
    while (this.alive > 0) this.killOne();
  }
}
