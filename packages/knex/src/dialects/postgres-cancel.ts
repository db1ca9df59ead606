import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as secure, type ConnectionOptions } from 'node:tls';

/** Those members of the driver's client that are used here. */
export interface Cancellable {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | ConnectionOptions;
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** The numbers that say that a first message is a request to cancel, or to encrypt. */
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/** A first message: its length, and numbers. */
function message(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * numbers.length);
  for (const [index, number] of [bytes.length, ...numbers].entries()) bytes.writeInt32BE(number, 4 * index);
  return bytes;
}

/**
 * Has the server cancel what runs on a connection, if anything does; encrypted, if that is. The server closes the connection
 * that this is asked on when it has looked; the session may hear of it a little later.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancel({ host, port, ssl, processID, secretKey }: Cancellable): Promise<void> {
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host);
  // Whoever waits for it is told of an error, and nobody else.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect');
    const sender = ssl ? await encrypted(socket, host, ssl === true ? {} : ssl) : socket;
    const closed = once(sender, 'close');
    // Not its end, too: PgBouncer takes that for a client that went away, and version 1.18 ends itself (`bad client state`).
    sender.write(message(CANCEL_REQUEST, processID ?? 0, secretKey ?? 0));
    sender.resume();
    await closed;
  } finally {
    socket.destroy();
  }
}

async function encrypted(socket: Socket, host: string, options: ConnectionOptions): Promise<Socket> {
  socket.write(message(SSL_REQUEST));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.toString() !== 'S') throw new Error('the server does not encrypt');
  const sender = secure({ ...options, socket, host, ...(isIP(host) === 0 && { servername: host }) });
  await once(sender, 'secureConnect');
  return sender;
}
