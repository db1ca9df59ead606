import { Database } from '@janus/knex';
import { migrationsOf, type Row, type Table } from '@janus/knex/tables';
import { CannotRunError } from '../cannot-run-error.js';
import { MIGRATE, noneUnknown } from '../migrations.js';
import { takenOff } from '../transfer/burdens.js';
import { dangling } from '../transfer/dangling.js';
import { open, Side } from '../transfer/side.js';
import { rawKey, type RawKey } from '../transfer/span.js';
import { described, movedTables, type MovedTable } from '../transfer/table.js';
import { entityFault } from './entities.js';
import type { Finding } from './finding.js';
import { schemaFindings } from './schema.js';
import { wordFindings } from './words.js';

export interface CheckOptions {
  readonly onFinding?: ((finding: Finding) => void) | undefined;
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined;
}

/** How far a check is. */
export interface CheckProgress {
  readonly table: string;
  /** Rows that were read, of about how many. */
  readonly done: number;
  readonly total: number;
}

export interface CheckResult {
  readonly outcome: 'sound' | 'faulty';
  /** How many findings there were. */
  readonly findings: number;
}

/** How many rows are read at a time. */
const PAGE = 512;

const INTERRUPTED: Finding = {
  where: 'indexes',
  what: 'a transfer into it was interrupted, and has yet to put on again what it took off',
  advice: 'run the same `janus transfer` again, until it says that both sides are identical',
};

const CORRECT = 'correct it where it came from, or delete the row';

/**
 * Tells whether a database is as Janus needs it: its server, its schema, its references, and every row. Nothing is changed.
 * @throws CannotRunError when it cannot be reached, or its tables are another application's
 */
export async function check(url: string, options: CheckOptions = {}): Promise<CheckResult> {
  const side = new Side('database', await open('database', url));
  let findings = 0;
  const report = (all: readonly Finding[]) => {
    for (const finding of all) options.onFinding?.(finding);
    findings += all.length;
  };
  try {
    report(await needFindings(side));
    if ((await takenOff(side)).length > 0) report([INTERRUPTED]);
    const { ran, pending, unknown } = await side.do(migrationsOf);
    if (ran.length === 0) throw new CannotRunError('it has no tables of Janus’s; is this its URL?');
    noneUnknown(unknown);
    report(
      pending.map((name) => ({
        where: 'migrations',
        what: `${name} has not run`,
        advice: MIGRATE,
      })),
    );
    // Of a schema that is yet to be migrated, all that differs would be told twice.
    if (pending.length === 0) {
      const before = findings;
      const tables = await withReference(async (reference) => {
        const found = await described(side);
        report(schemaFindings(reference, found));
        return findings > before ? [] : movedTables(reference, found);
      });
      await checkRows(tables, side, report, options);
    }
  } finally {
    await side.database.close();
  }
  return { outcome: findings > 0 ? 'faulty' : 'sound', findings };
}

async function needFindings(side: Side): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { what, sql, met, advice } of side.database.dialect.catalogue.needs) {
    const row = await side.do(async (database) =>
      database.row(`check.need ${what}`, {}, () => database.knex.select('*').fromRaw(`(${sql}) as found`)),
    );
    const value = String(row?.['value']);
    if (!met(value)) findings.push({ where: what, what: `it is ${value}`, advice });
  }
  return findings;
}

/** Works with a database in which every migration just ran. */
async function withReference<Result>(
  work: (reference: { readonly database: Database; readonly tables: readonly Table[] }) => Promise<Result>,
): Promise<Result> {
  const database = await Database.open('sqlite::memory:');
  try {
    await database.migrate();
    return await work(await described(new Side('database', database)));
  } finally {
    await database.close();
  }
}

async function checkRows(
  tables: readonly MovedTable[],
  side: Side,
  report: (findings: readonly Finding[]) => void,
  { onProgress }: CheckOptions,
): Promise<void> {
  const counts = await Promise.all(tables.map(async (table) => side.count(table.name)));
  const counted = counts.reduce((sum, count) => sum + count, 0);
  let done = 0;
  for (const table of tables) {
    const refused = await dangling(table, side, { after: null, upTo: null });
    report(refused.map(({ key, what, reason }) => rowFinding(table, key, `${what} must be ${reason}`)));
    for (let after: RawKey | null = null; ;) {
      const rows = await side.page(table, after, null, PAGE);
      const sound: Row[] = [];
      for (const row of rows) {
        const { key, unfit } = table.canonical(row);
        const fault = entityFault(table.name, row);
        if (unfit.length > 0) {
          report(unfit.map(({ column, reason }) => rowFinding(table, key, `${column} must be ${reason}`)));
        } else if (fault !== null) report([rowFinding(table, key, fault)]);
        else sound.push(row);
      }
      if (table.name === 'images' && sound.length > 0) report(await wordFindings(side, sound));
      done += rows.length;
      onProgress?.({ table: table.name, done, total: Math.max(counted, done) });
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) break;
      after = rawKey(table, last);
    }
  }
}

const rowFinding = ({ name }: MovedTable, key: readonly unknown[], what: string): Finding => ({
  where: `${name} ${JSON.stringify(key.length === 1 ? key[0] : key)}`,
  what,
  advice: CORRECT,
});
