import { expect } from 'chai';
import type { Image, ImageFilter, ImageQuery, ImageRepository, ImageSort } from '@janus/core';
import { inOrder, matches } from './image-model.js';

/** The filenames of what a filter finds, in their order. A list, a count and a stream must agree about it. */
export async function found(images: ImageRepository, where: ImageFilter): Promise<readonly string[]> {
  const { items } = await images.list({ where, sort: 'filename', limit: 500 });
  const names = items.map(({ filename }) => filename);
  expect(await images.count(where), 'count').to.equal(names.length);
  const streamed = await all(images.stream(where, { sort: 'filename' }));
  expect(streamed, 'stream').to.deep.equal(items);
  return names;
}

/** All that comes out of a stream. */
export async function all<Item>(stream: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** Every page of a query, from the first to the last; `between` happens after each. */
export async function pages(
  images: ImageRepository,
  query: ImageQuery,
  between: (met: readonly Image[]) => Promise<void> = () => Promise.resolve(),
): Promise<readonly (readonly Image[])[]> {
  const walked: (readonly Image[])[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<ImageRepository['list']>> = await images.list({ ...query, after });
    walked.push(page.items);
    after = page.next;
    await between(page.items);
  } while (after !== null);
  return walked;
}

/** Walks all pages of a query, and compares what it meets with what a filter over all images finds. */
export async function expectPages(
  repository: ImageRepository,
  images: readonly Image[],
  query: { readonly where: ImageFilter; readonly sort: ImageSort; readonly limit: number },
): Promise<void> {
  const { where, sort, limit } = query;
  const expected = images.filter((image) => matches(image, where)).toSorted(inOrder(sort));
  const text = `pages of ${limit} by ${sort} of ${JSON.stringify(where)}`;
  const walked = await pages(repository, query);
  expect(
    walked.flat().map(({ id }) => id),
    text,
  ).to.deep.equal(expected.map(({ id }) => id));
  expect(walked.length, text).to.equal(Math.max(1, Math.ceil(expected.length / limit)));
}
