import colours from 'picocolors';
import { CannotRunError } from './cannot-run-error.js';

/** What a command ends with: all is as it should be, or it is not, or it could not be told. */
export const EXIT = { good: 0, different: 1, failed: 2 } as const;

/** Ends with the code that a command comes to, or says why it could not run. */
export async function ending(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    // Of an error that nobody foresaw, the stack says where; Janus's own carry no value and no password.
    const said = error instanceof CannotRunError ? error.message : error instanceof Error ? error.stack : String(error);
    console.error(`${colours.red('janus could not run:')} ${said}`);
    process.exitCode = EXIT.failed;
  }
}
