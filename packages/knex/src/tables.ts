/** What moves or checks whole tables needs, and a service does not: the tables as a database describes them, and their rows. */
export { id, instant, json, nullable, number, text } from './columns.js';
export { wordRows } from './image-creation.js';
export { byCodePoint, hashPart, newImageValues, toAnalysis, toImage } from './image-row.js';
export { newLogValues } from './log-repository.js';
export { migrationsOf, type MigrationState } from './migration-state.js';
export { TABLES } from './migrations.js';
export { columnKinds, readSchema, textLength } from './schema.js';
export type { Column, Key, Kinds, Reference, Table } from './schema.js';
export type { ColumnKind, LinesMade } from './dialects/catalogue.js';
export type { Row } from './dialects/dialect.js';
