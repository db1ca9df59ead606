import { check, grant } from '@janus/core/adapter';
import type { Knex } from 'knex';
import { Database } from '../src/database.js';
import { KnexUserRepository } from '../src/user-repository.js';
import { namedPeople, peopleCount, person, type Newcomer } from './people.js';
import { absent } from './rows.js';
import { DAY, readScale } from './scale.js';

// No one is given a password: one that everybody can read here would be a way in.
export async function seed(knex: Knex): Promise<void> {
  const database = Database.of(knex);
  const users = new KnexUserRepository(database);
  const everybody = Array.from({ length: peopleCount(readScale()) }, (_, position) => person(position));
  await database.run(async () => {
    const added = new Set<string>();
    for (const newcomer of await absent(database, 'users', everybody)) {
      const { id, createdAt, email, username } = newcomer;
      // Somebody else may have taken the address or the name since.
      if ((await users.findByEmail(email)) || (await users.findByUsername(username))) continue;
      await users.create({ id, createdAt, email, username });
      added.add(username);
    }
    // Only who is new here is made an admin: whose rights were revoked does not get them back.
    await grantAll(
      database,
      namedPeople.filter(({ username }) => added.has(username)),
    );
  });
}

// The repository would note that all of it was granted just now.
async function grantAll(database: Database, newcomers: readonly Newcomer[]): Promise<void> {
  const { dialect } = database;
  const granters = namedPeople.filter(({ admin }) => admin);
  const gone = new Set((await absent(database, 'users', granters)).map(({ id }) => id));
  const rows = newcomers.flatMap(({ id, createdAt, admin }) => {
    if (!admin) return [];
    const granter = granters.find(({ username }) => username === admin.grantedBy);
    const grantedBy = granter && !gone.has(granter.id) ? granter.id : null;
    const given = check(grant, { level: admin.level, grantedBy });
    return {
      user_id: dialect.idValue(id),
      level: given.level,
      granted_by: grantedBy && dialect.idValue(grantedBy),
      granted_at: new Date(createdAt.getTime() + DAY),
    };
  });
  await database.insert('admins', rows);
}
