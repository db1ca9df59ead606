import type { Database } from '@janus/knex';
import { expect } from 'chai';

/** What became of a unit of work, as its caller was told. */
export interface Told {
  readonly number: number;
  readonly outcome: 'kept' | 'unknown' | 'failed';
}

/** The parts of each unit of work that are in the database. */
async function partsOf({ knex }: Database): Promise<ReadonlyMap<number, string>> {
  const parts = new Map<number, string[]>();
  const note = (number: number, part: string) => parts.set(number, [...(parts.get(number) ?? []), part]);
  const entries: { module: string; action: string }[] = await knex('logs')
    .select('module', 'action')
    .whereIn('action', ['begun', 'done']);
  for (const { module, action } of entries) note(Number(module), action);
  const images: { id: unknown; filename: string; version: number }[] = await knex('images').select(
    'filename',
    'version',
  );
  for (const { filename, version } of images) note(parseInt(filename), `image ${version}`);
  const tags: { filename: string }[] = await knex('image_tags')
    .join('images', 'images.id', 'image_tags.image_id')
    .select('filename');
  for (const { filename } of tags) note(parseInt(filename), 'tag');
  return new Map([...parts].map(([number, list]) => [number, list.toSorted().join(' ')]));
}

const WHOLE = 'begun done image 2 tag tag tag';

/** That every unit that was told to be kept is whole, none that failed is there, and no other is there in part. */
export async function expectWhatWasTold(database: Database, told: readonly Told[]): Promise<void> {
  const parts = await partsOf(database);
  const wrong = {
    lost: told.filter(({ number, outcome }) => outcome === 'kept' && parts.get(number) !== WHOLE),
    halfThere: [...parts].filter(([, there]) => there !== WHOLE),
    thereThoughFailed: told.filter(({ number, outcome }) => outcome === 'failed' && parts.has(number)),
  };
  expect(wrong).to.deep.equal({ lost: [], halfThere: [], thereThoughFailed: [] });
}

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  sqlite: ['pragma integrity_check', 'pragma foreign_key_check'],
  postgres: [
    'create extension if not exists amcheck',
    `select bt_index_check(index => c.oid, heapallindexed => true) from pg_index i join pg_class c on c.oid = i.indexrelid
     join pg_am a on a.oid = c.relam where a.amname = 'btree' and c.relpersistence = 'p'`,
  ],
  mysql: ['check table images, image_tags, image_words, logs, tags, users extended'],
};

/** That the database itself finds no fault with what it has stored. */
export async function expectIntegrity({ knex, dialect }: Database): Promise<void> {
  const checks = CHECKS[dialect.name] ?? CHECKS['mysql'] ?? [];
  for (const check of checks) {
    const answer: unknown = await knex.raw(check);
    const text = JSON.stringify(answer);
    const faults = {
      'pragma integrity_check': () => expect(text).to.equal('[{"integrity_check":"ok"}]'),
      'pragma foreign_key_check': () => expect(text).to.equal('[]'),
    }[check];
    if (faults) faults();
    else if (check.startsWith('check table')) expect(text).not.to.match(/"Msg_type":"(?:error|warning)"/i);
  }
}
