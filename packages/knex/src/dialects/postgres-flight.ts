import type { Knex } from 'knex';
import { createLRU } from 'lru.min';
import type { Client as Driver } from 'pg';
import { STATEMENTS_KEPT, StatementFailure, type Answer, type Bound, type Row } from './dialect.js';
import { rowMaker } from './row-maker.js';

/** Those members of the driver's client and connection that a query class of one's own is given. */
export type Client = Pick<Driver, 'query' | 'escapeLiteral'> & {
  getTypeParser(oid: number, format: 'text'): (value: string) => unknown;
  getTransactionStatus?(): string | null;
};

interface Wire {
  readonly stream: { cork(): void; uncork(): void; write(bytes: Uint8Array): void };
  query(sql: string): void;
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: readonly (string | null)[] }): void;
  describe(target: { type: 'P' }): void;
  execute(portal: object): void;
  close(target: { type: 'S'; name: string }): void;
  sync(): void;
  endCopyFrom(): void;
}

type MakeRow = (values: readonly unknown[]) => Row;

/** A statement that the server has prepared on one connection. */
interface Prepared {
  readonly name: string;
  /** Known once it has run; null if it finds no rows. */
  row?: MakeRow | null;
}

/** What is known of the statements that the server has prepared on a connection. */
class Preparations {
  readonly #kept = createLRU<string, Prepared>({
    max: STATEMENTS_KEPT,
    onEviction: (_sql, { name }) => void this.#evicted.push(name),
  });
  readonly #evicted: string[] = [];
  #made = 0;

  get(sql: string): Prepared | undefined {
    return this.#kept.get(sql);
  }

  add(sql: string): Prepared {
    const prepared = { name: `janus_${(this.#made += 1)}` };
    this.#kept.set(sql, prepared);
    return prepared;
  }

  forget(sql: string): void {
    const prepared = this.#kept.peek(sql);
    this.#kept.delete(sql);
    if (prepared && !this.#evicted.includes(prepared.name)) this.#evicted.push(prepared.name);
  }

  /** The names of those that are kept no more, each once. */
  evicted(): string[] {
    return this.#evicted.splice(0);
  }
}

const preparations = new WeakMap<Client, Preparations>();

/** The connections on which no statement is kept, for the next one may reach another server. */
export const unnamed = new WeakSet<object>();

/**
 * Runs statements on a connection, one after the other until one fails, and waits once for all: they are sent together, with
 * one Sync at the end, and the server passes over what stands between a failure and that.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export async function sendFlight(client: Client, statements: readonly Bound[]): Promise<readonly Answer[]> {
  // What is copied out has the connection to itself.
  const copy = statements.findIndex(({ reads }) => reads);
  if (copy === -1)
    return flight(client, statements, 0).catch((error: unknown) => {
      // By itself it did nothing, and can be run again; in a transaction everything before it has to be, too.
      const alone = statements.length === 1 && client.getTransactionStatus?.() === 'I';
      if (alone && error instanceof StatementFailure && outdated(error.cause)) return flight(client, statements, 0);
      throw error;
    });
  const before = copy === 0 ? [] : await flight(client, statements.slice(0, copy), 0);
  const copied = await copyingOut(client, statements[copy] as Bound, copy);
  const after = await sendFlight(client, statements.slice(copy + 1)).catch((error: unknown) => {
    throw error instanceof StatementFailure ? new StatementFailure(error.index + copy + 1, error.cause) : error;
  });
  return [...before, copied, ...after];
}

async function flight(client: Client, statements: readonly Bound[], first: number): Promise<readonly Answer[]> {
  if (statements.length === 0) return [];
  // Before any of it is on its way: what cannot be written as text must not leave half a message behind.
  const texts = statements.map(({ bindings }, index) => {
    try {
      return bindings.map(asText);
    } catch (error) {
      throw new StatementFailure(first + index, error);
    }
  });
  return new Promise((resolve, reject) => {
    client.query(new Flight(client, statements, texts, first, resolve, reject) as never);
  });
}

/** A query class of the driver's that sends several statements at once. */
class Flight {
  readonly #answers: Answer[] = [];
  readonly #prepared: (Prepared | undefined)[] = [];
  /** Of each statement whether the server has yet to prepare it. */
  readonly #fresh: boolean[] = [];
  readonly #preparations: Preparations | undefined;
  #row: MakeRow | null = null;
  #rows: Row[] = [];

  constructor(
    private readonly client: Client,
    private readonly statements: readonly Bound[],
    /** The values of each as the server reads them. */
    private readonly texts: readonly (readonly (string | null)[])[],
    private readonly first: number,
    private readonly resolve: (answers: readonly Answer[]) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.#preparations = preparationsOf(client);
  }

  submit(wire: Wire): void {
    wire.stream.cork();
    for (const name of this.#preparations?.evicted() ?? []) wire.close({ type: 'S', name });
    for (const [index, { sql, lines }] of this.statements.entries()) {
      const known = this.#preparations?.get(sql);
      const prepared = known ?? this.#preparations?.add(sql);
      const name = prepared?.name ?? '';
      if (!known) wire.parse({ name, text: sql });
      wire.bind({ statement: name, values: this.texts[index] ?? [] });
      if (known?.row === undefined) wire.describe({ type: 'P' });
      wire.execute({});
      // At once: a server that refuses the statement passes over them, too.
      if (lines) sendLines(wire, lines);
      this.#prepared.push(prepared);
      this.#fresh.push(!known);
    }
    wire.sync();
    wire.stream.uncork();
    this.#row = this.#prepared[0]?.row ?? null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#row = rowMaker(
      fields.map(({ name }) => name),
      fields.map(({ dataTypeID }) => readerOf(this.client, dataTypeID)),
    );
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#row) this.#rows.push(this.#row(fields));
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const prepared = this.#prepared[this.#answers.length];
    if (prepared?.row === undefined && prepared) prepared.row = this.#row;
    this.#answers.push({ rows: this.#rows, changes: changesOf(text) });
    this.#rows = [];
    this.#row = this.#prepared[this.#answers.length]?.row ?? null;
  }

