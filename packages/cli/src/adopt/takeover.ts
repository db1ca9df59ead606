import { DuplicateError, InvalidError, type Id, type UserId } from '@janus/core';
import { KnexUserRepository, type Database } from '@janus/knex';
import { CannotRunError } from '../cannot-run-error.js';
import type { AdoptedTable, AdoptOptions, AdoptResult, RowNotTaken } from './options.js';
import { identify, originId, type Adoption, type Around, type Identity, type Made } from './adoption.js';
import type { OldRow } from './cells.js';
import { analytics, logs, security } from './events.js';
import { fileReader } from './files.js';
import { analyses, images } from './pictures.js';
import { admins, likeness, users } from './people.js';
import { versionOf } from './prototype.js';
import { References } from './references.js';
import type { Source } from './source.js';
import type { Broken, Target } from './target.js';

/** Parents before children. */
const ADOPTIONS: readonly Adoption[] = [users, admins, images, analyses, logs, analytics, security];

/** How many rows are taken over at a time. */
const PAGE = 256;

/** What the target breaks when it has the row already: another run was quicker, or the log entry about it was pruned. */
const THERE: ReadonlySet<string> = new Set([
  'users_id_unique',
  'images_id_unique',
  'image_analyses_image_id_kind_unique',
  'logs_id_unique',
  'analytics_id_unique',
]);

/** Columns of the source whose fields have other names in Janus. */
const COLUMNS: Readonly<Record<string, string>> = {
  bitDepth: 'bit_depth',
  colorType: 'color_type',
  compression: 'compression_method',
  topic: 'research_topic',
};

/** One run of a takeover. */
export class Takeover {
  readonly #name: string;
  readonly #database: Database;
  #owner: UserId | null = null;
  #done = 0;
  #total = 0;

  constructor(
    private readonly source: Source,
    private readonly target: Target,
    private readonly options: AdoptOptions,
  ) {
    this.#name = options.name ?? 'prototype';
    this.#database = target.database;
  }

