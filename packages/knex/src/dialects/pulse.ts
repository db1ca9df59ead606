/**
 * After so many seconds of silence a server ends the connection on which a migration runs. A process that was suspended must not
 * go on with it where another has taken over, and none takes over so soon.
 */
export const SILENCE = 5;

/** Gives a sign of life once a second, while this process runs and the last one has arrived. @returns ends it */
export function pulse(beat: () => Promise<unknown>): () => Promise<void> {
  let last: Promise<void> | undefined;
  const over = () => {
    last = undefined;
  };
  const timer = setInterval(() => {
    // One that fails is left to those who wait for the connection that it failed on.
    last ??= beat().then(over, over);
  }, 1000).unref();
  return async () => {
    clearInterval(timer);
    await last;
  };
}
