import type { Step } from './plan.js';

interface Draft {
  readonly told: string;
  readonly depth: number;
  readonly steps: Draft[];
}

const LINE = /^( *)-> (.*)$/;

/** The plan of MySQL from the text of its tree. What does not begin a line goes on with a value of the line before. */
export function mysqlPlan(text: string): Step {
  const root: Draft = { told: 'MySQL', depth: -1, steps: [] };
  const path = [root];
  for (const line of text.split('\n')) {
    const [, spaces, told] = LINE.exec(line) ?? [];
    if (spaces === undefined || told === undefined) continue;
    while ((path.at(-1)?.depth ?? -1) >= spaces.length) path.pop();
    const draft: Draft = { told, depth: spaces.length, steps: [] };
    path.at(-1)?.steps.push(draft);
    path.push(draft);
  }
  return stepOf(root);
}

function stepOf(draft: Draft): Step {
  const { told } = draft;
  const steps = draft.steps.map(stepOf);
  const below = Math.max(0, ...steps.map(({ rows = 0 }) => rows));
  const estimated = / rows=([\d.e+]+)\)/.exec(told)?.[1];
  return {
    told: told.length > 300 ? `${told.slice(0, 300)}…` : told,
    reads: readsOf(told, steps),
    index: / on \S+ using (\w+)/.exec(told)?.[1],
    gathers: gathersOf(told),
    rows: Math.min(estimated === undefined ? below : Number(estimated), ...steps.flatMap(({ told: of }) => enough(of))),
    limits: /^Limit[:/ ]/.test(told),
    exhausts: /^(?:Aggregate|Group aggregate|Window|Select #|Update|Delete|Insert)/.test(told),
    steps,
  };
}

/** How many rows are gathered at the most, which the step below tells. */
function enough(told: string): number[] {
  const rows = /^Limit table size: (\d+)/.exec(told)?.[1];
  return rows === undefined ? [] : [Number(rows)];
}

function readsOf(told: string, steps: readonly Step[]): Step['reads'] {
  // What was gathered before is below.
  if (told.startsWith('Table scan on ')) return steps.length > 0 ? undefined : 'a table';
  if (/^(?:Covering index|Index) scan on /.test(told)) return 'an index';
  return /^(?:.* index|Index) (?:lookup|range scan|skip scan)/.test(told) ? 'a part' : undefined;
}

function gathersOf(told: string): Step['gathers'] {
  if (told.startsWith('Sort')) return 'a sort';
  return /^(?:Materialize|Union materialize|Temporary table|Aggregate using temporary|Hash)/.test(told)
    ? 'a temporary table'
    : undefined;
}
