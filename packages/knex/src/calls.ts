import type { Database } from './database.js';

/** What an `async *` method is an instance of. It passes the signal on itself, for its body runs in its reader's calls. */
const AsyncGenerator = Object.getPrototypeOf(async function* none() {}).constructor as new () => unknown;

type Method = (this: { readonly database: Database }, ...args: unknown[]) => Promise<unknown>;

/** The signal in a call's last argument. What a repository stores can be no AbortSignal. */
function signalIn(args: readonly unknown[]): AbortSignal | undefined {
  const last = args.at(-1);
  const signal = typeof last === 'object' && last !== null && 'signal' in last ? last.signal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Makes each method of a repository a call: seen by those who watch, and ended when the signal in its last argument is aborted. */
export function calls({ prototype }: { readonly prototype: object }, repository: string): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === 'constructor' || typeof value !== 'function' || value instanceof AsyncGenerator) continue;
    const method = value as Method;
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      value(this: ThisParameterType<Method>, ...args: unknown[]) {
        const { database } = this;
        const signal = signalIn(args);
        // Of most calls nothing is to be seen, and nothing ends them: what they cost is the question.
        if (!signal && !database.isWatched) return method.apply(this, args);
        return database.call(repository, name, signal, () => method.apply(this, args));
      },
    });
  }
}
