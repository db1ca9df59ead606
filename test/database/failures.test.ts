import { DuplicateError, InvalidError, MissingReferenceError, StillReferencedError } from '@janus/core';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import { refusal } from '../contract/store.js';
import { url } from './empty-database.js';
import { dropScratch, fillScratch, makeScratch, person } from './scratch.js';

async function expectDuplicate(work: Promise<Error>, rule: string): Promise<void> {
  const error = await work;
  expect(error).to.be.instanceOf(DuplicateError).with.property('rule', rule);
}

async function expectMissing(work: Promise<Error>, rule: string): Promise<void> {
  const error = await work;
  expect(error).to.be.instanceOf(MissingReferenceError).with.property('rule', rule);
}

async function expectReferenced(work: Promise<Error>, rule: string): Promise<void> {
  const error = await work;
  expect(error).to.be.instanceOf(StillReferencedError).with.property('rule', rule);
}

async function expectInvalid(work: Promise<Error>, field: string, rule: string): Promise<void> {
  const error = await work;
  expect(error).to.be.instanceOf(InvalidError).that.includes({ field, rule });
}

describe('a broken rule of the schema', () => {
  let database: Database;

  before(async function open() {
    database = await Database.open(url);
    await dropScratch(database);
    await makeScratch(database);
  });
  beforeEach(async () => fillScratch(database));
  after(async function close() {
    await dropScratch(database);
    await database.close();
  });

  const people = () => database.knex('scratch_people');
  const refusedPerson = async (values: Parameters<typeof person>[0]) =>
    refusal(database.insert('scratch_people', [person(values)]));
  const refusedRemoval = async (id: number) => refusal(database.delete('scratch_places', { id }));
  const refusedChange = async (values: Readonly<Record<string, unknown>>, id = 1) =>
    refusal(database.update('people', 'scratch_people', values, { id }, (given) => people().where(given)));

  describe('that a key is unique', () => {
    it('is told by the key, for one column', async () => {
      await expectDuplicate(refusedPerson({ id: 2, email: '1@example.org' }), 'scratch_people_email_unique');
    });

    it('is told by the key, for two columns', async () => {
      const twin = refusedPerson({ id: 2, first: 'first 1', last: 'last 1' });
      await expectDuplicate(twin, 'scratch_people_first_last_unique');
    });

    it('is told by the key where the value looks like an error message', async () => {
      const email = "x' for key 'a.PRIMARY'";
      await database.insert('scratch_people', [person({ id: 2, email })]);
      await expectDuplicate(refusedPerson({ id: 3, email }), 'scratch_people_email_unique');
    });

    it('is told by the primary key', async () => {
      await expectDuplicate(refusedPerson({ id: 1, email: 'x', first: 'x' }), 'scratch_people_id_unique');
    });

    it('is told by a primary key of one column with another name', async () => {
      const again = refusal(database.insert('scratch_notes', [{ about_id: 1, body: null }]));
      await expectDuplicate(again, 'scratch_notes_about_id_unique');
    });

    it('is told by a primary key of two columns', async () => {
      const again = refusal(database.insert('scratch_memberships', [{ person_id: 1, place_id: 2 }]));
      await expectDuplicate(again, 'scratch_memberships_person_id_place_id_unique');
    });

    it('is told for a change', async () => {
      await database.insert('scratch_people', [person({ id: 2 })]);
      await expectDuplicate(refusedChange({ email: '2@example.org' }), 'scratch_people_email_unique');
    });

    it('is told for two rows of one insert', async () => {
      const twins = [person({ id: 2 }), person({ id: 3, email: '2@example.org' })];
      await expectDuplicate(refusal(database.insert('scratch_people', twins)), 'scratch_people_email_unique');
    });
  });

  describe('that what is referred to exists', () => {
    it('is told by the first of two references', async () => {
      await expectMissing(refusedPerson({ id: 2, home_id: 99, work_id: 2 }), 'scratch_people_home_id_foreign');
    });

    it('is told by the second of two references', async () => {
      await expectMissing(refusedPerson({ id: 2, home_id: 2, work_id: 99 }), 'scratch_people_work_id_foreign');
    });

    it('is told by the one that is given, where the other is absent', async () => {
      await expectMissing(refusedPerson({ id: 2, work_id: 99 }), 'scratch_people_work_id_foreign');
    });

    it('is told for a reference that is part of a primary key', async () => {
      const stray = refusal(database.insert('scratch_memberships', [{ person_id: 1, place_id: 99 }]));
      await expectMissing(stray, 'scratch_memberships_place_id_foreign');
    });

    it('is told for a change', async () => {
      await expectMissing(refusedChange({ work_id: 99 }), 'scratch_people_work_id_foreign');
    });

    it('is told for one row among many', async () => {
      const many = Array.from({ length: 700 }, (_, index) =>
        person({ id: index + 2, home_id: index === 600 ? 99 : 1 }),
      );
      await expectMissing(refusal(database.insert('scratch_people', many)), 'scratch_people_home_id_foreign');
    });
  });

  describe('that what is referred to stays', () => {
    it('is told by the one reference that is in the way', async () => {
      await expectReferenced(refusedRemoval(1), 'scratch_people_home_id_foreign');
    });

    it('is told by the reference of another table', async () => {
      await expectReferenced(refusedRemoval(2), 'scratch_memberships_place_id_foreign');
    });

    it('is told by a reference without any word on what becomes of it', async () => {
      const removal = refusal(database.delete('scratch_people', { id: 1 }));
      await expectReferenced(removal, 'scratch_notes_about_id_foreign');
    });

    it('is told where the row to remove was found by something else than its key', async () => {
      const removal = refusal(database.delete('scratch_places', { name: 'Paris' }));
      await expectReferenced(removal, 'scratch_people_home_id_foreign');
    });

    it('is told where the rows to remove were found by a query', async () => {
      const removal = database.deleteWhere('places below', 'scratch_places', { id: 2 }, (given) =>
        database.knex('scratch_places').where('id', '<', given.id),
      );
      await expectReferenced(refusal(removal), 'scratch_people_home_id_foreign');
    });

    it('is told for a key that would change', async () => {
      const change = refusal(
        database.update('place', 'scratch_places', { id: 9 }, { id: 1 }, (given) =>
          database.knex('scratch_places').where(given),
        ),
      );
      await expectReferenced(change, 'scratch_people_home_id_foreign');
    });

    it('is not in the way of a row to which nothing refers, or only what lets it go', async () => {
      expect(await database.delete('scratch_places', { id: 3 })).to.equal(1);
      expect(await people().pluck('work_id')).to.deep.equal([null]);
    });
  });

  describe('that a value is given', () => {
    it('is told by table and column', async () => {
      await expectInvalid(refusedPerson({ id: 2, last: null }), 'scratch_people.last', 'required');
    });

    it('is told for a change', async () => {
      await expectInvalid(refusedChange({ age: null }), 'scratch_people.age', 'required');
    });

    it('is told for one row among many', async () => {
      const many = [person({ id: 2 }), person({ id: 3, email: null })];
      const error = refusal(database.insert('scratch_people', many));
      await expectInvalid(error, 'scratch_people.email', 'required');
    });
  });

  describe('that a value passes a check', () => {
    it('is told by the check', async () => {
      await expectInvalid(refusedPerson({ id: 2, age: -1 }), 'scratch_people_age_check', 'check');
    });

    it('is told for a change', async () => {
      await expectInvalid(refusedChange({ age: -1 }), 'scratch_people_age_check', 'check');
    });
  });

  it('is told alike inside a unit of work, which goes on', async () => {
    await database.run(async () => {
      await expectDuplicate(refusedPerson({ id: 2, email: '1@example.org' }), 'scratch_people_email_unique');
      await expectMissing(refusedPerson({ id: 2, work_id: 99 }), 'scratch_people_work_id_foreign');
      const removal = refusal(database.delete('scratch_places', { id: 1 }));
      await expectReferenced(removal, 'scratch_people_home_id_foreign');
      await database.insert('scratch_people', [person({ id: 2 })]);
    });
    expect(await people().orderBy('id').pluck('id')).to.deep.equal([1, 2]);
  });

  it('leaves nothing of an insert of many rows behind', async () => {
    const many = [...Array.from({ length: 700 }, (_, index) => person({ id: index + 2 })), person({ id: 1 })];
    await refusal(database.run(async () => database.insert('scratch_people', many)));
    expect(await people().pluck('id')).to.deep.equal([1]);
  });
});
