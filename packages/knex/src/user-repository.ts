import { NotFoundError } from '@janus/core';
import type { Credentials, NewUser, Page, PageRequest, User, UserChanges, UserId, UserRepository } from '@janus/core';
import {
  check,
  email,
  identify,
  newUser,
  passwordHash,
  userChanges,
  userId,
  username,
  page as pageRule,
  userPlace,
} from '@janus/core/adapter';
import type { Knex } from 'knex';
import { id, instant, nullable, text } from './columns.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { newestFirst } from './page.js';

const COLUMNS = ['id', 'email', 'username', 'created_at', 'updated_at'];

const toUser = (row: Row): User => ({
  id: id(row['id']),
  email: text(row['email']),
  username: text(row['username']),
  createdAt: instant(row['created_at']),
  updatedAt: instant(row['updated_at']),
});

export class KnexUserRepository implements UserRepository {
  constructor(private readonly database: Database) {}

  async create(user: NewUser): Promise<User> {
    const values = check(newUser, user);
    const identity = identify(values.id, values.createdAt, 'createdAt');
    const row = {
      id: this.database.dialect.idValue(identity.id),
      email: values.email,
      username: values.username,
      created_at: identity.at,
      updated_at: identity.at,
    };
    await this.database.insert('users', [row]);
    return toUser(row);
  }

  async find(user: UserId): Promise<User | null> {
    return this.#find(this.#withId(user));
  }

  async get(user: UserId): Promise<User> {
    const found = await this.find(user);
    if (!found) throw new NotFoundError('user');
    return found;
  }

  async findByEmail(address: string): Promise<User | null> {
    return this.#find(this.#users().where('email', check(email, address, 'email')));
  }

  async findByUsername(name: string): Promise<User | null> {
    return this.#find(this.#users().where('username', check(username, name, 'username')));
  }

  async list(page: PageRequest = {}): Promise<Page<User>> {
    return newestFirst(this.database, this.#users().select(COLUMNS), check(pageRule, page), 'users.list', {
      column: 'id',
      place: userPlace,
      item: toUser,
      id: (user) => user.id,
    });
  }

  async update(user: UserId, changes: UserChanges): Promise<User> {
    const query = this.#withId(user);
    const values = check(userChanges, changes);
    return this.database.run(async () => {
      const updated = await this.database.update('users', { ...values, updated_at: new Date() }, query);
      if (updated === 0) throw new NotFoundError('user');
      return this.get(user);
    });
  }

  async remove(user: UserId): Promise<void> {
    const removed = await this.database.delete('users', { id: this.#idValue(user) });
    if (removed === 0) throw new NotFoundError('user');
  }

  async setPasswordHash(user: UserId, hash: string | null): Promise<void> {
    const query = this.#withId(user);
    const value = hash === null ? null : check(passwordHash, hash, 'passwordHash');
    const updated = await this.database.update('users', { password_hash: value, updated_at: new Date() }, query);
    if (updated === 0) throw new NotFoundError('user');
  }

  async findCredentials(address: string): Promise<Credentials | null> {
    const query = this.#users()
      .select('id', 'password_hash')
      .where('email', check(email, address, 'email'));
    const row = await this.database.row(query);
    const hash = nullable(row?.['password_hash'], text);
    return row && hash !== null ? { userId: id(row['id']), passwordHash: hash } : null;
  }

  async #find(query: Knex.QueryBuilder): Promise<User | null> {
    const row = await this.database.row(query.select(COLUMNS));
    return row && toUser(row);
  }

  #users() {
    return this.database.knex('users');
  }

  #idValue(user: UserId) {
    return this.database.dialect.idValue(check(userId, user, 'id'));
  }

  #withId(user: UserId) {
    return this.#users().where('id', this.#idValue(user));
  }
}
