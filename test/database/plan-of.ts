import type { Database } from '@janus/knex';
import { mariadbPlan, type Line as MariadbLine } from './plan-mariadb.js';
import { mysqlPlan } from './plan-mysql.js';
import { postgresPlan, type Node } from './plan-postgres.js';
import { sqlitePlan, type Line as SqliteLine } from './plan-sqlite.js';
import type { Step } from './plan.js';

export type DialectName = 'sqlite' | 'postgres' | 'mysql' | 'mariadb';

export interface Statement {
  readonly sql: string;
  readonly bindings: Parameters<Database['dialect']['send']>[1][number]['bindings'];
}

type Row = Readonly<Record<string, unknown>>;
type Ask = (sql: string, bindings?: Statement['bindings']) => Promise<readonly Row[]>;

/** All that differs between the databases here. */
interface Planner {
  /** The statement that tells the planner what is in some tables. */
  readonly analyse: (tables: readonly string[]) => string;
  /** Tells the planner of this connection what it is to plan for. */
  readonly ready: readonly string[];
  /** The plans of a statement: that for its values and, if there is one, that for any values. */
  readonly plans: (statement: Statement, ask: Ask, few: ReadonlySet<string>) => Promise<readonly Step[]>;
}

/** Those members of Knex's client that are used here; Knex has no types for them. */
interface Client {
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: unknown): Promise<void>;
}

const quoted = (value: Statement['bindings'][number]): string => {
  if (value === null || value === undefined) return 'null';
  const text = value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : JSON.stringify(value);
  return `'${text.replaceAll("'", "''")}'`;
};

export const planners: Readonly<Record<DialectName, Planner>> = {
  sqlite: {
    analyse: () => 'analyze',
    ready: [],
    plans: async ({ sql, bindings }, ask, few) => [
      sqlitePlan(sql, (await ask(`explain query plan ${sql}`, bindings)) as unknown as SqliteLine[], few),
    ],
  },
  postgres: {
    // Vacuumed, too, as it is by itself soon: until then ids are not read off an index alone, and how many images a range has, counted
    // by age, may be worth a sort to it.
    analyse: (tables) => `vacuum analyze ${tables.join(', ')}`,
    // Tables as small as these it would rather read from end to end, and join as a whole, than use their indexes: it is to do
    // so only where nothing else is possible, as with large ones. And a page is as cheap from anywhere as it is in memory.
    ready: [
      'set enable_seqscan = off',
      'set enable_hashjoin = off',
      'set enable_mergejoin = off',
      'set random_page_cost = 1.1',
    ],
    // A statement that is prepared has, from its sixth time on, a plan for whatever values it is given, or goes on having
    // one for those of each time: both must do.
    async plans({ sql, bindings }, ask) {
      await ask(`prepare janus_plan as ${sql}`);
      const plans: Step[] = [];
      for (const mode of ['force_custom_plan', 'force_generic_plan']) {
        await ask(`set plan_cache_mode = ${mode}`);
        const values = bindings.length > 0 ? `(${bindings.map(quoted).join()})` : '';
        const [row] = await ask(`explain (format json) execute janus_plan${values}`);
        const [{ Plan: plan }] = JSON.parse(String(row?.['QUERY PLAN'])) as [{ Plan: Node }];
        plans.push({ told: mode, steps: [postgresPlan(plan)] });
      }
      await ask('deallocate janus_plan');
      return plans;
    },
  },
  mysql: {
    analyse: (tables) => `analyze table ${tables.join(', ')}`,
    ready: [],
    plans: async ({ sql, bindings }, ask) => {
      const [row] = await ask(`explain format=tree ${sql}`, bindings);
      return [mysqlPlan(String(row?.['EXPLAIN']))];
    },
  },
  mariadb: {
    analyse: (tables) => `analyze table ${tables.join(', ')}`,
    ready: [],
    plans: async ({ sql, bindings }, ask) => [
      mariadbPlan(sql, (await ask(`explain ${sql}`, bindings)) as unknown as MariadbLine[]),
    ],
  },
};

/** Asks a database for the plans of statements, on a connection of its own, which nobody has after that. */
export async function plansOf<One extends Statement>(
  { knex, dialect }: Database,
  statements: readonly One[],
  few: ReadonlySet<string>,
): Promise<(One & { readonly plan: Step })[]> {
  const { ready, plans } = planners[dialect.name as DialectName];
  const client = knex.client as Client;
  const connection = await client.acquireRawConnection();
  const ask: Ask = async (sql, bindings = []) => {
    if (bindings.length === 0) return dialect.query(connection, sql);
    const [answer] = await dialect.send(connection, [{ name: 'plan', sql, bindings }]);
    return answer?.rows ?? [];
  };
  const planned: (One & { readonly plan: Step })[] = [];
  try {
    await dialect.prepare(connection);
    for (const sql of ready) await ask(sql);
    for (const statement of statements) {
      for (const plan of await plans(statement, ask, few)) planned.push({ ...statement, plan });
    }
  } finally {
    await client.destroyRawConnection(connection);
  }
  return planned;
}
