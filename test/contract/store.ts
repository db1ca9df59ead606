import type {
  AdminRepository,
  AnalyticsRepository,
  ImageRepository,
  LogRepository,
  NewImage,
  TagRepository,
  UnitOfWork,
  User,
  UserRepository,
} from '@janus/core';
import { openStore } from '../open-store.js';

/** What a service has of the database: the repositories, and nothing that would tell which database it is. */
export interface Store {
  readonly users: UserRepository;
  readonly admins: AdminRepository;
  readonly images: ImageRepository;
  readonly tags: TagRepository;
  readonly logs: LogRepository;
  readonly analytics: AnalyticsRepository;
  readonly unitOfWork: UnitOfWork;
}

/** Gives the tests of a `describe` one store, which is empty before each of them. */
export function useStore(): Store {
  const store = {} as Store;
  let opened: Awaited<ReturnType<typeof openStore>> | undefined;
  before(async function open() {
    opened = await openStore();
    Object.assign(store, opened.store);
  });
  beforeEach(async () => opened?.empty());
  after(async () => opened?.close());
  return store;
}

let made = 0;

/** A number that no other call in this process gets. */
export const next = (): number => (made += 1);

/** A user that nobody has created yet. */
export const newUser = () => ({ email: `user-${next()}@example.org`, username: `user ${next()}` });

/** An image of a user's that nobody has created yet. */
export const newImage = (owner: User, fields: Partial<NewImage> = {}): NewImage => ({
  ownerId: owner.id,
  filename: `IMG_${next()}.jpg`,
  mimeType: 'image/jpeg',
  byteSize: 123_456,
  width: 4000,
  height: 3000,
  sha256: next().toString(16).padStart(64, '0'),
  ...fields,
});

/** The error that something was refused with. */
export async function refusal(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('something was thrown that is no Error', { cause: error });
  }
  throw new Error('it was not refused');
}
