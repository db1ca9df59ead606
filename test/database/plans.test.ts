import * as janus from '@janus/knex';
import { expect } from 'chai';
import { readSchema } from '@janus/knex/tables';
import { openDatabase, openStore } from '../open-store.js';
import { changes, findings, purges, type Call, type Repositories } from './plan-calls.js';
import { fill } from './plan-data.js';
import { exceptions, FEW, unused } from './plan-exceptions.js';
import { planners, plansOf, type DialectName, type Statement } from './plan-of.js';
import { faultsOf, indexesOf, textOf, type Step } from './plan.js';

const TABLES = [
  'users',
  'admins',
  'images',
  'image_analyses',
  'tags',
  'image_tags',
  'image_words',
  'logs',
  'analytics',
];

/** What has no plan: it inserts rows that it is given, or begins or ends something. */
const PLANLESS = /^(?:begin|commit|rollback|savepoint|release|copy|insert(?![^]*\bselect\b))/i;

interface Asked extends Statement {
  /** The call that was the first to make this statement. */
  readonly call: string;
}

interface Planned extends Asked {
  readonly plan: Step;
}

interface Fault extends Planned {
  readonly fault: string;
}

/** The repositories, which note the methods that are called. */
function repositoriesOf(database: janus.Database, called: Set<string>): Repositories {
  const noting = <Repository extends object>(repository: Repository): Repository =>
    new Proxy(repository, {
      get(target, name) {
        called.add(`${target.constructor.name}.${String(name)}`);
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  return {
    users: noting(new janus.KnexUserRepository(database)),
    admins: noting(new janus.KnexAdminRepository(database)),
    images: noting(new janus.KnexImageRepository(database)),
    tags: noting(new janus.KnexTagRepository(database)),
    logs: noting(new janus.KnexLogRepository(database)),
    analytics: noting(new janus.KnexAnalyticsRepository(database)),
  };
}

/** The methods of every repository that there is. */
const methods = (): string[] =>
  Object.entries(janus).flatMap(([name, value]) =>
    typeof value === 'function' && name.endsWith('Repository')
      ? Object.getOwnPropertyNames(value.prototype)
          .filter((method) => method !== 'constructor')
          .map((method) => `${name}.${method}`)
      : [],
  );

/** Makes calls, and returns each statement that those made for the first time. */
async function statementsOf(database: janus.Database, calls: Iterable<Call>, to: Repositories): Promise<Asked[]> {
  const asked = new Map<string, Asked>();
  let call = '';
  const listen = ({ sql, bindings }: Statement) => {
    if (!PLANLESS.test(sql) && !asked.has(sql)) asked.set(sql, { call, sql, bindings });
  };
  database.knex.on('query', listen);
  for (const { name, make } of calls) {
    call = name;
    await make(to);
  }
  database.knex.removeListener('query', listen);
  return [...asked.values()];
}

const told = ({ call, sql, plan, fault }: Fault) => `${call}: ${fault}\n${sql.slice(0, 3_000)}\n${textOf(plan)}\n`;

describe('the plan of every statement', () => {
  const called = new Set<string>();
  const planned: Planned[] = [];
  let database: janus.Database;
  let store: Awaited<ReturnType<typeof openStore>>;
  let dialect: DialectName;

  before(async function makeEveryStatement() {
    this.timeout(120_000);
    store = await openStore();
    database = await openDatabase();
    dialect = database.dialect.name as DialectName;
    await store.empty();
    const data = await fill(database);
    const repositories = repositoriesOf(database, called);
    for (const calls of [findings(data), changes(data), purges(data)]) {
      // What was changed since is told before the plans are asked for, as a database does by itself after a while.
      await database.knex.raw(planners[dialect].analyse(TABLES));
      const statements = await statementsOf(database, calls, repositories);
      planned.push(...(await plansOf(database, statements, new Set(Object.keys(FEW)))));
    }
  });

  after(async function emptyAgain() {
    this.timeout(60_000);
    await store.empty();
    await database.knex.raw(planners[dialect].analyse(TABLES));
    await database.close();
    await store.close();
  });

  const isExcepted = (fault: Fault) =>
    exceptions.filter(
      (one) =>
        one.on.includes(dialect) &&
        one.calls.test(fault.call) &&
        (one.sql?.test(fault.sql) ?? true) &&
        one.fault.test(fault.fault),
    );
  const faults = () => planned.flatMap((one): Fault[] => faultsOf(one.plan).map((fault) => ({ ...one, fault })));

  it('is asked for: no method of a repository is left out', () => {
    expect(methods().filter((method) => !called.has(method))).to.deep.equal([]);
    expect(planned).to.have.lengthOf.above(500);
  });

  it('reads no whole table or index, and puts no more than a page of rows aside', () => {
    const found = faults().filter((fault) => isExcepted(fault).length === 0);
    const calls = [...new Set(found.map(({ call, fault }) => `${call}: ${fault}`))].join('\n');
    expect(found.length, `${found.slice(0, 5).map(told).join('\n')}\n${calls}\n`).to.equal(0);
  });

  it('is excepted from that only where it has to be', () => {
    const needed = new Set(faults().flatMap(isExcepted));
    const others = exceptions.filter((one) => one.on.includes(dialect) && !needed.has(one));
    expect(others.map(({ name }) => name).join('\n')).to.equal('');
  });

  it('looks for a file among those of its owner by its hash, and not one by one', () => {
    const lookups = planned.filter(({ sql }) => /\bwhere\b.*\bsha256\b/.test(sql));
    expect(lookups).to.have.lengthOf.above(0);
    const others = lookups.filter(({ plan }) => indexesOf(plan).includes('images_owner_id_id_index'));
    expect(others.map(({ call, plan }) => `${call}: ${textOf(plan)}`).join('\n')).to.equal('');
  });

  it('uses every index that keeps no rule', async () => {
    const used = new Set(planned.flatMap(({ plan }) => indexesOf(plan)));
    const excused = unused.filter(({ on }) => on.includes(dialect)).map(({ index }) => index);
    const idle: string[] = [];
    for (const { name: table, keys, references } of await readSchema(database)) {
      if (!TABLES.includes(table)) continue;
      const rules = keys.filter(({ kind }) => kind !== 'index');
      for (const { kind, name, columns } of keys) {
        const refers = references.some((reference) => reference.columns[0] === columns[0]);
        // Where a rule's own index begins with the same column, that one is enough.
        const serves = refers && !rules.some((rule) => rule.columns[0] === columns[0]);
        if (kind === 'index' && !serves && name !== null && !used.has(name)) idle.push(name);
      }
    }
    expect(idle.toSorted()).to.deep.equal(excused.toSorted());
  });
});
