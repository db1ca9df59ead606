// Rows for the benchmarks: any number of them, each made from its index alone, and the same on every machine.
export { analyses, events, logEntries, trashed } from './data/activity.js';
export { createdAt, eventAt, eventIdOf, imageIdOf, loggedAt, logIdOf, ownerIdOf } from './data/ids.js';
export { imageOf, images, ownerOf, tagOf, wordOf } from './data/images.js';
export { bigOwner, OWNERS, owners } from './data/owners.js';
export { RARE_OWNERS, rareAmong } from './data/rare.js';
