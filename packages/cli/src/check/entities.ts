import { InvalidError } from '@janus/core';
import {
  adminLevel,
  analysisKind,
  check,
  identify,
  imageId,
  instant as instantRule,
  json as jsonRule,
  newAnalyticsEvent,
  newImage,
  newLogEntry,
  newUser,
  passwordHash,
  seen,
  tagName,
  text as textRule,
  userId,
} from '@janus/core/adapter';
import { hashPart, id, instant, json, nullable, number, text, toAnalysis, toImage, type Row } from '@janus/knex/tables';

/** Reads a row as what it stands for, by core's rules. @throws InvalidError, or a TypeError for what no driver gives */
type ReadEntity = (row: Row) => void;

const at = (row: Row, column: string) => check(instantRule, instant(row[column]), column);

/** Refuses a text that core would have stored otherwise. */
function inNormalForm(field: string, stored: string, normal: string): void {
  if (stored !== normal) throw new InvalidError(field, 'normal form', 'text in its normal form');
}

const ENTITIES: Readonly<Record<string, ReadEntity>> = {
  users(row) {
    const createdAt = at(row, 'created_at');
    const user = { id: id<'user'>(row['id']), createdAt, email: text(row['email']), username: text(row['username']) };
    const checked = check(newUser, user);
    identify(user.id, createdAt, 'created_at');
    inNormalForm('email', user.email, checked.email);
    inNormalForm('username', user.username, checked.username);
    nullable(row['password_hash'], (hash) => check(passwordHash, hash, 'password_hash'));
    at(row, 'updated_at');
  },

  admins(row) {
    check(userId, id(row['user_id']), 'user_id');
    check(adminLevel, number(row['level']), 'level');
    nullable(row['granted_by'], (user) => check(userId, id(user), 'granted_by'));
    at(row, 'granted_at');
  },

  images(row) {
    const { version, updatedAt, deletedAt, ...image } = toImage(row);
    check(newImage, image);
    identify(image.id, image.createdAt, 'created_at');
    check(seen, { version: Math.min(version, 2 ** 31 - 2) });
    check(instantRule, updatedAt, 'updated_at');
    if (deletedAt) check(instantRule, deletedAt, 'deleted_at');
    if (nullable(row['trashed'], number) !== (deletedAt && 1))
      throw new InvalidError('trashed', 'agreement', 'whether it is in the trash');
    for (const part of [0, 1, 2, 3]) {
      const column = `perceptual_hash_${part}`;
      const expected = image.perceptualHash === null ? null : hashPart(image.perceptualHash, part);
      if (nullable(row[column], number) !== expected)
        throw new InvalidError(column, 'agreement', 'the part of the perceptual hash that it is');
    }
  },

  image_analyses(row) {
    const { imageId: image, kind, result, createdAt, updatedAt } = toAnalysis(row);
    check(imageId, image, 'image_id');
    check(analysisKind, kind, 'kind');
    check(jsonRule, result, 'result');
    check(instantRule, createdAt, 'created_at');
    check(instantRule, updatedAt, 'updated_at');
  },

  tags(row) {
    // A tag's id is made as those of others are.
    check(imageId, id(row['id']), 'id');
    inNormalForm('name', text(row['name']), check(tagName, row['name'], 'name'));
  },

  image_tags(row) {
    check(imageId, id(row['image_id']), 'image_id');
    check(imageId, id(row['tag_id']), 'tag_id');
  },

  image_words(row) {
    check(textRule(64), row['word'], 'word');
    check(imageId, id(row['image_id']), 'image_id');
  },

  logs(row) {
    const timestamp = at(row, 'timestamp');
    const entry = {
      id: id<'log'>(row['id']),
      timestamp,
      level: text(row['level']),
      action: text(row['action']),
      module: text(row['module']),
      userId: nullable(row['user_id'], id),
      imageId: nullable(row['image_id'], id),
      metadata: json(row['metadata']),
    };
    check(newLogEntry, entry);
    identify(entry.id, timestamp, 'timestamp');
  },

  analytics(row) {
    const createdAt = at(row, 'created_at');
    const event = {
      id: id<'analytics'>(row['id']),
      createdAt,
      topic: text(row['topic']),
      data: json(row['data']),
      imageId: nullable(row['image_id'], id),
    };
    check(newAnalyticsEvent, event);
    identify(event.id, createdAt, 'created_at');
  },
};

/** What is wrong with a row as an entity, or null. */
export function entityFault(table: string, row: Row): string | null {
  try {
    ENTITIES[table]?.(row);
    return null;
  } catch (error) {
    if (error instanceof InvalidError) return `${error.field} must be ${error.allowed}`;
    // What the readers of columns say, and JSON's parser, which quotes what it reads.
    return error instanceof TypeError ? error.message : 'JSON that is none';
  }
}
