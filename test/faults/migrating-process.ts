import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const here = (file: string) => pathToFileURL(join(import.meta.dirname, file)).href;

/** `forth` and `back` in code, `long` a migration of its own, the others by Knex's command. */
export type Way =
  'forth' | 'back' | 'long' | 'migrate:latest' | 'migrate:rollback --all' | 'migrate:unlock' | 'migrate:list';

interface Options {
  readonly url: string;
  readonly dialect: string;
  /** When it kills itself: the number of what it says to the database, and whether `before` or `after` that. */
  readonly killAt?: string;
  /** How much sooner than it should it takes over from one that was killed. */
  readonly hurries?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A process that migrates. */
export class MigratingProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = '';

  constructor(way: Way, { url, dialect, killAt, hurries = 1 }: Options) {
    const given = Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|JANUS_\w*|NODE_ENV)$/.test(name));
    const preloaded = ['tsx/esm', here('kill-switch.ts'), here('hurry.ts')];
    const command = way.startsWith('migrate:')
      ? [join(root, 'node_modules/knex/bin/cli.js'), ...way.split(' '), '--env', dialect]
      : [join(import.meta.dirname, way === 'long' ? 'long-migration-child.ts' : 'migrate.ts'), way];
    this.#child = spawn(process.execPath, command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(given),
        NODE_OPTIONS: preloaded.map((module) => `--import=${module}`).join(' '),
        DATABASE_URL: url,
        JANUS_HURRY: String(hurries),
        ...(killAt !== undefined && { JANUS_KILL_AT: killAt }),
      },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal, output: this.#output }));
    });
  }

  /** Resolves when it has opened the database, and now migrates. */
  async begins(): Promise<void> {
    while (!this.#output.includes('begins') && this.runs) await sleep(1);
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