  handleCopyInResponse(): void {
    // The lines are under way.
  }

  handleReadyForQuery(): void {
    this.resolve(this.#answers);
  }

  handleError(error: unknown): void {
    // At the end of all, it is their being kept that failed. Where the connection was lost, the answers may have been, too.
    const last = this.statements.length - 1;
    const index = isOfServer(error) ? Math.min(this.#answers.length, last) : last;
    for (const [at, { sql }] of this.statements.entries()) {
      if (at >= index && (this.#fresh[at] || outdated(error))) this.#preparations?.forget(sql);
    }
    this.reject(new StatementFailure(this.first + index, error));
  }
}

/** A query class of the driver's that copies lines out of a table. */
class CopyOut {
  #changes = 0;

  constructor(
    private readonly text: string,
    private readonly statement: Bound,
    private readonly index: number,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  submit(wire: Wire): void {
    wire.query(this.text);
  }

  handleCopyData({ chunk }: { readonly chunk: Uint8Array }): void {
    this.statement.reads?.(chunk);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#changes = changesOf(text);
  }

  handleReadyForQuery(): void {
    this.resolve({ rows: [], changes: this.#changes });
  }

  handleError(error: unknown): void {
    this.reject(new StatementFailure(this.index, error));
  }
}

/** Whether an error is one that the server sent: those have a severity. */
export const isOfServer = (error: unknown): boolean => error instanceof Error && 'severity' in error;

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY */
function sendLines(wire: Wire, lines: readonly Uint8Array[]): void {
  for (const chunk of lines) {
    // What the driver sends a chunk with copies it twice, with as much memory again.
    wire.stream.write(headerOf(chunk));
    wire.stream.write(chunk);
  }
  wire.endCopyFrom();
}

/** What precedes the bytes of a CopyData message: its letter, and a length in which it is itself. */
function headerOf({ length }: Uint8Array): Uint8Array {
  const header = Buffer.allocUnsafe(5);
  header.write('d');
  header.writeInt32BE(4 + length, 1);
  return header;
}

/** A statement with its values in it: COPY takes none beside it. */
function quoted(client: Client, { sql, bindings }: Bound): string {
  return sql.replace(/\$(\d+)/g, (_, number) => {
    const value = asText(bindings[Number(number) - 1]);
    return value === null ? 'NULL' : client.escapeLiteral(value);
  });
}

function copyingOut(client: Client, statement: Bound, index: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOut(quoted(client, statement), statement, index, resolve, reject) as never);
  });
}

function preparationsOf(client: Client): Preparations | undefined {
  if (unnamed.has(client)) return undefined;
  let found = preparations.get(client);
  if (!found) preparations.set(client, (found = new Preparations()));
  return found;
}

/** Of how many rows a command tells at its end that it inserted, changed or found them. */
const changesOf = (command: string): number => Number(/ (\d+)$/.exec(command)?.[1] ?? 0);

/** Whether a statement that was prepared must be prepared again: its table was altered, or it was dropped. */
export function outdated(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (
    error.code === '26000' ||
    (error.code === '0A000' && 'routine' in error && error.routine === 'RevalidateCachedQuery')
  );
}

let lastInstant = { value: new Date(0), text: '1970-01-01T00:00:00.000Z' };

/** A value as the server reads it. The driver writes a Date in local time, with an offset of whole minutes. */
export function asText(value: Knex.Value | undefined): string | null {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  if (!(value instanceof Date)) return typeof value === 'number' ? `${value}` : JSON.stringify(value);
  // Rows have the same instant twice, and one after the other.
  if (value !== lastInstant.value) lastInstant = { value, text: value.toISOString() };
  return lastInstant.text;
}

const NUMBERS = new Set([20, 21, 23, 700, 701]);
const TEXTS = new Set([25, 1043, 2950, 114, 3802]);
const TIMESTAMPTZ = 1184;

function readerOf(client: Client, type: number): (value: unknown) => unknown {
  if (TEXTS.has(type)) return (value) => value;
  if (NUMBERS.has(type)) return Number;
  const read = client.getTypeParser(type, 'text');
  return (value) => (type === TIMESTAMPTZ ? instantOf(String(value)) : null) ?? read(String(value));
}

/** The instant of `2026-11-22 12:34:56.789+00`, in which the milliseconds may be fewer digits or none. */
function instantOf(text: string): Date | null {
  if (text.length < 22 || text.length > 26 || !text.endsWith('+00')) return null;
  const digits = (from: number, to: number) => {
    let value = 0;
    for (let at = from; at < to; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
    return value;
  };
  const fraction = text.length === 22 ? 0 : digits(20, text.length - 3) * 10 ** (26 - text.length);
  return new Date(
    Date.UTC(digits(0, 4), digits(5, 7) - 1, digits(8, 10), digits(11, 13), digits(14, 16), digits(17, 19), fraction),
  );
}
