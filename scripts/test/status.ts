/** The last line of a terminal, saying what is under way; nothing where there is no terminal. */
export class Status {
  readonly #entries = new Map<string, string>();

  set(title: string, state: string): void {
    this.#entries.set(title, state);
    this.#draw();
  }

  end(title: string): void {
    this.#entries.delete(title);
    this.#draw();
  }

  clear(): void {
    this.#entries.clear();
    this.#draw();
  }

  /** Prints above the line. */
  print(text: string): void {
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
    process.stdout.write(text);
    if (this.#entries.size > 0) this.#draw();
  }

  #draw(): void {
    if (!process.stdout.isTTY) return;
    const line = [...this.#entries].map(([title, state]) => `${title} ${state}`).join('   ');
    process.stdout.write(`\r\x1b[2K${line.slice(0, process.stdout.columns - 1)}`);
  }
}
