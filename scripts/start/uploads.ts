import { relative } from 'node:path';
import { ImageRepository, LogRepository, UnitOfWork, UserRepository, type User } from '@janus/core';
import { imageFiles, readImage, UnreadableImageError } from '@janus/ingest';
import { SingleBar } from 'cli-progress';
import colours from 'picocolors';
import { inject, injectable } from 'tsyringe';

/** Whose the images are that are taken in here. */
const OWNER = { email: 'you@example.org', username: 'you' };

/** What became of a folder. */
export interface Taken {
  readonly owner: User;
  readonly added: number;
  readonly restored: number;
  readonly known: number;
  readonly unreadable: readonly UnreadableImageError[];
}

@injectable()
export class Uploads {
  constructor(
    @inject(UserRepository) private readonly users: UserRepository,
    @inject(ImageRepository) private readonly images: ImageRepository,
    @inject(LogRepository) private readonly logs: LogRepository,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Takes in every image of a folder that its owner has not got. A file that cannot be read is told, and passed over. */
  async takeIn(folder: string): Promise<Taken> {
    const owner = (await this.users.findByEmail(OWNER.email)) ?? (await this.users.create(OWNER));
    const paths: string[] = [];
    for await (const path of imageFiles(folder)) paths.push(path);
    const count = { added: 0, restored: 0, known: 0 };
    const unreadable: UnreadableImageError[] = [];

    const bar = new SingleBar({
      format: 'Reading {bar} {value}/{total}  {file}',
      hideCursor: true,
      clearOnComplete: true,
    });
    if (process.stderr.isTTY) bar.start(paths.length, 0, { file: '' });
    for (const path of paths) {
      bar.update({ file: relative(folder, path) });
      try {
        count[await this.#takeInFile(owner, path)] += 1;
      } catch (error) {
        if (!(error instanceof UnreadableImageError)) throw error;
        unreadable.push(error);
      }
      bar.increment();
    }
    bar.stop();

    console.log(
      `\nRead ${paths.length} ${paths.length === 1 ? 'file' : 'files'} in ${folder}: ${colours.green(`${count.added} new`)}, ${count.known} known already` +
        `${count.restored > 0 ? `, ${count.restored} out of the trash` : ''}, ${unreadable.length} unreadable.`,
    );
    for (const error of unreadable) console.log(`  ${colours.red('✗')} ${error.message}`);
    return { owner, ...count, unreadable };
  }

  async #takeInFile(owner: User, path: string): Promise<'added' | 'restored' | 'known'> {
    const file = await readImage(path);
    return this.unitOfWork.run(async () => {
      const there = await this.images.findByHash(owner.id, file.sha256, { trash: 'included' });
      if (there && !there.deletedAt) return 'known';
      const image = await this.images.create(
        { ownerId: owner.id, ...file, status: 'ready' },
        { onDuplicate: 'restore' },
      );
      const action = there ? 'image.restored' : 'image.uploaded';
      await this.logs.append({ action, module: 'uploads', userId: owner.id, imageId: image.id });
      return there ? 'restored' : 'added';
    });
  }
}
