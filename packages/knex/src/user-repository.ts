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
import { id, instant, nullable, text } from './columns.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { newestFirst, type Table } from './newest-first.js';

export const USER_COLUMNS = ['id', 'email', 'username', 'created_at', 'updated_at'];

export const toUser = (row: Row): User => ({
  id: id(row['id']),
  email: text(row['email']),
  username: text(row['username']),
  createdAt: instant(row['created_at']),
  updatedAt: instant(row['updated_at']),
});

const USERS: Table<User> = {
  name: 'users',
  columns: USER_COLUMNS,
  id: 'id',
  place: userPlace,
  item: toUser,
  idOf: (user) => user.id,
};

export class KnexUserRepository implements UserRepository {
  static {
    calls(this, 'users');
  }

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
    return this.#find({ id: this.#idValue(user) });
  }

  async get(user: UserId): Promise<User> {
    const found = await this.find(user);
    if (!found) throw new NotFoundError('user');
    return found;
  }

  async findByEmail(address: string): Promise<User | null> {
    return this.#find({ email: check(email, address, 'email') });
  }

  async findByUsername(name: string): Promise<User | null> {
    return this.#find({ username: check(username, name, 'username') });
  }

  async list(page: PageRequest = {}): Promise<Page<User>> {
    return newestFirst(this.database, USERS, { equal: {}, ids: {} }, check(pageRule, page), 'users.list');
  }

  async update(user: UserId, changes: UserChanges): Promise<User> {
    const key = { id: this.#idValue(user) };
    const values = check(userChanges, changes);
    return this.database.run(async () => {
      const updated = await this.#update(key, values);
      if (updated === 0) throw new NotFoundError('user');
      return this.get(user);
    });
  }

  async remove(user: UserId): Promise<void> {
    const removed = await this.database.delete('users', { id: this.#idValue(user) });
    if (removed === 0) throw new NotFoundError('user');
  }

  async setPasswordHash(user: UserId, hash: string | null): Promise<void> {
    const key = { id: this.#idValue(user) };
    const value = hash === null ? null : check(passwordHash, hash, 'passwordHash');
    const updated = await this.#update(key, { password_hash: value });
    if (updated === 0) throw new NotFoundError('user');
  }

  async findCredentials(address: string): Promise<Credentials | null> {
    const key = { email: check(email, address, 'email') };
    const row = await this.database.row('users.findCredentials', key, (given) =>
      this.#users().select('id', 'password_hash').where(given),
    );
    const hash = nullable(row?.['password_hash'], text);
    return row && hash !== null ? { userId: id(row['id']), passwordHash: hash } : null;
  }

  async #find(key: Row): Promise<User | null> {
    const row = await this.database.row('users.find', key, (given) => this.#users().select(USER_COLUMNS).where(given));
    return row && toUser(row);
  }

  async #update(key: Row, changes: Row): Promise<number> {
    const set = { ...changes, updated_at: new Date() };
    return this.database.update('users.update', 'users', set, key, (given) => this.#users().where(given));
  }

  #users() {
    return this.database.knex('users');
  }

  #idValue(user: UserId) {
    return this.database.dialect.idValue(check(userId, user, 'id'));
  }
}
