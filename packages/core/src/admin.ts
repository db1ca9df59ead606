import { z } from 'zod';
import type { CallOptions } from './call.js';
import { userId, type UserId } from './id.js';
import type { Page, PageRequest } from './page.js';
import { whole } from './rules.js';

/** A user's right to administer. */
export interface Admin {
  readonly userId: UserId;
  /** 1 to 100; the application says what a level may do. */
  readonly level: number;
  /** Who gave it; null when that user is gone, or nobody did (the first admin). */
  readonly grantedBy: UserId | null;
  readonly grantedAt: Date;
}

export interface Grant {
  readonly level: number;
  readonly grantedBy?: UserId | null | undefined;
}

export interface AdminRepository {
  /**
   * Makes a user an admin, or changes the level of one.
   * @throws MissingReferenceError `admins_user_id_foreign` or `admins_granted_by_foreign`
   */
  grant(userId: UserId, grant: Grant, options?: CallOptions): Promise<Admin>;
  /** @throws NotFoundError when the user is no admin */
  revoke(userId: UserId, options?: CallOptions): Promise<void>;
  find(userId: UserId, options?: CallOptions): Promise<Admin | null>;
  /** Whether the user is an admin, of at least this level (1, if left out). */
  isAdmin(userId: UserId, level?: number, options?: CallOptions): Promise<boolean>;
  /** The user's level; null for those who are no admins. */
  levelOf(userId: UserId, options?: CallOptions): Promise<number | null>;
  /** In the order of the users' age, youngest first. */
  list(page?: PageRequest, options?: CallOptions): Promise<Page<Admin>>;
}

/** The token by which a container provides the admins. */
export const AdminRepository: unique symbol = Symbol.for('@janus/core/AdminRepository');

export const adminLevel = whole(1, 100);
export const grant = z.strictObject({ level: adminLevel, grantedBy: userId.nullish() });
