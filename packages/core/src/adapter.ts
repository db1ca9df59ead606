/** What an adapter needs to keep core's promises: the rules as schemas, cursors, and the words of a search. */
export * from './call.js';
export * from './id.js';
export * from './page.js';
export * from './rules.js';
export * from './words.js';
export * from './perceptual-hash.js';
export * from './admin.js';
export * from './analytics.js';
export * from './image.js';
export * from './log.js';
export * from './processing.js';
export * from './tag.js';
export * from './unit-of-work.js';
export * from './user.js';
