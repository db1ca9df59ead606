import { createHash } from 'node:crypto';
import { InvalidError, type UserId } from '@janus/core';
import { adminLevel, check, instant as instantRule, newUser, passwordHash } from '@janus/core/adapter';
import { origin, required, type Adoption, type Around, type Made } from './adoption.js';
import { instant, number, reference, text, textOrBytes, type OldRow } from './cells.js';

/** What the prototype’s words for its admins are among the levels from 1 to 100. */
const LEVELS: Readonly<Record<string, number>> = { superadmin: 100, admin: 50, moderator: 10 };

/** @throws InvalidError */
function levelOf(row: OldRow): number {
  const value = row.cell('admin_level');
  if (typeof value !== 'string')
    return check(adminLevel, required(number(row, 'admin_level'), 'admin_level'), 'admin_level');
  const word = value.trim().toLowerCase();
  const level = /^\d{1,3}$/.test(word) ? Number(word) : Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
  if (level === undefined)
    throw new InvalidError('admin_level', 'choice', `one of ${Object.keys(LEVELS).join(', ')}, or 1 to 100`);
  return check(adminLevel, level, 'admin_level');
}

/** Tells a user from others: so little of a digest that nobody is found by it. */
export const likeness = (source: string, row: OldRow): readonly string[] =>
  ['username', 'email'].map((column) =>
    createHash('sha256')
      .update(JSON.stringify([source, String(row.id), column, String(row.cell(column))]))
      .digest('hex')
      .slice(0, 8),
  );

const admin = ({ database: { dialect } }: Around, user: UserId, level: number, at: Date): Made => ({
  table: 'admins',
  row: { user_id: dialect.idValue(user), level, granted_by: null, granted_at: at },
});

export const users: Adoption = {
  table: 'users',
  times: ['created_at'],
  // With its log entry: a user that was removed since does not come back.
  marks: ({ id }, log) => [
    { table: 'users', id },
    { table: 'logs', id: log },
  ],
  make(row, { id, at, known }, around) {
    const user = id as UserId;
    const values = check(newUser, {
      email: required(text(row, 'email'), 'email'),
      username: required(text(row, 'username'), 'username'),
    });
    const hash = textOrBytes(row, 'password_hash');
    const role = text(row, 'role');
    const { dialect } = around.database;
    const made: Made[] = [
      {
        table: 'users',
        row: {
          id: dialect.idValue(user),
          email: values.email,
          username: values.username,
          password_hash: hash === null ? null : check(passwordHash, hash, 'password_hash'),
          created_at: at,
          updated_at: check(instantRule, instant(row, 'updated_at') ?? at, 'updated_at'),
        },
      },
      origin(around, 'users', row, at, {
        userId: user,
        more: {
          became: user,
          likeness: likeness(around.source, row),
          ...(role !== null && { role }),
          ...(!known && { unknown: ['createdAt'] }),
        },
      }),
    ];
    // Where there is a row of admins, that says what the user may.
    if (role?.trim().toLowerCase() === 'admin' && !around.isAdmin(row.id))
      made.push(admin(around, user, LEVELS['admin'] ?? 1, at));
    return made;
  },
};

export const admins: Adoption = {
  table: 'admins',
  times: ['created_at'],
  // The log entry alone: whoever is no admin any more does not become one again.
  marks: (_, log) => [{ table: 'logs', id: log }],
  make(row, { at, known }, around) {
    const user = around.user(required(reference(row, 'user_id'), 'user_id'), 'user_id');
    const level = levelOf(row);
    const word = text(row, 'admin_level');
    return [
      admin(around, user, level, at),
      origin(around, 'admins', row, at, {
        userId: user,
        more: { admin_level: word, ...(!known && { unknown: ['grantedAt'] }) },
      }),
    ];
  },
};
