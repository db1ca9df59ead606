import type { Step } from './plan.js';
import { selectsOf, type Select } from './plan-selects.js';

export interface Line {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** What a table is read by, that gives one row at the most. */
const ONE_ROW = /[( ]id=\?\)/;

/** The line of a select inside of another. */
const INNER = /^(?:CO-ROUTINE |MATERIALIZE |.*SUBQUERY \d)/;

const CONSTANT = /^SCAN (?:CONSTANT ROW|\d+ CONSTANT ROWS|\d+-ROW VALUES CLAUSE)/;

/**
 * The plan of SQLite, which tells no number of rows. How many a derived table has, its limit tells.
 * @param few derived tables that have few rows by their nature
 */
export function sqlitePlan(sql: string, lines: readonly Line[], few: ReadonlySet<string>): Step {
  const { ended } = selectsOf(sql);
  const named = new Map(ended.flatMap((select) => (select.name === null ? [] : [[select.name, select]])));
  const whole = ended.at(-1);
  const isFew = (select: Select | null | undefined): boolean =>
    select ? (select.name !== null && few.has(select.name)) || isFew(select.outer) : false;

  const readings = new Map<string, number>();
  /** How many rows a line of a join finds, for each of those before it. */
  const found = (detail: string): number => {
    if (CONSTANT.test(detail) || ONE_ROW.test(detail)) return 1;
    return readings.get(/^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1] ?? '') ?? Infinity;
  };

  const stepsOf = (parent: number, select: Select | undefined): Step[] => {
    const here = lines.filter((line) => line.parent === parent);
    const below = new Map<number, Step[]>();
    for (const { id, detail } of here) {
      const [, name, number] = /^(?:CO-ROUTINE|MATERIALIZE) (\S+)|SUBQUERY (\d+)$/.exec(detail) ?? [];
      const inner = name === undefined ? (number === undefined ? select : ended[Number(number) - 1]) : named.get(name);
      below.set(id, stepsOf(id, inner));
      if (name !== undefined) readings.set(name, isFew(inner) ? 0 : rowsOf(id, inner));
    }
    return here.map(({ id, detail }) => ({ ...stepOf(detail, id, parent, select), steps: below.get(id) ?? [] }));
  };

  /** How many rows a select finds at the most. */
  const rowsOf = (parent: number, select: Select | undefined): number => {
    const here = lines.filter((line) => line.parent === parent);
    const joined = here.filter(({ detail }) => /^(?:SCAN|SEARCH) /.test(detail)).map(({ detail }) => found(detail));
    // What does nothing but pass on another's rows has no line for that.
    const passed = here.flatMap(({ detail }) => readings.get(/^CO-ROUTINE (\S+)/.exec(detail)?.[1] ?? '') ?? []);
    const all = joined.length > 0 ? joined : passed;
    const product = all.length === 0 ? Infinity : all.reduce((rows, one) => (one === 0 ? 0 : rows * one), 1);
    return Math.min(product, select?.limit ?? Infinity);
  };

  const stepOf = (detail: string, id: number, parent: number, select: Select | undefined): Omit<Step, 'steps'> => {
    const index = / USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1];
    const limits = INNER.test(detail) && limitOf(id, detail);
    if (detail.startsWith('USE TEMP B-TREE')) {
      // What is there once only is gathered until there is enough.
      const enough = detail.endsWith('DISTINCT') ? (select?.limit ?? Infinity) : Infinity;
      const rows = isFew(select) ? 0 : Math.min(enough, rowsOf(parent, undefined));
      const sorts = detail.endsWith('ORDER BY');
      return { told: detail, gathers: sorts ? 'a sort' : 'a temporary table', rows };
    }
    if (detail.includes('AUTOMATIC')) return { told: detail, gathers: 'a temporary table', rows: found(detail) };
    // A skip-scan looks once for each of a column's values, however many there are.
    if (detail.startsWith('SEARCH ') && detail.includes('(ANY(')) return { told: detail, reads: 'an index', index };
    if (detail.startsWith('SEARCH ')) return { told: detail, reads: 'a part', index };
    if (detail.startsWith('SCAN ') && !CONSTANT.test(detail)) {
      const [, table = ''] = /^SCAN (\S+)/.exec(detail) ?? [];
      if (named.has(table) || table.startsWith('(subquery-')) return { told: detail };
      return { told: detail, reads: / USING (?:COVERING )?INDEX /.test(detail) ? 'an index' : 'a table', index };
    }
    return { told: detail, limits, exhausts: INNER.test(detail) };
  };

  /** Whether a select ends when there is enough: it has a limit, and nothing in it is gathered first. */
  const limitOf = (parent: number, detail: string): boolean => {
    const [, name, number] = /^(?:CO-ROUTINE|MATERIALIZE) (\S+)|SUBQUERY (\d+)$/.exec(detail) ?? [];
    const select = name === undefined ? ended[Number(number) - 1] : named.get(name);
    return endsEarly(parent, select);
  };
  const endsEarly = (parent: number, select: Select | undefined) =>
    select !== undefined &&
    select.limit < Infinity &&
    !lines.some((line) => line.parent === parent && /^USE TEMP B-TREE FOR (?!DISTINCT)/.test(line.detail));

  return { told: 'SQLite', limits: endsEarly(0, whole), steps: stepsOf(0, whole) };
}
