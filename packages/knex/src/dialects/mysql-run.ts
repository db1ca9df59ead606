import { createLRU } from 'lru.min';
import type { Connection } from 'mysql2';
import { STATEMENTS_KEPT, StatementFailure, type Answer, type Bound, type Row } from './dialect.js';
import { Columns, numberAt, type Packet, type ReadRow, type Shape } from './mysql-rows.js';
import { execution, HEADER, query } from './mysql-values.js';

/** Those members of the driver's connection that it gives a command, or that one is given to. */
interface Wire {
  addCommand(command: Run): void;
  prepare(
    sql: string,
    done: (error: Error | null, statement?: { readonly id: number; readonly parameters: readonly unknown[] }) => void,
  ): void;
  sequenceId: number;
  compressedSequenceId: number;
  writePacket(packet: object): void;
  readonly clientEncoding: string;
}

/** A packet that the driver has received. */
interface Received extends Packet {
  isError(): boolean;
  isEOF(): boolean;
  asError(encoding: string): Error;
}

/** A statement that the server has prepared on one connection. */
interface Prepared {
  readonly id: number;
  /** How many values are bound in it: the server reads others' where there are more or fewer. */
  readonly places: number;
  /** Of what it answered last. */
  shape?: Shape;
}

/** The statements that cannot be prepared. */
const CONTROL = /^(?:BEGIN|START|SET|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/;

const preparations = new WeakMap<Connection, ReturnType<typeof keeping>>();

const keeping = (connection: Connection) =>
  createLRU<string, Prepared>({
    max: STATEMENTS_KEPT,
    onEviction: (sql) => void connection.unprepare(sql),
  });

/** Runs statements on a connection one after the other, until one fails. */
export function runStatements(connection: Connection, statements: readonly Bound[]): Promise<readonly Answer[]> {
  let prepared = preparations.get(connection);
  if (!prepared) preparations.set(connection, (prepared = keeping(connection)));
  const kept = prepared;
  return new Promise((resolve, reject) => {
    new Run(connection as unknown as Wire, kept, statements, resolve, reject).go();
  });
}

/**
 * A command of the driver's that runs several statements, prepared if they can be: of what is not, a double that the server
 * writes loses its last bit.
 *
 * The driver's own reads at each answer what describes its columns, finds by that the code for them, and makes of each row an
 * object that grows property by property. Here what describes them is compared with what it was the last time.
 */
class Run {
  readonly #answers: Answer[] = [];
  /** What runs; undefined for what is not prepared. */
  #statement: Prepared | undefined;
  #expects: 'header' | 'columns' | 'rows' = 'header';
  #columns: Columns | undefined;
  #row: ReadRow | undefined;
  #rows: Row[] = [];

  constructor(
    private readonly wire: Wire,
    private readonly prepared: ReturnType<typeof keeping>,
    private readonly statements: readonly Bound[],
    private readonly resolve: (answers: readonly Answer[]) => void,
    private readonly reject: (error: StatementFailure) => void,
  ) {}

  /** Asks for the connection, once what it runs next is prepared. */
  go(): void {
    const sql = this.statements[this.#answers.length]?.sql ?? '';
    if (CONTROL.test(sql) || this.prepared.get(sql)) {
      this.wire.addCommand(this);
      return;
    }
    this.wire.prepare(sql, (error, statement) => {
      if (!statement) {
        this.onResult(error);
        return;
      }
      // Another that ran at the same time may have it already: to keep it anew would close it.
      if (this.prepared.peek(sql)?.id !== statement.id)
        this.prepared.set(sql, { id: statement.id, places: statement.parameters.length });
      this.wire.addCommand(this);
    });
  }

  /** Is called by the driver when it is this one's turn, without a packet, and then with each packet. @returns whether it is done */
  execute(packet: Received | undefined): boolean {
    if (!packet) return this.#send();
    if (packet.isError()) {
      this.onResult(packet.asError(this.wire.clientEncoding));
      return true;
    }
    switch (this.#expects) {
      case 'header':
        return this.#header(packet);
      case 'columns':
        this.#column(packet);
        return false;
      default:
        if (packet.isEOF()) return this.#answer({ rows: this.#rows, changes: 0 });
        this.#rows.push(this.#row?.(packet) ?? {});
        return false;
    }
  }

  /** Is asked by the driver when a URL says `debug=true`. */
  stateName(): string {
    return this.#expects;
  }

  /** Is called by the driver when the connection is lost. */
  onResult(error: unknown): void {
    this.reject(new StatementFailure(this.#answers.length, error));
  }

  /** @returns whether it is done, for something is to be prepared first */
  #send(): boolean {
    const { sql, bindings } = this.statements[this.#answers.length] as Bound;
    this.#statement = this.prepared.get(sql);
    if (!this.#statement && !CONTROL.test(sql)) {
      this.go();
      return true;
    }
    let content: Buffer;
    try {
      if (this.#statement && this.#statement.places !== bindings.length)
        throw new TypeError(`${bindings.length} values for ${this.#statement.places} places`);
      content = this.#statement ? execution(this.#statement.id, bindings) : query(sql);
    } catch (error) {
      this.onResult(error);
      return true;
    }
    this.#expects = 'header';
    this.wire.sequenceId = 0;
    this.wire.compressedSequenceId = 0;
    this.wire.writePacket(packetOf(content));
    return false;
  }

  #header({ buffer, offset }: Received): boolean {
    if (buffer[offset] === 0) return this.#answer({ rows: [], changes: numberAt(buffer, offset + 1) });
    this.#columns = new Columns(numberAt(buffer, offset), this.#statement?.shape);
    this.#expects = 'columns';
    return false;
  }

  #column(packet: Received): void {
    if (!this.#columns || this.#columns.take(packet)) return;
    // This packet is the one that ends them.
    const shape = this.#columns.shape();
    if (this.#statement) this.#statement.shape = shape;
    this.#row = shape.row;
    this.#rows = [];
    this.#expects = 'rows';
  }

  #answer(answer: Answer): boolean {
    this.#answers.push(answer);
    const next = this.statements[this.#answers.length];
    if (next) return this.#send();
    this.resolve(this.#answers);
    return true;
  }
}

/** What one packet of the protocol holds; a content of just so much is ended by an empty one. */
const FULL = 2 ** 24 - 1;

/** A packet as the driver sends it: in parts, of as much as it is told; its own length has the header's four bytes too many. */
const packetOf = (buffer: Buffer) => ({
  buffer,
  length: () => ((buffer.length - HEADER) % FULL === 0 ? buffer.length - HEADER + 1 : buffer.length - HEADER),
  writeHeader(sequence: number) {
    buffer.writeUIntLE(buffer.length - HEADER, 0, 3);
    buffer[3] = sequence;
  },
});
