import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Told } from './acknowledged.js';

/** A process that commits units of work, one after the other. */
export class WritingProcess {
  readonly told: Told[] = [];
  readonly #child: ChildProcess;

  constructor(url: string, owner: string, first: number) {
    this.#child = fork(join(import.meta.dirname, 'unit-writer.ts'), [owner, String(first)], {
      execArgv: ['--import', 'tsx/esm'],
      env: { ...process.env, DATABASE_URL: url },
    });
    this.#child.on('message', (message) => this.told.push(message as Told));
  }

  /** Resolves when it has told of another unit, of this outcome if one is given. */
  async tells(outcome?: Told['outcome']): Promise<void> {
    const before = this.told.length;
    const isTold = () => this.told.slice(before).some((told) => outcome === undefined || told.outcome === outcome);
    while (!isTold()) await once(this.#child, 'message');
  }

  /** Kills it, whatever it is doing, and resolves when it has ended. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.kill('SIGKILL')) await ended;
  }
}
