import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Message, Settings } from './settings.js';

export type Outcome = Exclude<Message, { readonly progress: string }>;

/** Measures one database in another process. */
export async function runDialect(settings: Settings, progress: (state: string) => void): Promise<Outcome> {
  const child = fork(join(import.meta.dirname, 'dialect-run.ts'), [JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx/esm'],
  });
  let outcome: Outcome | null = null;
  child.on('message', (message: Message) => {
    if ('progress' in message) progress(message.progress);
    else outcome = message;
  });
  const interrupt = () => child.kill('SIGINT');
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  await once(child, 'close');
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  return outcome ?? { failure: `its process ended with ${child.exitCode ?? child.signalCode}` };
}
