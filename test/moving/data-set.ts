import * as fc from 'fast-check';
import { newId, type ImageId, type JsonObject, type JsonValue, type NewImage, type UserId } from '@janus/core';
import { instant, json, jsonObject, newImages, text } from '../contract/image-arbitraries.js';
import type { Store } from '../contract/store.js';

/** All that a store may hold. Who and what is referred to is said by their places. */
export interface DataSet {
  readonly users: readonly {
    readonly id?: UserId;
    readonly createdAt?: Date;
    readonly email: string;
    readonly username: string;
    readonly passwordHash: string | null;
  }[];
  readonly admins: readonly { readonly user: number; readonly level: number; readonly grantedBy: number | null }[];
  readonly images: readonly (Omit<NewImage, 'ownerId'> & { readonly owner: number; readonly trashed: boolean })[];
  readonly analyses: readonly { readonly image: number; readonly kind: string; readonly result: JsonValue }[];
  readonly logs: readonly {
    readonly timestamp?: Date;
    readonly action: string;
    readonly user: number | null;
    readonly image: number | null;
    readonly metadata: JsonObject;
  }[];
  readonly events: readonly {
    readonly createdAt?: Date;
    readonly topic: string;
    readonly image: number | null;
    readonly data: JsonValue;
  }[];
  /** Tags that no image has any more. */
  readonly loose: readonly string[];
}

const at = <Id>(ids: readonly Id[], place: number): Id => {
  const id = ids[place % ids.length];
  if (id === undefined) throw new Error('there is nothing to refer to');
  return id;
};

/** Stores all of it. */
export async function fill(store: Store, data: DataSet): Promise<void> {
  await store.unitOfWork.run(async () => {
    const users: UserId[] = [];
    for (const { passwordHash, ...user } of data.users) {
      const { id } = await store.users.create(user);
      if (passwordHash !== null) await store.users.setPasswordHash(id, passwordHash);
      users.push(id);
    }
    for (const { user, level, grantedBy } of users.length > 0 ? data.admins : []) {
      await store.admins.grant(at(users, user), { level, grantedBy: grantedBy === null ? null : at(users, grantedBy) });
    }
    const images: ImageId[] = [];
    for (const { owner, trashed, ...fields } of users.length > 0 ? data.images : []) {
      const { id } = await store.images.create({ ...fields, ownerId: at(users, owner) }, { onDuplicate: 'skip' });
      if (trashed && !images.includes(id)) await store.images.remove(id);
      images.push(id);
    }
    for (const { image, kind, result } of images.length > 0 ? data.analyses : [])
      await store.images.recordAnalysis(at(images, image), kind, result);
    for (const { user, image, ...entry } of data.logs) {
      await store.logs.append({
        ...entry,
        userId: user === null || users.length === 0 ? null : at(users, user),
        imageId: image === null || images.length === 0 ? null : at(images, image),
      });
    }
    for (const { image, ...event } of data.events) {
      await store.analytics.record({
        ...event,
        imageId: image === null || images.length === 0 ? null : at(images, image),
      });
    }
    const [first] = images;
    if (first !== undefined && data.loose.length > 0) {
      await store.images.tag(first, data.loose);
      await store.images.untag(first, data.loose);
    }
  });
}

const place = fc.nat(20);
const placeOrNone = fc.option(place, { nil: null });
const orNone = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const handle = fc.stringMatching(/^[a-zé東]{1,8}$/);

/** Any data set that may be stored, of values of all kinds. */
export const anything: fc.Arbitrary<DataSet> = fc.record({
  users: fc.uniqueArray(
    fc
      .record({ createdAt: instant, name: handle, passwordHash: orNone(text(255)) })
      .map(({ createdAt, name, passwordHash }) => ({
        createdAt,
        email: `${name}@example.org`,
        username: name,
        passwordHash,
      })),
    { minLength: 1, maxLength: 5, selector: ({ username }) => username.normalize('NFKC').toLowerCase() },
  ),
  admins: fc.array(fc.record({ user: place, level: fc.integer({ min: 1, max: 100 }), grantedBy: placeOrNone }), {
    maxLength: 3,
  }),
  images: fc.array(
    fc.tuple(newImages, place, fc.boolean()).map(([fields, owner, trashed]) => ({ ...fields, owner, trashed })),
    { maxLength: 8 },
  ),
  analyses: fc.array(fc.record({ image: place, kind: text(50), result: json }), { maxLength: 4 }),
  logs: fc.array(
    fc.record({ timestamp: instant, action: text(100), user: placeOrNone, image: placeOrNone, metadata: jsonObject }),
    { maxLength: 4 },
  ),
  events: fc.array(fc.record({ createdAt: instant, topic: text(100), image: placeOrNone, data: json }), {
    maxLength: 4,
  }),
  loose: fc.array(handle, { maxLength: 2 }),
});

const ids = Array.from({ length: 6 }, (_, index) => newId<'user'>(new Date(Date.UTC(2026, 0, 1 + index))));
const imageIds = Array.from({ length: 8 }, (_, index) => newId<'image'>(new Date(Date.UTC(2026, 1, 1 + index))));
const few = fc.constantFrom('ada', 'bob', 'eve', 'kim', 'lea', 'max');
const tag = fc.constantFrom('cat', 'dog', 'night', 'sea');

/** Data sets of a small world: any two of them share ids, names and bytes, each with other things. */
export const smallWorld: fc.Arbitrary<DataSet> = fc.record({
  users: fc
    .tuple(fc.subarray(ids), fc.shuffledSubarray(['ada', 'bob', 'eve', 'kim', 'lea', 'max'], { minLength: 6 }), few)
    .map(([some, handles, hash]) =>
      some.map((id, index) => ({
        id,
        email: `${handles[index]}@example.org`,
        username: handles.toReversed()[index] ?? '',
        passwordHash: index % 2 === 0 ? hash : null,
      })),
    ),
  admins: fc.array(fc.record({ user: place, level: fc.integer({ min: 1, max: 3 }), grantedBy: placeOrNone }), {
    maxLength: 3,
  }),
  images: fc.subarray(imageIds).chain((some) =>
    fc.tuple(
      ...some.map((id) =>
        fc
          .record({
            owner: place,
            byte: fc.nat(3),
            tags: fc.uniqueArray(tag),
            title: orNone(few),
            trashed: fc.boolean(),
          })
          .map(({ owner, byte, tags, title, trashed }) => ({
            id,
            owner,
            trashed,
            title,
            tags,
            filename: 'IMG_1.jpg',
            mimeType: 'image/jpeg',
            byteSize: 1,
            width: 1,
            height: 1,
            sha256: String(byte).padStart(64, '0'),
          })),
      ),
    ),
  ),
  analyses: fc.array(fc.record({ image: place, kind: few, result: fc.nat(2) }), { maxLength: 4 }),
  logs: fc.array(fc.record({ action: few, user: placeOrNone, image: placeOrNone, metadata: fc.constant({}) }), {
    maxLength: 4,
  }),
  events: fc.array(fc.record({ topic: few, image: placeOrNone, data: fc.nat(2) }), { maxLength: 2 }),
  loose: fc.uniqueArray(tag, { maxLength: 2 }),
});
