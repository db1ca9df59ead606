import 'reflect-metadata';
import { Database } from '@janus/knex';
import {
  AdminRepository,
  AnalyticsRepository,
  ImageRepository,
  LogRepository,
  TagRepository,
  UnitOfWork,
  UserRepository,
} from '@janus/core';
import { registerRepositories } from '@janus/knex';
import { container } from 'tsyringe';
import type { Store } from './contract/store.js';

const url = process.env['JANUS_TEST_URL'];

/** Opens the database that this process of the tests was given, and makes its tables if it has none yet. */
export async function openDatabase(): Promise<Database> {
  if (!url) throw new Error('JANUS_TEST_URL names no database; `npm test` does');
  const database = await Database.open(url);
  try {
    await database.migrate();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The repositories of that database, as a service gets them. */
export async function openStore() {
  const database = await openDatabase();
  const services = container.createChildContainer();
  registerRepositories(services, database);
  const store: Store = {
    users: services.resolve<UserRepository>(UserRepository),
    admins: services.resolve<AdminRepository>(AdminRepository),
    images: services.resolve<ImageRepository>(ImageRepository),
    tags: services.resolve<TagRepository>(TagRepository),
    logs: services.resolve<LogRepository>(LogRepository),
    analytics: services.resolve<AnalyticsRepository>(AnalyticsRepository),
    unitOfWork: services.resolve<UnitOfWork>(UnitOfWork),
  };
  const empty = async () => {
    for (const table of ['analytics', 'logs', 'images', 'tags', 'users']) await database.knex(table).delete();
  };
  return { store, empty, close: () => database.close() };
}
