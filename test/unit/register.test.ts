import 'reflect-metadata';
import { expect } from 'chai';
import {
  AdminRepository,
  AnalyticsRepository,
  ImageRepository,
  LogRepository,
  MissingReferenceError,
  newId,
  TagRepository,
  UnitOfWork,
  UserRepository,
  type UserId,
} from '@janus/core';
import {
  Database,
  KnexAdminRepository,
  KnexAnalyticsRepository,
  KnexImageRepository,
  KnexLogRepository,
  KnexTagRepository,
  KnexUserRepository,
  registerRepositories,
} from '@janus/knex';
import { container, inject, injectable, type DependencyContainer } from 'tsyringe';

@injectable()
class Uploads {
  constructor(
    @inject(ImageRepository) private readonly images: ImageRepository,
    @inject(LogRepository) private readonly logs: LogRepository,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  accept(ownerId: UserId, file: { filename: string; sha256: string }) {
    return this.unitOfWork.run(async () => {
      await this.logs.append({ action: 'image.uploading' });
      const size = { byteSize: 1, width: 1, height: 1 };
      const image = await this.images.create({ ownerId, mimeType: 'image/png', ...size, ...file });
      await this.logs.append({ action: 'image.uploaded', userId: ownerId, imageId: image.id });
      return image;
    });
  }
}

const file = { filename: 'cat.png', sha256: 'a'.repeat(64) };

describe('a container with the repositories registered', () => {
  let database: Database;
  let services: DependencyContainer;
  beforeEach(async () => {
    database = await Database.open('sqlite::memory:');
    await database.migrate();
    services = container.createChildContainer();
    registerRepositories(services, database);
  });
  afterEach(() => database.close());

  const repositories = [
    [AdminRepository, KnexAdminRepository],
    [AnalyticsRepository, KnexAnalyticsRepository],
    [ImageRepository, KnexImageRepository],
    [LogRepository, KnexLogRepository],
    [TagRepository, KnexTagRepository],
    [UserRepository, KnexUserRepository],
    [UnitOfWork, Database],
  ] as const;

  for (const [token, type] of repositories) {
    it(`gives out one instance for ${String(token.description)}`, () => {
      const given = services.resolve<unknown>(token);
      expect(given).to.be.instanceOf(type);
      expect(services.resolve<unknown>(token)).to.equal(given);
      expect(services.createChildContainer().resolve<unknown>(token)).to.equal(given);
    });

    it(`knows ${String(token.description)} from every copy of core`, () => {
      expect(Symbol.for(token.description ?? '')).to.equal(token);
    });
  }

  it('keeps them to itself', () => {
    for (const [token] of repositories) expect(container.isRegistered(token)).to.equal(false);
  });

  it('injects them into a service, which works with the database', async () => {
    const users = services.resolve<UserRepository>(UserRepository);
    const owner = await users.create({ email: 'ada@example.org', username: 'ada' });
    const image = await services.resolve(Uploads).accept(owner.id, file);
    expect(await services.resolve<ImageRepository>(ImageRepository).get(image.id)).to.deep.equal(image);
    const entries = await services.resolve<LogRepository>(LogRepository).recent();
    expect(entries.map(({ action }) => action)).to.deep.equal(['image.uploaded', 'image.uploading']);
  });

  it('gives the service a unit of work that its repositories join', async () => {
    let refused: unknown;
    try {
      await services.resolve(Uploads).accept(newId(), file);
    } catch (error) {
      refused = error;
    }
    expect(refused).to.be.instanceOf(MissingReferenceError);
    expect(await services.resolve<LogRepository>(LogRepository).recent()).to.deep.equal([]);
  });

  it('is apart from a container of another database', async () => {
    const other = await Database.open('sqlite::memory:');
    try {
      await other.migrate();
      const others = container.createChildContainer();
      registerRepositories(others, other);
      await services.resolve<LogRepository>(LogRepository).append({ action: 'here' });
      expect(await services.resolve<LogRepository>(LogRepository).recent()).to.have.length(1);
      expect(await others.resolve<LogRepository>(LogRepository).recent()).to.have.length(0);
    } finally {
      await other.close();
    }
  });

  it('lets a test put something else in the place of one', async () => {
    const double = { append: () => Promise.reject(new Error('the log is full')) };
    services.registerInstance(LogRepository, double as unknown as LogRepository);
    let refused: unknown;
    try {
      await services.resolve(Uploads).accept(newId(), file);
    } catch (error) {
      refused = error;
    }
    expect(refused).to.be.instanceOf(Error).with.property('message', 'the log is full');
  });
});
