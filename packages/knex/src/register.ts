import {
  AdminRepository,
  AnalyticsRepository,
  ImageRepository,
  LogRepository,
  TagRepository,
  UnitOfWork,
  UserRepository,
} from '@janus/core';
import type { DependencyContainer } from 'tsyringe';
import { KnexAdminRepository } from './admin-repository.js';
import { KnexAnalyticsRepository } from './analytics-repository.js';
import type { Database } from './database.js';
import { KnexImageRepository } from './image-repository.js';
import { KnexLogRepository } from './log-repository.js';
import { KnexTagRepository } from './tag-repository.js';
import { KnexUserRepository } from './user-repository.js';

/** Lets a container give out the repositories of a database, and its unit of work, by core's tokens. */
export function registerRepositories(container: DependencyContainer, database: Database): void {
  container.registerInstance<UnitOfWork>(UnitOfWork, database);
  container.registerInstance<AdminRepository>(AdminRepository, new KnexAdminRepository(database));
  container.registerInstance<AnalyticsRepository>(AnalyticsRepository, new KnexAnalyticsRepository(database));
  container.registerInstance<ImageRepository>(ImageRepository, new KnexImageRepository(database));
  container.registerInstance<LogRepository>(LogRepository, new KnexLogRepository(database));
  container.registerInstance<TagRepository>(TagRepository, new KnexTagRepository(database));
  container.registerInstance<UserRepository>(UserRepository, new KnexUserRepository(database));
}
