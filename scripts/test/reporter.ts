// Mocha's reporter in a run: says on the channel to the runner how far it is, and prints what failed.
import Mocha from 'mocha';
import type { Tally } from './mocha.js';

export class Reporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const tally: Tally = { passed: 0, failed: 0, skipped: 0, total: runner.total, ended: false };
    const say = () => process.send?.(tally);

    runner.on('pass', () => {
      tally.passed++;
      say();
    });
    runner.on('fail', () => {
      tally.failed++;
      say();
    });
    runner.on('pending', () => {
      tally.skipped++;
      say();
    });
    runner.once('end', () => {
      tally.ended = true;
      say();
      if (this.failures.length > 0) Mocha.reporters.Base.list(this.failures);
    });
  }
}
