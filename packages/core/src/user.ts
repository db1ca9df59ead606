import { z } from 'zod';
import type { CallOptions } from './call.js';
import { userId, type UserId } from './id.js';
import type { Page, PageRequest } from './page.js';
import { changesOf, instant, normalText, text } from './rules.js';

/** Somebody who uploads images. The password hash is kept beside it, and never part of it. */
export interface User {
  readonly id: UserId;
  /** In its normal form (trimmed, NFKC, lower case); no two users have one. */
  readonly email: string;
  /** In its normal form, like the e-mail; no two users have one. */
  readonly username: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewUser {
  /** For imports; made if left out. Given together with `createdAt`, it must carry that instant. */
  readonly id?: UserId | undefined;
  readonly createdAt?: Date | undefined;
  /** Up to 254 characters, with one @ that has something on both sides, and no spaces. */
  readonly email: string;
  /** Up to 64 characters. */
  readonly username: string;
}

/** The fields to change; those left out stay as they are. */
export type UserChanges = Partial<Pick<NewUser, 'email' | 'username'>>;

/** What a login needs. The hash is text of the application's making, such as that of argon2. */
export interface Credentials {
  readonly userId: UserId;
  readonly passwordHash: string;
}

export interface UserRepository {
  /** @throws DuplicateError `users_email_unique`, `users_username_unique` or `users_id_unique` */
  create(user: NewUser, options?: CallOptions): Promise<User>;
  find(id: UserId, options?: CallOptions): Promise<User | null>;
  /** @throws NotFoundError */
  get(id: UserId, options?: CallOptions): Promise<User>;
  /** Without regard to case and surrounding space. */
  findByEmail(email: string, options?: CallOptions): Promise<User | null>;
  /** Without regard to case and surrounding space. */
  findByUsername(username: string, options?: CallOptions): Promise<User | null>;
  /** Newest first. */
  list(page?: PageRequest, options?: CallOptions): Promise<Page<User>>;
  /** @throws NotFoundError, DuplicateError, InvalidError (also when there is nothing to change) */
  update(id: UserId, changes: UserChanges, options?: CallOptions): Promise<User>;
  /**
   * Removes the user, and what makes it an admin. Log entries stay, and are nobody's.
   * @throws NotFoundError
   * @throws StillReferencedError `images_owner_id_foreign`: it has images, in the trash perhaps; purge those first
   */
  remove(id: UserId, options?: CallOptions): Promise<void>;
  /** Sets the hash, or (null) takes it away, so that nobody can log in. Moves `updatedAt`. @throws NotFoundError */
  setPasswordHash(id: UserId, passwordHash: string | null, options?: CallOptions): Promise<void>;
  /** By e-mail; null if there is no such user, or it has no password hash. */
  findCredentials(email: string, options?: CallOptions): Promise<Credentials | null>;
}

/** The token by which a container provides the users. */
export const UserRepository: unique symbol = Symbol.for('@janus/core/UserRepository');

// Lower-casing can undo NFKC and NFKC can undo lower-casing; a second round settles it for every character of Unicode.
const round = (value: string) => value.normalize('NFKC').toLowerCase().trim();
const normal = (value: string) => round(round(value));

export const email = normalText(254, normal, /^[^@\s]+@[^@\s]+$/u, 'an address such as ada@example.org');
export const username = normalText(64, normal, /^\P{Cc}*$/u, 'no control characters');
export const passwordHash = text(255);
export const newUser = z.strictObject({ id: userId.optional(), createdAt: instant.optional(), email, username });
export const userChanges = changesOf(z.strictObject({ email: email.optional(), username: username.optional() }));
export const userPlace = z.tuple([userId]);
