import type { RefusedRow } from './plan.js';
import type { Side } from './side.js';
import { piecesIn, within, type Span } from './span.js';
import type { MovedTable } from './table.js';

/** The rows of a span that refer to what is not there: somebody has written them with the rules of the source turned off. */
export async function dangling(table: MovedTable, source: Side, span: Span): Promise<readonly RefusedRow[]> {
  return source.do(async (database) => {
    const found: RefusedRow[] = [];
    for (const { rule, column, parent, parentKey } of table.references) {
      for (const piece of piecesIn(table, database, span)) {
        // By the parent's key, row by row: what the planner would rather do is to read all parents, for each range.
        const rows = await database.rows(`transfer.dangling ${rule}`, piece, (given) =>
          within(database.knex({ child: table.name }), given, 'child.')
            .select(table.names.map((name) => `child.${name}`))
            .whereNotNull(`child.${column.name}`)
            .whereRaw('(select 1 from ?? as parent where ?? = ?? limit 1) is null', [
              parent,
              `parent.${parentKey}`,
              `child.${column.name}`,
            ]),
        );
        const refused = { table: table.name, what: rule, reason: `a row of ${parent} that is there` };
        for (const row of rows) found.push({ ...refused, key: table.canonical(row).key });
      }
    }
    return found;
  });
}
