import colours from 'picocolors';
import { type FreshDatabase, messageOf, type Server } from './engine.js';
import { failedRun, type Outcome, runMocha, type Settings } from './mocha.js';

/** Runs that follow one another: those of one database, or those that need none or all. */
export interface Lane {
  readonly title: string;
  readonly runs: readonly Run[];
  readonly server?: Server | undefined;
  /** The servers each run gets a fresh database of, by the variable that gives it the URL. */
  readonly databases?: Readonly<Record<string, Server>>;
}

export interface Run {
  readonly title: string;
  /** Folders of `test/`. */
  readonly folders: readonly string[];
  readonly timeZone?: string;
}

export interface Result {
  readonly lane: Lane;
  readonly runs: readonly (Outcome & { readonly title: string })[];
}

export async function runLane(lane: Lane, settings: Settings, progress: (state: string) => void): Promise<Result> {
  const runs: (Outcome & { title: string })[] = [];
  for (const { title, folders, timeZone } of lane.runs) {
    if (settings.interrupted.aborted) break;
    const fresh = new Map<string, FreshDatabase>();
    try {
      for (const [variable, server] of Object.entries(lane.databases ?? {})) fresh.set(variable, await server.fresh());
      const urls = Object.fromEntries([...fresh].map(([variable, { url }]) => [variable, url]));
      const outcome = await runMocha(folders, { TZ: timeZone ?? 'UTC', ...urls }, settings, (tally) =>
        progress(`${title}: ${tally.passed + tally.failed + tally.skipped}/${tally.total}`),
      );
      if (outcome) runs.push({ ...outcome, title });
    } catch (error) {
      runs.push({ ...failedRun(`no database to run on: ${messageOf(error)}`), title });
    }
    const drops = await Promise.allSettled([...fresh.values()].map((database) => database.drop()));
    const refused = drops.filter((drop) => drop.status === 'rejected').map(({ reason }) => messageOf(reason));
    if (refused.length > 0) {
      runs.push({ ...failedRun(`a test database could not be dropped: ${refused.join(', ')}`), title: 'dropping' });
    }
  }
  return { lane, runs };
}

export function resultText({ lane, runs }: Result): string {
  const lines = runs.flatMap(({ title, passed, failed, ended, seconds, output }) => {
    const verdict = failed > 0 ? colours.red('failed') : ended ? colours.green('passed') : colours.yellow('stopped');
    const name = lane.title === title ? title : `${lane.title}: ${title}`;
    const figures = colours.dim(`${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
    const heading = `${verdict}  ${colours.bold(name)}  ${figures}`;
    return output.trim() === '' ? [heading] : [heading, output.trimEnd(), ''];
  });
  return lines.map((line) => `${line}\n`).join('');
}
