// Preloaded into a process that is to be killed: counts what it says to its database, and ends it with SIGKILL at a given point.
// JANUS_KILL_AT is `<number> before` (the database never hears it) or `<number> after` (nobody hears the answer). Without it, the
// number of all that was said is printed at the end.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type Database from 'better-sqlite3';

type Method = (this: object, ...args: unknown[]) => unknown;

const [at = '', when] = (process.env['JANUS_KILL_AT'] ?? '').split(' ');
let said = 0;

function say(method: Method, target: object, args: unknown[]): unknown {
  said += 1;
  const mine = said === Number(at);
  if (mine && when === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = method.apply(target, args);
  if (mine) process.kill(process.pid, 'SIGKILL');
  return answer;
}

function count(prototype: object, name: string, counts: (target: object) => boolean): void {
  const method = Reflect.get(prototype, name) as Method;
  Reflect.set(prototype, name, function counted(this: object, ...args: unknown[]) {
    return counts(this) ? say(method, this, args) : method.apply(this, args);
  });
}

// A server is spoken to by TCP; what is a pipe to the parent process has no port.
count(Socket.prototype, 'write', (socket) => (socket as Socket).remotePort !== undefined);

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof Database;
const memory = new Sqlite(':memory:');
const statement = Object.getPrototypeOf(memory.prepare('select 1')) as object;
memory.close();
for (const name of ['run', 'all', 'get']) count(statement, name, () => true);
count(Sqlite.prototype, 'exec', () => true);
count(Sqlite.prototype, 'pragma', () => true);

if (!at) process.on('exit', () => writeSync(2, `said ${said}\n`));
