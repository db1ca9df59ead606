import type { Step } from './plan.js';
import { selectsOf } from './plan-selects.js';

/** A line of MariaDB's plan: one table, or derived table, of the select whose number it has. */
export interface Line {
  readonly id: number | null;
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly rows: number | string | null;
  readonly Extra: string | null;
}

const DERIVED = /^<(?:derived|union|subquery)/;

/** The plan of MariaDB. It numbers selects in the order they begin in; their limits are in the statement alone. */
export function mariadbPlan(sql: string, lines: readonly Line[]): Step {
  const { begun } = selectsOf(sql);
  const selects = [...new Set(lines.map(({ id }) => id))].map((id) => {
    const joined = lines.filter((line) => line.id === id);
    const limit = id === null ? Infinity : (begun[id - 1]?.limit ?? Infinity);
    const rows = joined.reduce((product, line) => product * Number(line.rows ?? 1), 1);
    const sorts = joined.some(({ Extra }) => Extra?.includes('Using filesort'));
    const gathers = joined.some(({ Extra }) => Extra?.includes('Using temporary'));
    const tables = joined.map(tableOf);
    const step = { told: `select ${id ?? 'union'}, limit ${limit}`, limits: limit < Infinity && !sorts, steps: tables };
    if (sorts) return { ...step, gathers: 'a sort' as const, rows };
    return gathers ? { ...step, gathers: 'a temporary table' as const, rows: Math.min(rows, limit) } : step;
  });
  return { told: 'MariaDB', steps: selects };
}

function tableOf({ table, type, key, rows, Extra }: Line): Step {
  return {
    told: `${table} ${type} ${key} rows=${rows} ${Extra}`,
    reads: readsOf(table, type),
    index: key ?? undefined,
    gathers: Extra?.includes('Using join buffer') ? 'a temporary table' : undefined,
    rows: Number(rows ?? 0),
    steps: [],
  };
}

function readsOf(table: string | null, type: string | null): Step['reads'] {
  if (table === null || DERIVED.test(table)) return undefined;
  if (type === 'ALL') return 'a table';
  return type === 'index' ? 'an index' : 'a part';
}
