import cliProgress from 'cli-progress';
import { duration, whole } from './words.js';

/** How far a command is. */
export interface Progress {
  readonly phase: string;
  readonly table: string;
  /** Rows, of about how many. */
  readonly done: number;
  readonly total: number;
}

/** Between lines where there is no terminal, and between two looks at the rate, in milliseconds. */
const PAUSE = 5000;
const LOOK = 250;

/** Says how far a command is: a bar on a terminal, else a line from time to time. Both go to the standard error. */
export class ProgressReport {
  #phase: string | null = null;
  #started = 0;
  #said = 0;
  #bar: cliProgress.SingleBar | null = null;

  tell({ phase, table, done, total }: Progress): void {
    const now = performance.now();
    if (phase !== this.#phase) this.#begin(phase, now);
    const seconds = (now - this.#started) / 1000;
    const rate = done / seconds;
    const words = { table, rate: `${whole(rate)} rows/s`, left: `${duration((total - done) / rate)} left` };
    if (this.#bar) {
      if (now - this.#said < LOOK && done < total) return;
      this.#said = now;
      this.#bar.setTotal(total);
      this.#bar.update(done, words);
    } else if (now - this.#said >= PAUSE) {
      this.#said = now;
      console.error(`${phase}  ${whole(done)} of ${whole(total)} rows  ${table}  ${words.rate}  ${words.left}`);
    }
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #begin(phase: string, now: number): void {
    this.end();
    this.#phase = phase;
    this.#started = now;
    this.#said = now;
    if (!process.stderr.isTTY) return;
    const format = `${phase.padEnd(9)}  {bar}  {percentage} %  {table}  {rate}  {left}`;
    this.#bar = new cliProgress.SingleBar({ format, barsize: 24, hideCursor: true, stream: process.stderr });
    this.#bar.start(1, 0, { table: '', rate: '', left: '' });
  }
}
