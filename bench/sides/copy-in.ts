import type { Connection, Submittable } from 'pg';
import type { Value } from './image-record.js';

/** What pg's connection can do beside what its types tell. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const CHUNK = 64 * 1024;

function field(value: Value): string {
  if (value === null) return '\\N';
  return typeof value === 'string'
    ? value.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : String(value);
}

/** `copy … from stdin` of some rows, which pg runs like a query. */
export class CopyIn implements Submittable {
  constructor(
    private readonly sql: string,
    private readonly rows: Iterable<readonly Value[]>,
    private readonly done: (error: Error | null) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    let chunk = '';
    for (const row of this.rows) {
      let separator = '';
      for (const value of row) {
        chunk += separator + field(value);
        separator = '\t';
      }
      chunk += '\n';
      if (chunk.length < CHUNK) continue;
      connection.sendCopyFromChunk(Buffer.from(chunk));
      chunk = '';
    }
    if (chunk !== '') connection.sendCopyFromChunk(Buffer.from(chunk));
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.done(null);
  }

  handleError(error: Error): void {
    this.done(error);
  }
}
