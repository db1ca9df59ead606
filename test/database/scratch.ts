import { inspect } from 'node:util';
import type { Database } from '@janus/knex';
import { expect } from 'chai';

/** A value that must not be told to anybody. */
export const secret = 'b3hu1tMyBXf-secret';

const tables = ['scratch_notes', 'scratch_memberships', 'scratch_people', 'scratch_places'];

/** Makes tables with every rule that a schema can have, each named as Janus's migrations name theirs. */
export async function makeScratch({ knex }: Database): Promise<void> {
  await knex.schema.createTable('scratch_places', (t) => {
    t.integer('id').notNullable();
    t.string('name', 40).notNullable();
    t.primary(['id'], 'scratch_places_id_unique');
  });
  await knex.schema.createTable('scratch_people', (t) => {
    t.integer('id').notNullable();
    t.string('email', 40).notNullable();
    t.string('first', 40).notNullable();
    t.string('last', 40).notNullable();
    t.integer('age').notNullable();
    t.integer('home_id');
    t.integer('work_id');
    t.primary(['id'], 'scratch_people_id_unique');
    t.unique(['email'], { indexName: 'scratch_people_email_unique' });
    t.unique(['first', 'last'], { indexName: 'scratch_people_first_last_unique' });
    t.check('?? >= 0', ['age'], 'scratch_people_age_check');
    t.index(['home_id'], 'scratch_people_home_id_index');
    t.index(['work_id'], 'scratch_people_work_id_index');
    t.foreign('home_id', 'scratch_people_home_id_foreign').references('scratch_places.id').onDelete('RESTRICT');
    t.foreign('work_id', 'scratch_people_work_id_foreign').references('scratch_places.id').onDelete('SET NULL');
  });
  await knex.schema.createTable('scratch_memberships', (t) => {
    t.integer('person_id').notNullable();
    t.integer('place_id').notNullable();
    t.primary(['person_id', 'place_id'], 'scratch_memberships_person_id_place_id_unique');
    t.index(['place_id'], 'scratch_memberships_place_id_index');
    t.foreign('person_id', 'scratch_memberships_person_id_foreign').references('scratch_people.id').onDelete('CASCADE');
    t.foreign('place_id', 'scratch_memberships_place_id_foreign').references('scratch_places.id').onDelete('RESTRICT');
  });
  await knex.schema.createTable('scratch_notes', (t) => {
    t.integer('about_id').notNullable();
    t.string('body', 40);
    t.primary(['about_id'], 'scratch_notes_about_id_unique');
    t.foreign('about_id', 'scratch_notes_about_id_foreign').references('scratch_people.id');
  });
}

export async function fillScratch(database: Database): Promise<void> {
  await emptyScratch(database);
  await database.insert('scratch_places', [
    { id: 1, name: 'Paris' },
    { id: 2, name: 'Rome' },
    { id: 3, name: 'Oslo' },
  ]);
  await database.insert('scratch_people', [person({ id: 1, home_id: 1, work_id: 3 })]);
  await database.insert('scratch_memberships', [{ person_id: 1, place_id: 2 }]);
  await database.insert('scratch_notes', [{ about_id: 1, body: null }]);
}

async function emptyScratch({ knex }: Database): Promise<void> {
  for (const table of tables) await knex(table).delete();
}

export async function dropScratch({ knex }: Database): Promise<void> {
  for (const table of tables) await knex.schema.dropTableIfExists(table);
}

/** A person who breaks no rule but those that the given values break. */
export const person = (values: { readonly id: number } & Readonly<Record<string, unknown>>) => ({
  email: `${values.id}@example.org`,
  first: `first ${values.id}`,
  last: `last ${values.id}`,
  age: 30,
  home_id: null,
  work_id: null,
  ...values,
});

/** Says whether any part of an error tells a text: message, stack, cause, own and hidden properties, JSON. */
export function expectNotToTell(error: Error, text: string): void {
  expect(inspect(error, { depth: null, showHidden: true })).not.to.include(text);
  expect(`${error.message} ${error.stack} ${inspect(error.cause)} ${String(error)}`).not.to.include(text);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.to.include(text);
}
