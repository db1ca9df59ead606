export const [TAB, END, BACKSLASH] = [0x09, 0x0a, 0x5c];
const CAPITAL_N = 0x4e;

/** What a byte, and an instant or a double, become at the most. */
const GROWTH = 2;
const LONGEST = 32;

/** Lines that are put together, piece by piece. */
export class Gathered {
  bytes: Buffer = Buffer.alloc(0);
  end = 0;

  add(lines: Uint8Array): void {
    this.reserve(lines.length);
    this.bytes.set(lines, this.end);
    this.end += lines.length;
  }

  /** Makes room for so many bytes more. */
  reserve(room: number): void {
    if (this.bytes.length >= this.end + room) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.end + room));
    larger.set(this.bytes.subarray(0, this.end));
    this.bytes = larger;
  }

  /** What was put together since it was last taken. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.end));
    this.end = 0;
    return taken;
  }
}

/** Text in UTF-8 that is read byte by byte from its beginning to its end, and where what is written of it goes. */
export class RawText {
  at = 0;
  end: number;
  readonly to: Uint8Array;

  /** @param values how many there are in it */
  constructor(
    readonly from: Buffer,
    values: number,
    private readonly gathered: Gathered,
  ) {
    gathered.reserve(from.length * GROWTH + values * LONGEST);
    this.to = gathered.bytes;
    this.end = gathered.end;
  }

  get ended(): boolean {
    return this.at >= this.from.length;
  }

  /** Passes over a byte and writes it, if it is the next. */
  step(byte: number): boolean {
    if (this.from[this.at] !== byte) return false;
    this.at += 1;
    this.to[this.end++] = byte;
    return true;
  }

  /** Passes over what stands for an absent value and writes it, if that is next. */
  skipNone(): boolean {
    const { from, at } = this;
    const after = from[at + 2];
    if (from[at] !== BACKSLASH || from[at + 1] !== CAPITAL_N || (after !== TAB && after !== END)) return false;
    this.at += 2;
    this.copy(at);
    return true;
  }

  /** What is before the next tab or end of a line, of which each byte is a letter. */
  takeValue(): string {
    const { from, at: start } = this;
    while (!this.ended && from[this.at] !== TAB && from[this.at] !== END) this.at += 1;
    return from.toString('latin1', start, this.at);
  }

  /** Writes what was read from a place on. */
  copy(start: number): void {
    const { from, to, at } = this;
    let { end } = this;
    for (let place = start; place < at; place += 1) to[end++] = from[place] ?? 0;
    this.end = end;
  }

  /** Writes ASCII. */
  write(text: string): void {
    const { to } = this;
    let { end } = this;
    for (let place = 0; place < text.length; place += 1) to[end++] = text.charCodeAt(place);
    this.end = end;
  }

  /** Has what was written gathered; until then nothing of it is. */
  keep(): void {
    this.gathered.end = this.end;
  }
}
