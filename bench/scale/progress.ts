import cliProgress from 'cli-progress';

export const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Between lines, in milliseconds. */
const PAUSE = 5000;

/** How far a load is: a bar on a terminal, else a line from time to time. */
export class Progress {
  readonly #started = performance.now();
  readonly #bar: cliProgress.SingleBar | null = null;
  #said = performance.now();

  constructor(
    private readonly title: string,
    private readonly start: number,
    private readonly end: number,
  ) {
    if (!process.stdout.isTTY) return;
    const format = `${title}  {bar}  {value} of {total} images  {now}  {left} left`;
    this.#bar = new cliProgress.SingleBar({ format, barsize: 24, hideCursor: true });
    this.#bar.start(end, start, { now: '', left: 'unknown time' });
  }

  /** @param rates of what was done last, in words */
  reach(count: number, rates: string): void {
    const perImage = (performance.now() - this.#started) / 1000 / (count - this.start);
    const left = duration((this.end - count) * perImage);
    if (this.#bar) this.#bar.update(count, { now: rates, left });
    if (this.#bar || (performance.now() - this.#said < PAUSE && count < this.end)) return;
    this.#said = performance.now();
    console.log(`${this.title}  ${whole(count)} of ${whole(this.end)} images  ${rates}  ${left} left`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
