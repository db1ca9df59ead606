import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  InvalidError,
  type AnalyticsEvent,
  type Image,
  type ImageAnalysis,
  type LogEntry,
  type User,
} from '@janus/core';
import type { Store } from './store.js';

/** What should be in the database: what was asked for, as it was told to be. */
export class Known {
  readonly users = new Map<string, User>();
  readonly hashes = new Map<string, string>();
  readonly images = new Map<string, Image>();
  readonly analyses = new Map<string, ImageAnalysis>();
  readonly logs = new Map<string, LogEntry>();
  readonly events = new Map<string, AnalyticsEvent>();
  readonly tags = new Set<string>();

  /** Notes an image, and its tags. */
  image(image: Image): Image {
    this.images.set(image.id, image);
    for (const tag of image.tags) this.tags.add(tag);
    return image;
  }

  /** The ids of the images of which something holds, for a query that finds them in any order. */
  imagesWith(holds: (image: Image) => boolean): string[] {
    return [...this.images.values()].filter(holds).map(({ id }) => id);
  }

  /** Sees that all of this is there, and nothing else. */
  async expectIn(store: Store): Promise<void> {
    const users = await all((after) => store.users.list({ after, limit: 500 }));
    expect(byId(users)).to.deep.equal(byId(this.users.values()));
    for (const { id, email } of users) {
      expect((await store.users.findCredentials(email))?.passwordHash).to.equal(this.hashes.get(id));
    }
    const images = await all((after) => store.images.list({ after, limit: 500, where: { trash: 'included' } }));
    expect(byId(images)).to.deep.equal(byId(this.images.values()));
    for (const id of new Set([...this.analyses.values()].map(({ imageId }) => imageId))) {
      const expected = [...this.analyses.values()].filter(({ imageId }) => imageId === id);
      expect(byKind(await store.images.analyses(id))).to.deep.equal(byKind(expected));
    }
    const tags = await all((after) => store.tags.list({ after, limit: 500 }));
    expect(tags.map(({ name }) => name)).to.have.members([...this.tags]);
    const logs = await all((after) => store.logs.list({ after, limit: 500 }));
    expect(byId(logs)).to.deep.equal(byId(this.logs.values()));
    const events = await all((after) => store.analytics.list({ after, limit: 500 }));
    expect(byId(events)).to.deep.equal(byId(this.events.values()));
    expect((await store.admins.list()).items).to.deep.equal([]);
  }
}

const byId = <Item extends { readonly id: string }>(items: Iterable<Item>) =>
  [...items].toSorted((a, b) => (a.id < b.id ? -1 : 1));
const byKind = (items: readonly ImageAnalysis[]) => items.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));

async function all<Item>(
  page: (after: string | null) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<Item[]> {
  const found: Item[] = [];
  let after: string | null = null;
  do {
    const { items, next }: Awaited<ReturnType<typeof page>> = await page(after);
    found.push(...items);
    after = next;
  } while (after !== null);
  return found;
}

/** Attempts, and how each kind of them went. */
export class Attempts {
  readonly accepted = new Map<string, number>();
  readonly refused = new Map<string, number>();

  get count(): number {
    return [...this.accepted.values(), ...this.refused.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Calls with a text somewhere: what it returns, or undefined where that was refused as input. All else is a failure. */
  async make<Result>(name: string, text: string, call: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await call();
      this.accepted.set(name, (this.accepted.get(name) ?? 0) + 1);
      return result;
    } catch (error) {
      if (!(error instanceof InvalidError)) {
        throw new Error(`${name} with ${JSON.stringify(text.slice(0, 600))}: ${String(error)}`, { cause: error });
      }
      this.refused.set(name, (this.refused.get(name) ?? 0) + 1);
      return undefined;
    }
  }

  /** As `make`, where no text of this kind may be taken. */
  async refuse(name: string, text: string, call: () => Promise<unknown>): Promise<void> {
    const taken = await this.make(`refused: ${name}`, text, async () => [await call()]);
    expect(taken, `${name} takes ${JSON.stringify(text.slice(0, 600))}`).to.equal(undefined);
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** A cursor with another place in it, as somebody forges it who has read how they are made. */
export function forged(cursor: string, place: (place: unknown[]) => unknown[]): string {
  const [query, ...rest] = JSON.parse(Buffer.from(cursor.slice(16), 'base64url').toString()) as unknown[];
  const body = JSON.stringify([query, ...place(rest)]);
  return digest(body) + Buffer.from(body).toString('base64url');
}
