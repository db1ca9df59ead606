import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface Packed {
  readonly name: string;
  readonly file: string;
  /** The paths of what is in it. */
  readonly contents: readonly string[];
}

export const packages = ['core', 'knex', 'ingest', 'cli'] as const;

/** What `npm pack` makes of each package. */
export function pack(folder: string): readonly Packed[] {
  const args = ['pack', ...packages.map((name) => `./packages/${name}`), '--json', '--pack-destination', folder];
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const packed: unknown = JSON.parse(output);
  const listed = Object.values(packed as Record<string, { name: string; filename: string; files: { path: string }[] }>);
  return listed.map(({ name, filename, files }) => ({
    name,
    file: join(folder, filename),
    contents: files.map(({ path }) => path),
  }));
}

/**
 * Makes a project with these packages installed, and with what they say they need, and nothing else of ours: without the
 * repository around it, what a package forgot to name is not found. It takes no registry: what is needed is linked from here.
 */
export function install(project: string, packed: readonly Packed[], also: readonly string[] = []): void {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  for (const { name, file } of packed) {
    const folder = join(project, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components=1']);
    for (const needed of dependenciesOf(folder)) if (!packed.some((one) => one.name === needed)) link(project, needed);
  }
  for (const name of also) link(project, name);
}

function link(project: string, name: string): void {
  const place = join(project, 'node_modules', name);
  if (existsSync(place)) return;
  const here = join(root, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  if (name !== 'knex') return symlinkSync(here, place);
  // It looks for the drivers from where it is: a link to it would find those of this repository.
  cpSync(here, place, { recursive: true });
  for (const needed of dependenciesOf(here)) link(project, needed);
}

function dependenciesOf(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta: about = {} } = manifest;
  // As npm does: peers, too, but for those that are optional.
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies).filter((peer) => !about[peer]?.optional)];
}

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs Node in a project. */
export function node(project: string, ...args: readonly string[]): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JANUS_)/.test(name)));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: project, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}

/** Checks the types of a project as strictly as there is, without its own modules being looked at more than it asks for. */
export function checkTypes(project: string): Promise<Ended> {
  return node(project, join(root, 'node_modules/typescript/bin/tsc'), '--project', project);
}
