import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';

/** A server's message that asks for a login by SASL, in a way that there is not. */
function unknownLogin(): Buffer {
  const ways = Buffer.from('UNKNOWN\0\0');
  const message = Buffer.alloc(9 + ways.length);
  message.write('R');
  message.writeInt32BE(8 + ways.length, 1);
  message.writeInt32BE(10, 5);
  ways.copy(message, 9);
  return message;
}

describe('a login to PostgreSQL that the driver gives up', () => {
  it('leaves no connection open', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'connection') as Promise<[Socket]>;
    const { port } = server.address() as AddressInfo;
    const opening = refusal(Database.open(`postgres://ada@127.0.0.1:${port}/janus`));
    const [socket] = await asked;
    try {
      socket.on('error', () => {}).resume();
      const closed = once(socket, 'close', { signal: AbortSignal.timeout(1_500) });
      socket.once('data', () => socket.write(unknownLogin()));
      await opening;
      await closed;
      expect(socket.destroyed).to.equal(true);
    } finally {
      socket.destroy();
      server.close();
    }
  });
});