  async all(): Promise<AdoptResult> {
    const there = ADOPTIONS.filter(({ table }) => this.source.columns.has(table));
    this.#total = there.reduce((sum, { table }) => sum + this.source.count(table), 0);
    const file = await fileReader(this.options.files);
    const tables: AdoptedTable[] = [];
    for (const adoption of ADOPTIONS) tables.push(await this.#table(adoption, file));
    const leftOut = this.source.leftOut();
    const partial = leftOut.some(({ holds }) => holds) || tables.some(({ refused }) => refused > 0);
    return {
      outcome: partial ? 'partial' : 'complete',
      version: versionOf(this.source.columns),
      tables,
      leftOut,
    };
  }

  async #table(adoption: Adoption, file: Around['file']): Promise<AdoptedTable> {
    const name = adoption.table;
    const counts = { rows: 0, taken: 0, before: 0, refused: 0 };
    if (!this.source.columns.has(name)) return { name, there: false, ...counts };
    for (let after: bigint | null = null; ;) {
      const rows = this.source.page(name, after, PAGE);
      const last = rows.at(-1);
      if (!last) break;
      after = last.place;
      const { taken, before, refused } = await this.#page(adoption, rows, file);
      counts.rows += rows.length;
      counts.taken += taken;
      counts.before += before;
      counts.refused += refused;
      this.#done += rows.length;
      this.options.onProgress?.({ table: name, done: this.#done, total: Math.max(this.#done, this.#total) });
    }
    return { name, there: true, ...counts };
  }

  async #page(adoption: Adoption, rows: readonly OldRow[], file: Around['file']) {
    let refused = 0;
    const refuse = (row: OldRow, error: Broken) => {
      refused += 1;
      this.options.onRefused?.(notTaken(adoption.table, row, error));
    };
    const known: { readonly row: OldRow; readonly identity: Identity }[] = [];
    for (const row of rows) {
      await attempt(
        () => known.push({ row, identity: identify(this.#name, adoption, row) }),
        (error) => refuse(row, error),
      );
    }
    const fresh = await this.#fresh(adoption, known);
    const around = await this.#around(
      fresh.map(({ row }) => row),
      file,
    );
    const ready: { readonly row: OldRow; readonly made: readonly Made[] }[] = [];
    for (const { row, identity } of fresh) {
      await attempt(
        async () => ready.push({ row, made: await adoption.make(row, identity, around) }),
        (error) => refuse(row, error),
      );
    }
    let before = known.length - fresh.length;
    let taken = 0;
    const broken = ready.length > 0 ? await this.target.write(ready.map(({ made }) => made)) : [];
    for (const [at, { row }] of ready.entries()) {
      const error = broken[at];
      if (!error) taken += 1;
      else if (error instanceof DuplicateError && THERE.has(error.rule)) before += 1;
      else refuse(row, error);
    }
    return { taken, before, refused };
  }

  /** Those that were not taken over before. */
  async #fresh(adoption: Adoption, known: readonly { readonly row: OldRow; readonly identity: Identity }[]) {
    const marks = known.map(({ row, identity }) =>
      adoption.marks(identity, originId(this.#name, adoption.table, row, identity.at)),
    );
    const ids = new Map<string, Id<string>[]>();
    for (const { table, id } of marks.flat()) ids.set(table, [...(ids.get(table) ?? []), id]);
    const there = new Map<string, ReadonlySet<string>>();
    for (const [table, some] of ids) there.set(table, await this.target.there(table, some));
    const fresh = known.filter((_, at) => !marks[at]?.some(({ table, id }) => there.get(table)?.has(id)));
    if (adoption === users) await this.#refuseAnother(known.filter((one) => !fresh.includes(one)));
    return fresh;
  }

  /** Refuses a source whose users are not those that were taken over under its name: their images would become others'. */
  async #refuseAnother(known: readonly { readonly row: OldRow; readonly identity: Identity }[]): Promise<void> {
    const origins = await this.target.origins(
      known.map(({ row, identity }) => originId(this.#name, users.table, row, identity.at)),
    );
    for (const { row, identity } of known) {
      const before = origins.get(originId(this.#name, users.table, row, identity.at))?.['likeness'];
      const now = likeness(this.#name, row);
      if (Array.isArray(before) && !now.some((one) => before.includes(one)))
        throw new CannotRunError(
          `users ${row.id} is another than the one that was taken over from the source of this name; give a second source another name (--name)`,
        );
    }
  }

  async #around(rows: readonly OldRow[], file: Around['file']): Promise<Around> {
    const references = await References.of(rows, this.source, this.target, this.#name);
    return {
      database: this.#database,
      source: this.#name,
      user: (old, column) => references.user(old, column),
      hasUser: (old) => references.hasUser(old),
      image: (old, column) => references.image(old, column),
      isAdmin: (old) => this.source.isAdmin(old),
      owner: async () => (this.#owner ??= await this.#findOwner()),
      file,
    };
  }

  async #findOwner(): Promise<UserId> {
    const { owner } = this.options;
    if (owner === undefined)
      throw new InvalidError('user_id', 'required', 'a user; --owner names one for images that have none');
    const repository = new KnexUserRepository(this.#database);
    try {
      return await this.target.run(async () => {
        const found = await repository.findByEmail(owner);
        return (found ?? (await repository.create({ email: owner, username: Array.from(owner).slice(0, 64).join('') })))
          .id;
      });
    } catch (error) {
      if (error instanceof DuplicateError)
        throw new CannotRunError(
          'the owner cannot be made: another user has that name; create a user with that e-mail first',
        );
      throw error;
    }
  }
}

/** Does something for a row that may break a rule. */
async function attempt(work: () => unknown, refuse: (error: Broken) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    refuse(error);
  }
}

function notTaken(table: string, { id }: OldRow, error: Broken): RowNotTaken {
  if (error instanceof InvalidError) {
    const [field = ''] = error.field.split('.');
    const metadata = table === 'images' ? 'image_metadata' : 'metadata';
    const what = field === 'metadata' ? metadata : (COLUMNS[field] ?? field);
    return { table, id, what, rule: error.rule, allowed: error.allowed };
  }
  const duplicate = error instanceof DuplicateError;
  return {
    table,
    id,
    what: error.rule,
    rule: duplicate ? 'duplicate' : 'reference',
    allowed: duplicate ? 'what no other row has already' : 'a row that there is',
  };
}
