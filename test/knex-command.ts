import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export interface Ended {
  readonly code: number;
  /** What it printed, on either stream. */
  readonly output: string;
}

/** Runs Knex's command at the root as a person does, knowing of no database but those in `variables`. */
export async function knexCommand(command: string, variables: Readonly<Record<string, string>>): Promise<Ended> {
  // What npx would run, which takes as long again to find it.
  return run(process.execPath, [join(root, 'node_modules/knex/bin/cli.js'), ...command.split(' ')], variables);
}

/** As `knexCommand`, by way of npx. */
export async function npxKnex(command: string, variables: Readonly<Record<string, string>>): Promise<Ended> {
  return run('npx', ['knex', ...command.split(' ')], variables);
}

function run(file: string, args: readonly string[], variables: Readonly<Record<string, string>>): Promise<Ended> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(DATABASE_URL|JANUS_\w*|NODE_ENV|SEED_SCALE)$/.test(name)),
  );
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd: root, env: { ...env, ...variables } }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}
