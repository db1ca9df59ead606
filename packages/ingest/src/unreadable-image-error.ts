/** A file that is not taken in: not there, not an image of a supported kind, damaged, cut off, or too large. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
  constructor(
    /** The file's name, without its folder. */
    readonly filename: string,
    /** Why, as the rest of a sentence for a person: `is empty`, `is damaged or cut off` … */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${filename} ${reason}`, options);
  }
}
