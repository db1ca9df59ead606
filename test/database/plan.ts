/** One step of the plan that a database made for a statement, in one form whichever database it is. */
export interface Step {
  /** As the database tells it. */
  readonly told: string;
  /** How it reads a table: a part of it by an index, along the whole of an index, or all of it without one. */
  readonly reads?: 'a part' | 'an index' | 'a table' | undefined;
  readonly index?: string | undefined;
  /** What it puts rows into before it passes on the first of them. */
  readonly gathers?: 'a sort' | 'a temporary table' | undefined;
  /** How many rows those are: at the most, or by the planner's estimate. */
  readonly rows?: number | undefined;
  /** Passes on no more than some rows, and asks for no more. */
  readonly limits?: boolean | undefined;
  /** Asks for every row below it, whatever is wanted of it. */
  readonly exhausts?: boolean | undefined;
  readonly steps: readonly Step[];
}

/** A page of the longest, and one to know whether there is a next. */
const PAGE = 501;

/** Whether what is below a step is asked for no more than is wanted, given whether the step is. */
const limitsBelow = ({ limits, gathers, exhausts }: Step, limited: boolean): boolean =>
  limits === true || (limited && !gathers && exhausts !== true);

/** What a plan does that takes longer the more there is in the database. */
export function faultsOf(step: Step, limited = false): string[] {
  const { told, reads, gathers, rows = 0 } = step;
  const faults = step.steps.flatMap((below) => faultsOf(below, limitsBelow(step, limited)));
  if (reads === 'a table') faults.push(`reads a whole table: ${told}`);
  // In order and with a limit, it ends when there is enough.
  if (reads === 'an index' && !limited) faults.push(`reads a whole index: ${told}`);
  if (gathers && rows > PAGE) faults.push(`fills ${gathers} with more than a page: ${told}`);
  return faults;
}

/** The names of the indexes that a plan looks something up in, or follows the order of; to read one whole, any would do. */
export function indexesOf(step: Step, limited = false): string[] {
  const names = step.steps.flatMap((below) => indexesOf(below, limitsBelow(step, limited)));
  if (step.index !== undefined && (step.reads !== 'an index' || limited)) names.push(step.index);
  return names;
}

/** The plan as text. */
export const textOf = (step: Step, indent = ''): string =>
  [`${indent}${step.told}`, ...step.steps.map((below) => textOf(below, `${indent}  `))].join('\n');
