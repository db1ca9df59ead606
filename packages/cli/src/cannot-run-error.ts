/** Nothing was done: the message says why, and what to do. It carries no value of a row, and nothing of a URL. */
export class CannotRunError extends Error {
  override readonly name = 'CannotRunError';
}
