import {
  ImageRepository,
  NEAR_DISTANCE,
  TagRepository,
  UserRepository,
  type Image,
  type JsonObject,
  type User,
  type UserId,
} from '@janus/core';
import Table from 'cli-table3';
import colours from 'picocolors';
import { inject, injectable } from 'tsyringe';

/** How many lines a table has at the most. */
const LINES = 10;

/** Shows a person what is known about the images. */
@injectable()
export class Report {
  constructor(
    @inject(ImageRepository) private readonly images: ImageRepository,
    @inject(TagRepository) private readonly tags: TagRepository,
    @inject(UserRepository) private readonly users: UserRepository,
  ) {}

  async print(owner: User): Promise<void> {
    const [cameras, storage] = await this.#totals();
    const names = await this.#usernames([...storage.keys()]);
    const ownerOf = (id: UserId) => shorten(names.get(id) ?? id);

    const { items: newest } = await this.images.list({ limit: LINES });
    show(
      'Newest images',
      ['file', 'title', 'size', 'pixels', 'camera', 'taken'],
      newest.map((image) => [
        shorten(image.filename),
        shorten(image.title ?? ''),
        bytes(image.byteSize),
        `${image.width} × ${image.height}`,
        shorten(cameraOf(image) ?? ''),
        taken(image),
      ]),
    );

    show(
      'By camera',
      ['camera', 'images'],
      most(cameras, (count) => count).map(([camera, count]) => [camera, String(count)]),
    );

    const tags = await this.#allTags();
    show(
      'By tag',
      ['tag', 'images'],
      most(tags, (count) => count).map(([tag, count]) => [tag, String(count)]),
    );

    const groups = await this.#nearDuplicates(owner);
    show(
      'Images of yours that look alike',
      ['group', 'file', 'title'],
      groups
        .slice(0, LINES)
        .flatMap((group, index) =>
          group.map(({ filename, title }, position) => [
            position === 0 ? String(index + 1) : '',
            shorten(filename),
            shorten(title ?? ''),
          ]),
        ),
    );

    show(
      'Storage by owner, you first',
      ['owner', 'images', 'bytes'],
      [
        ...most(new Map([...storage].filter(([id]) => id === owner.id)), ({ size }) => size),
        ...most(new Map([...storage].filter(([id]) => id !== owner.id)), ({ size }) => size),
      ].map(([id, { count, size }]) => [ownerOf(id), String(count), bytes(size)]),
    );
  }

  /** What only a look at every image tells: how many each camera took, and what each owner stores. */
  async #totals() {
    const cameras = new Map<string, number>();
    const storage = new Map<UserId, { count: number; size: number }>();
    for await (const image of this.images.stream()) {
      const camera = cameraOf(image) ?? '(unknown)';
      cameras.set(camera, (cameras.get(camera) ?? 0) + 1);
      const { count, size } = storage.get(image.ownerId) ?? { count: 0, size: 0 };
      storage.set(image.ownerId, { count: count + 1, size: size + image.byteSize });
    }
    return [cameras, storage] as const;
  }

  async #usernames(ids: readonly UserId[]): Promise<ReadonlyMap<UserId, string>> {
    const users = await Promise.all(ids.map((id) => this.users.get(id)));
    return new Map(users.map(({ id, username }) => [id, username]));
  }

  async #allTags(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<TagRepository['list']>> = await this.tags.list({ limit: 500, after });
      for (const { name, images } of page.items) counts.set(name, images);
      after = page.next;
    } while (after !== null);
    return counts;
  }

  /** Groups of an owner's images of which each looks like another of the group. */
  async #nearDuplicates(owner: User): Promise<readonly (readonly Image[])[]> {
    const groups: Image[][] = [];
    const grouped = new Set<string>();
    for await (const first of this.images.stream({ ownerId: owner.id }, { sort: 'createdAt' })) {
      if (grouped.has(first.id)) continue;
      const group = [first];
      // The group grows while it is walked.
      for (const image of group) {
        grouped.add(image.id);
        if (image.perceptualHash === null) continue;
        const near = { hash: image.perceptualHash, distance: NEAR_DISTANCE };
        const { items } = await this.images.list({ where: { ownerId: owner.id, near }, sort: 'createdAt', limit: 500 });
        for (const other of items) {
          if (grouped.has(other.id)) continue;
          grouped.add(other.id);
          group.push(other);
        }
      }
      if (group.length > 1) groups.push(group);
    }
    return groups.toSorted((a, b) => b.length - a.length);
  }
}

function show(title: string, head: string[], rows: readonly string[][]): void {
  console.log(`\n${colours.bold(title)}`);
  if (rows.length === 0) {
    console.log(colours.dim('  none'));
    return;
  }
  const table = new Table({
    head,
    style: {
      head: colours.isColorSupported ? ['cyan'] : [],
      border: colours.isColorSupported ? ['gray'] : [],
      compact: true,
    },
    colAligns: head.map((name) => (['images', 'bytes', 'size', 'pixels'].includes(name) ? 'right' : 'left')),
  });
  table.push(...rows);
  console.log(table.toString());
}

/** The largest, largest first, and in the order of names among equals. */
const most = <Key extends string, Value>(
  counts: ReadonlyMap<Key, Value>,
  size: (value: Value) => number,
): [Key, Value][] => [...counts].toSorted(([a, x], [b, y]) => size(y) - size(x) || (a < b ? -1 : 1)).slice(0, LINES);

function cameraOf({ metadata }: Image): string | null {
  const camera = metadata['camera'];
  if (typeof camera !== 'object' || camera === null || Array.isArray(camera)) return null;
  const { make, model } = camera as JsonObject;
  const [first, second] = [make, model].map((part) => (typeof part === 'string' ? part : ''));
  // Many models name their make, or its first word, themselves.
  const maker = first?.split(' ')[0]?.toLowerCase() ?? '';
  const name = second?.toLowerCase().startsWith(maker) ? second : `${first} ${second}`;
  return name?.trim() || null;
}

/** When it was taken, on the clock of where that was. */
function taken({ captured }: Image): string {
  if (!captured) return '';
  return new Date(captured.at.getTime() + (captured.offset ?? 0) * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

function bytes(size: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), units.length - 1);
  return `${power === 0 ? size : (size / 1000 ** power).toFixed(1)} ${units[power]}`;
}

/** Text for a cell: no longer than that, and on one line. */
const shorten = (text: string, length = 24): string => {
  const letters = Array.from(new Intl.Segmenter().segment(text.replace(/\s+/gu, ' ')), ({ segment }) => segment);
  return letters.length > length ? `${letters.slice(0, length - 1).join('')}…` : text;
};
