import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a connection is cut at: a text that the client sends, and whether the server hears it. */
export interface Cut {
  readonly text: string;
  readonly isHeard: boolean;
}

/** A way to a server that can be cut, at a moment of one's choice. */
export class Proxy {
  /** Where the next connection that sends the text is cut, once. */
  cut: Cut | null = null;
  #isSilent = false;
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(private readonly to: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => this.#join(client));
  }

  /** The URL by which a database is reached on this way. */
  async urlOf(url: string): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const here = new URL(url);
    here.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return here.href;
  }

  /** Lets nothing through, in either direction, though no connection ends. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  /** Lets all through again, on new connections. */
  speak(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(this.to);
    const end = () => {
      for (const socket of [client, server]) this.#sockets.delete(socket.destroy());
    };
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    server.on('data', (data) => {
      if (!this.#isSilent) client.write(data);
    });
    client.on('data', (data) => {
      if (this.#isSilent) return;
      if (!this.cut || !data.includes(this.cut.text)) {
        server.write(data);
        return;
      }
      const { isHeard } = this.cut;
      this.cut = null;
      server.removeAllListeners('data').resume();
      if (isHeard) server.write(data);
      void sleep(isHeard ? 200 : 0).then(end);
    });
  }
}
