import type { Step } from './plan.js';

/** What is read here of a node of PostgreSQL's plan. */
export interface Node {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Strategy?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly Node[];
}

const GATHERING: Readonly<Record<string, Step['gathers']>> = {
  Sort: 'a sort',
  Hash: 'a temporary table',
  Materialize: 'a temporary table',
  Aggregate: 'a temporary table',
};

const readsOf = (node: Node): Step['reads'] => {
  const type = node['Node Type'];
  if (type === 'Seq Scan') return 'a table';
  if (type !== 'Index Scan' && type !== 'Index Only Scan' && type !== 'Bitmap Index Scan') return undefined;
  return node['Index Cond'] === undefined ? 'an index' : 'a part';
};

export function postgresPlan(node: Node): Step {
  const type = node['Node Type'];
  const step = {
    told: `${type} ${node.Strategy ?? ''} ${node['Relation Name'] ?? ''} ${node['Index Name'] ?? ''} rows=${node['Plan Rows']}`,
    reads: readsOf(node),
    index: node['Index Name'],
    // An aggregate that is not hashed keeps nothing but its one group.
    gathers: type === 'Aggregate' && node.Strategy !== 'Hashed' ? undefined : GATHERING[type],
    rows: node['Plan Rows'],
    limits: type === 'Limit',
    exhausts: type === 'Aggregate' || type === 'WindowAgg' || type === 'ModifyTable',
  };
  const below = (node.Plans ?? []).map((inner) => {
    const plan = postgresPlan(inner);
    // A subquery is run to its end, for whatever row it is asked.
    const own = ['SubPlan', 'InitPlan'].includes(inner['Parent Relationship'] ?? '');
    return own ? { told: inner['Parent Relationship'] ?? '', exhausts: true, steps: [plan] } : plan;
  });
  return { ...step, told: step.told.replaceAll(/ +/g, ' '), steps: below };
}
