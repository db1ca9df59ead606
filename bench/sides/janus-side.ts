import type {
  Image,
  ImageId,
  ImageRepository,
  ImageStatus,
  LogRepository,
  NewImage,
  Page,
  PageRequest,
  UserId,
} from '@janus/core';
import { KnexImageRepository, KnexLogRepository, type Database } from '@janus/knex';
import { LOG_ACTION, PAGE, type OwnedImage, type Place, type Side } from './side.js';

interface ListsWithOwners {
  listWithOwners(query: PageRequest): Promise<Page<OwnedImage>>;
}

/** Whether the build that is measured can read images together with their owners in one call. */
export const listsWithOwners = (images: object): images is ListsWithOwners => 'listWithOwners' in images;

export class JanusSide implements Side {
  readonly images: ImageRepository;
  readonly #logs: LogRepository;

  constructor(readonly database: Database) {
    this.images = new KnexImageRepository(database);
    this.#logs = new KnexLogRepository(database);
  }

  find(id: ImageId) {
    return this.images.find(id);
  }

  findByHash(ownerId: UserId, sha256: string) {
    return this.images.findByHash(ownerId, sha256);
  }

  async page({ cursor }: Place) {
    return (await this.images.list({ limit: PAGE, after: cursor })).items;
  }

  async pageWithOwners({ cursor }: Place) {
    if (!listsWithOwners(this.images)) throw new Error('not in this build');
    return (await this.images.listWithOwners({ limit: PAGE, after: cursor })).items;
  }

  async pageTagged(tags: readonly [string, string], status: ImageStatus) {
    return (await this.images.list({ where: { status, tags: { all: tags } }, limit: PAGE })).items;
  }

  create(image: NewImage) {
    return this.images.create(image);
  }

  update(id: ImageId, version: number, status: ImageStatus) {
    return this.images.update(id, { status }, { version });
  }

  async each(visit: (image: Image) => void) {
    for await (const image of this.images.stream()) visit(image);
  }

  async createMany(images: readonly NewImage[]) {
    await this.images.createMany(images);
  }

  accept(image: NewImage) {
    return this.database.run(async () => {
      const created = await this.images.create(image);
      await this.#logs.append({ action: LOG_ACTION, userId: created.ownerId, imageId: created.id });
      return created;
    });
  }

  close() {
    return this.database.close();
  }
}
