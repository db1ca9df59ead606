import type { Database } from '@janus/knex';
import { TABLES } from '@janus/knex/tables';
import { expect } from 'chai';
import { dangling } from '../../packages/cli/dist/transfer/dangling.js';
import { compareLines } from '../../packages/cli/dist/transfer/lines.js';
import { Side } from '../../packages/cli/dist/transfer/side.js';
import { rawKey } from '../../packages/cli/dist/transfer/span.js';
import { described, movedTables } from '../../packages/cli/dist/transfer/table.js';
import { planners, plansOf, type DialectName, type Statement } from '../database/plan-of.js';
import { faultsOf, indexesOf, textOf } from '../database/plan.js';
import { names, useHouses } from './houses.js';
import { fillMany } from './many.js';

const IMAGES = 1_200;
const PAGE = 64;

/** What has no plan by itself, and what is asked of the database's own tables. */
const PLANLESS = /^(?:begin|commit|rollback|copy \w+ \()/i;

/** The statements by which a table's ranges are read. */
async function statementsOf(
  database: Database,
  other: Database,
): Promise<readonly (Statement & { readonly table: string })[]> {
  const side = new Side('database', database);
  const asked = new Map<string, Statement & { readonly table: string }>();
  // A server says more of what columns hold than SQLite does.
  for (const table of movedTables(await described(side), await described(new Side('target', other)))) {
    const rows = await side.page(table, null, null, 3 * PAGE);
    const [low, high] = [rows[PAGE], rows.at(-1)];
    if (!low || !high) continue;
    const listen = ({ sql, bindings }: Statement) => {
      const inner = /^COPY \(([^]*)\) TO STDOUT$/.exec(sql)?.[1];
      if (!PLANLESS.test(sql)) asked.set(sql, { table: table.name, sql: inner ?? sql, bindings });
    };
    database.knex.on('query', listen);
    const span = { after: table.canonical(low).key, upTo: table.canonical(high).key };
    await side.page(table, null, null, PAGE);
    await side.page(table, rawKey(table, low), null, PAGE);
    await side.page(table, rawKey(table, low), rawKey(table, high), PAGE);
    const { lines } = database.dialect.catalogue;
    if (lines && table.rewrite) await side.lines(table, lines, rawKey(table, low), PAGE);
    await side.rows(table, span);
    await dangling(table, side, span);
    await compareLines(table, span, Buffer.alloc(0), side);
    database.knex.removeListener('query', listen);
  }
  return [...asked.values()];
}

/** A table of SQLite's without row ids is its primary key: it is read in that order, up to the limit, and nothing is sorted. */
const isInOrder = (fault: string, sql: string) =>
  /^reads a whole table: SCAN image_(?:tags|words|analyses)$/.test(fault) && / limit \d+$/.test(sql);

for (const name of names) {
  describe(`reading ranges of ${name}`, function reading() {
    this.timeout(60_000);
    const house = useHouses();

    it('goes along the primary key, and looks nothing up without one', async () => {
      const { database, store } = house(name);
      const other = house(names.find((one) => one !== name) ?? name);
      await fillMany(store, IMAGES);
      await store.tags.list();
      await database.knex.raw(planners[database.dialect.name as DialectName].analyse(TABLES));
      const planned = await plansOf(database, await statementsOf(database, other.database), new Set());
      expect(planned).to.have.lengthOf.above(20);
      const faults = planned.flatMap(({ table, sql, plan }) => {
        const others = indexesOf(plan).filter((index) => !/^(?:PRIMARY|\w+_unique|sqlite_autoindex_\w+)$/.test(index));
        const found = [
          ...faultsOf(plan).filter((fault) => !isInOrder(fault, sql)),
          ...others.map((index) => `follows ${index}`),
        ];
        return found.map((fault) => `${table}: ${fault}\n${sql}\n${textOf(plan)}`);
      });
      expect(faults.join('\n\n')).to.equal('');
    });
  });
}
