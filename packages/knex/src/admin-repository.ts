import {
  NotFoundError,
  type Admin,
  type AdminRepository,
  type Grant,
  type Page,
  type PageRequest,
  type UserId,
} from '@janus/core';
import { adminLevel, page as pageRule, userPlace, check, grant, userId } from '@janus/core/adapter';
import { id, instant, nullable, number } from './columns.js';
import { calls } from './calls.js';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';
import { newestFirst, type Table } from './newest-first.js';

const toAdmin = (row: Row): Admin => ({
  userId: id(row['user_id']),
  level: number(row['level']),
  grantedBy: nullable(row['granted_by'], id<'user'>),
  grantedAt: instant(row['granted_at']),
});

const ADMINS: Table<Admin> = {
  name: 'admins',
  columns: ['user_id', 'level', 'granted_by', 'granted_at'],
  id: 'user_id',
  place: userPlace,
  item: toAdmin,
  idOf: (admin) => admin.userId,
};

export class KnexAdminRepository implements AdminRepository {
  static {
    calls(this, 'admins');
  }

  constructor(private readonly database: Database) {}

  async grant(user: UserId, given: Grant): Promise<Admin> {
    const key = { user_id: this.#idValue(user) };
    const { level, grantedBy } = check(grant, given);
    const values = {
      level,
      granted_by: grantedBy ? this.database.dialect.idValue(grantedBy) : null,
      granted_at: new Date(),
    };
    return this.database.runUntilSettled(['admins_user_id_unique'], async () => {
      const updated = await this.database.update('admins.grant', 'admins', values, key, (of) =>
        this.#admins().where(of),
      );
      if (updated === 0) await this.database.insert('admins', [{ ...key, ...values }]);
      return toAdmin({ ...key, ...values });
    });
  }

  async revoke(user: UserId): Promise<void> {
    const revoked = await this.database.delete('admins', { user_id: this.#idValue(user) });
    if (revoked === 0) throw new NotFoundError('admin');
  }

  async find(user: UserId): Promise<Admin | null> {
    const row = await this.database.row('admins.find', { user_id: this.#idValue(user) }, (key) =>
      this.#admins().select(ADMINS.columns).where(key),
    );
    return row && toAdmin(row);
  }

  async isAdmin(user: UserId, level = 1): Promise<boolean> {
    const least = check(adminLevel, level, 'level');
    return ((await this.levelOf(user)) ?? 0) >= least;
  }

  async levelOf(user: UserId): Promise<number | null> {
    return (await this.find(user))?.level ?? null;
  }

  async list(page: PageRequest = {}): Promise<Page<Admin>> {
    return newestFirst(this.database, ADMINS, { equal: {}, ids: {} }, check(pageRule, page), 'admins.list');
  }

  #admins() {
    return this.database.knex('admins');
  }

  #idValue(user: UserId) {
    return this.database.dialect.idValue(check(userId, user, 'userId'));
  }
}
