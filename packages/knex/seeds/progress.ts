import cliProgress from 'cli-progress';

const SECONDS_BETWEEN_LINES = 10;

/** Says on stderr how far a long run is: in a bar on a terminal, elsewhere in a line now and then. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | undefined;
  #done = 0;
  #told = performance.now();

  constructor(
    private readonly what: string,
    private readonly total: number,
  ) {
    if (!process.stderr.isTTY) return;
    const format = `${what} {bar} {percentage}% | {value} of {total} | {eta_formatted} left`;
    this.#bar = new cliProgress.SingleBar({ format, stream: process.stderr, linewrap: true, etaBuffer: 100 });
    this.#bar.start(total, 0);
  }

  advance(count: number): void {
    this.#done += count;
    this.#bar?.update(this.#done);
    if (this.#bar || performance.now() - this.#told < SECONDS_BETWEEN_LINES * 1000) return;
    this.#told = performance.now();
    process.stderr.write(`${this.what}: ${this.#done} of ${this.total}\n`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
