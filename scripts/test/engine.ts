import { randomBytes } from 'node:crypto';

/** One kind of database the tests run on. */
export interface Engine {
  readonly name: string;
  /** Gives a run the URL of its database and, but for SQLite, gives this runner the URL of a server to use. */
  readonly variable: string;
  /** How a person gets one, said when there is none. */
  readonly advice: string;
  /** Null when none is given and this machine has none to start. @param manner of one that is started */
  open(manner?: Manner): Promise<Server | null>;
  /** Whether this machine has what starts a private one. */
  isInstalled?(): boolean;
  /** Starts a private one. Null as above. */
  start?(manner: Manner): Promise<Running | null>;
}

/** How a private server is started. */
export interface Manner {
  /** It keeps what it acknowledged when it is killed. */
  readonly durable?: boolean;
  /** It encrypts. */
  readonly certificate?: Certificate | undefined;
  /** Where its data stays, and is taken up again; without one, all is thrown away in the end. */
  readonly folder?: string | undefined;
  /** How much memory the machine has, in bytes, of which it takes what its makers advise; without one it takes little. */
  readonly memory?: number;
}

/** A server's certificate and its key, in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Server {
  readonly version: string;
  readonly source: 'file' | 'given' | 'started';
  fresh(): Promise<FreshDatabase>;
  /** The URL of a database, which is made if there is none of that name. */
  readonly named?: (name: string) => Promise<string>;
  stop(): Promise<void>;
}

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export interface Running {
  readonly url: string;
  /** Kills it, which it is when this resolves, and starts it again on what it had written. It answers later. */
  crash?(): Promise<void>;
  stop(): Promise<void>;
}

export interface Client {
  /** Refuses a server of another kind. */
  version(url: string): Promise<string>;
  run(url: string, statement: string): Promise<unknown>;
  /** Answers how many databases have a name. */
  count(database: string): string;
  create(database: string): string;
  drop(database: string): string;
}

/** A server was asked for by its URL, and cannot be used. */
export class GivenServerError extends Error {}

export async function openServer(
  engine: Pick<Engine, 'name' | 'variable'>,
  client: Client,
  start: () => Promise<Running | null>,
): Promise<Server | null> {
  const given = process.env[engine.variable];
  const running = given ? { url: given, stop: async () => {} } : await start();
  if (!running) return null;

  const version = await client.version(running.url).catch(async (error: unknown) => {
    await running.stop();
    throw given ? new GivenServerError(`${engine.variable} cannot be used: ${messageOf(error)}`) : error;
  });
  const named = async (name: string) => {
    if (Number(await client.run(running.url, client.count(name))) === 0) {
      await client.run(running.url, client.create(name));
    }
    const url = new URL(running.url);
    url.protocol = `${engine.name}:`;
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    version,
    source: given ? 'given' : 'started',
    named,
    async fresh() {
      const name = `janus_test_${randomBytes(6).toString('hex')}`;
      return {
        url: await named(name),
        drop: async () => void (await client.run(running.url, client.drop(name))),
      };
    },
    stop: () => running.stop(),
  };
}

export function messageOf(error: unknown): string {
  // Node refuses a connection with an AggregateError whose own message is empty.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}
