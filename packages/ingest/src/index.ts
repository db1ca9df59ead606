export { readImage } from './read-image.js';
export type { ImageFile } from './read-image.js';
export { imageFiles } from './image-files.js';
export { UnreadableImageError } from './unreadable-image-error.js';
