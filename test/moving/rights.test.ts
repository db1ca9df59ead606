import { randomBytes } from 'node:crypto';
import { transfer } from '@janus/cli';
import { expect } from 'chai';
import { names, useHouses } from './houses.js';
import { fillMany } from './many.js';

/** How each server is told of a user who may read and write rows, and do nothing else. */
const USERS: Readonly<Record<string, (user: string, password: string, database: string) => readonly string[]>> = {
  postgres: (user, password) => [
    `create role ${user} login password '${password}'`,
    `grant select, insert, update, delete on all tables in schema public to ${user}`,
  ],
  mysql: (user, password, database) => [
    `create user ${user} identified by '${password}'`,
    `grant select, insert, update, delete on ${database}.* to ${user}`,
  ],
  mariadb: (user, password, database) => [
    `create user ${user}@'%' identified by '${password}'`,
    `grant select, insert, update, delete on ${database}.* to ${user}@'%'`,
  ],
};

for (const name of names.filter((one) => one in USERS)) {
  describe(`a user who may read and write the rows of ${name}, and no more`, function rights() {
    this.timeout(60_000);
    if (!names.includes('sqlite')) return;
    const house = useHouses();
    const user = `janus_mover_${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');

    it('moves rows there', async () => {
      const [from, to] = [house('sqlite'), house(name)];
      const { knex } = to.database;
      await fillMany(from.store, 1_200);
      const url = new URL(to.url);
      const statements = USERS[name]?.(user, password, url.pathname.slice(1)) ?? [];
      try {
        for (const statement of statements) await knex.raw(statement);
        [url.username, url.password] = [user, password];
        expect((await transfer(from.url, url.href)).outcome).to.equal('identical');
        expect((await transfer(from.url, url.href)).outcome).to.equal('identical');
      } finally {
        if (name === 'postgres') await knex.raw(`drop owned by ${user}`);
        await knex.raw(`drop ${name === 'postgres' ? 'role' : 'user'} ${user}`);
      }
    });
  });
}
