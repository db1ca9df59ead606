import { IMAGE_SORTS, type ImageFilter, type ImageSort } from '@janus/core';
import { bigOwner, createdAt, imageIdOf, imageOf, ownerIdOf, RARE_OWNERS } from '../data.js';
import { imageCursor, placeOfImage } from './cursors.js';
import { others, page, scattered, type Query, type Subject } from './query.js';

function lookups({ store: { images }, size }: Subject): Query[] {
  return [
    others('find', async (turn) => images.find(imageIdOf(scattered(turn, size)), { trash: 'included' })),
    others('findByHash', async (turn) => {
      const { ownerId, sha256 } = imageOf(scattered(turn, size));
      return images.findByHash(ownerId, sha256, { trash: 'included' });
    }),
    others('findMany: 100', async (turn) =>
      images.findMany(Array.from({ length: 100 }, (_, index) => imageIdOf(scattered(turn * 100 + index, size)))),
    ),
    others('analyses', async (turn) => {
      const index = scattered(turn, size);
      return images.analyses(imageIdOf(index - (index % 100)));
    }),
  ];
}

export function first({ store }: Subject, name: string, where: ImageFilter, sort?: ImageSort): Query {
  const order = sort === undefined ? '' : `, by ${sort}`;
  return page(`${name}${order}`, async () => store.images.list({ where, sort }));
}

/** The first page, one from the middle, and others from anywhere. */
export function firstAndDeep(subject: Subject, name: string, where: ImageFilter, sort: ImageSort): Query[] {
  const { store, size } = subject;
  const deep = async () => store.images.list({ where, sort, after: imageCursor(where, sort, size) });
  const anywhere = async (turn: number) =>
    store.images.list({ where, sort, after: placeOfImage(where, sort, scattered(turn, size)) });
  return [
    first(subject, name, where, sort),
    page(`${name}, by ${sort}: deep`, deep),
    others(`${name}, by ${sort}: anywhere`, anywhere),
  ];
}

function owners(subject: Subject): Query[] {
  const { store } = subject;
  const ten = { ownerId: subject.rare.ownerId };
  const many = { ownerId: bigOwner };
  const some = { ownerId: ownerIdOf(1 + RARE_OWNERS + 91) };
  return [
    first(subject, 'owner of ten', ten),
    first(subject, 'owner of ten', ten, 'filename'),
    first(subject, 'owner of ten', ten, '-capturedAt'),
    ...(['-createdAt', 'filename', '-capturedAt', 'byteSize'] as const).map((sort) =>
      first(subject, 'owner of 0.1 %', some, sort),
    ),
    ...(['-createdAt', 'filename', '-capturedAt'] as const).flatMap((sort) =>
      firstAndDeep(subject, 'owner of 10 %', many, sort),
    ),
    first(subject, 'owner of 10 %, ready', { ...many, status: 'ready' }),
    first(subject, 'owner of 10 %, failed', { ...many, status: 'failed' }),
    first(subject, 'owner of ten, ready', { ...ten, status: 'ready' }),
    first(subject, 'owner of ten, failed', { ...ten, status: 'failed' }),
    others('one of fifty owners', async (turn) =>
      store.images.list({ where: { ownerId: ownerIdOf(1 + RARE_OWNERS + ((turn * 7) % 50)) } }),
    ),
  ];
}

function columns(subject: Subject): Query[] {
  return [
    ...firstAndDeep(subject, 'ready', { status: 'ready' }, '-createdAt'),
    ...firstAndDeep(subject, 'failed (1 %)', { status: 'failed' }, '-createdAt'),
    first(subject, 'failed (1 %)', { status: 'failed' }, 'filename'),
    first(subject, 'type of 80 %', { mimeType: 'image/jpeg' }),
    first(subject, 'type of 1 %', { mimeType: 'image/tiff' }),
    first(subject, 'type of 1 %', { mimeType: 'image/tiff' }, '-capturedAt'),
    first(subject, 'width of 80 %', { width: { min: 4000 } }),
    first(subject, 'width of 1 %', { width: { max: 1000 } }),
    first(subject, 'width of none', { width: { min: 10_000 } }),
    first(subject, 'byteSize: half', { byteSize: { max: 6_100_000 } }),
    first(subject, 'byteSize: 1 %', { byteSize: { min: 1_000_000, max: 1_120_000 } }),
    first(subject, 'byteSize: 1 %', { byteSize: { min: 1_000_000, max: 1_120_000 } }, 'byteSize'),
    first(subject, 'byteSize: none', { byteSize: { min: 50_000_000 } }),
    first(subject, 'in the trash', { trash: 'only' }),
    first(subject, 'in the trash or not', { trash: 'included' }),
  ];
}

function periods(subject: Subject): Query[] {
  const half = Math.floor(subject.size / 2);
  const created = { from: createdAt(half), to: createdAt(half + 100) };
  // In the five years before the first upload.
  const day = { from: new Date('2021-06-15'), to: new Date('2021-06-16') };
  const wide = { from: new Date('2020-07-01') };
  return [
    first(subject, 'created: a hundred', { created }),
    first(subject, 'created: a hundred', { created }, 'filename'),
    first(subject, 'created: older half', { created: { to: created.from } }),
    first(subject, 'captured: a day', { captured: day }),
    first(subject, 'captured: a day', { captured: day }, 'capturedAt'),
    first(subject, 'captured: half', { captured: wide }),
    first(subject, 'captured: half', { captured: wide }, 'capturedAt'),
  ];
}

function withOwners({ store }: Subject, name: string, where: ImageFilter): Query {
  return page(`listWithOwners: ${name}`, async () => store.images.listWithOwners({ where }));
}

/** Images by their ids, their columns, and in every order. */
export const imageQueries = (subject: Subject): Query[] => [
  ...lookups(subject),
  ...IMAGE_SORTS.flatMap((sort) => firstAndDeep(subject, 'all', {}, sort)),
  ...owners(subject),
  ...columns(subject),
  ...periods(subject),
  withOwners(subject, 'all', {}),
  withOwners(subject, 'owner of ten', { ownerId: subject.rare.ownerId }),
];
