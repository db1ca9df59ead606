/** The last line of a terminal, which says what is under way; nothing where there is no terminal. */
export function statusLine(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\x1b[2K${text.slice(0, process.stderr.columns - 1)}`);
}
