import type { AnalyticsRepository, ImageRepository, LogRepository, TagRepository, UserRepository } from '@janus/core';
import {
  Database,
  KnexAnalyticsRepository,
  KnexImageRepository,
  KnexLogRepository,
  KnexTagRepository,
  KnexUserRepository,
} from '@janus/knex';

/** A database that is open, and its repositories. */
export interface Store {
  readonly database: Database;
  readonly images: ImageRepository;
  readonly logs: LogRepository;
  readonly analytics: AnalyticsRepository;
  readonly tags: TagRepository;
  readonly users: UserRepository;
}

export async function openStore(url: string): Promise<Store> {
  const database = await Database.open(url);
  return {
    database,
    images: new KnexImageRepository(database),
    logs: new KnexLogRepository(database),
    analytics: new KnexAnalyticsRepository(database),
    tags: new KnexTagRepository(database),
    users: new KnexUserRepository(database),
  };
}
