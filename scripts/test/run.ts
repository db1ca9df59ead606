// A run of its own process: loads the test files that its arguments name, runs them, and reports to the runner that forked it.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import settings from '../../.mocharc.json' with { type: 'json' };
import { Reporter } from './reporter.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, colour: { type: 'boolean' }, strict: { type: 'boolean' } },
});

const mocha = new Mocha({
  timeout: settings.timeout,
  slow: settings.slow,
  color: values.colour === true,
  forbidOnly: values.strict === true,
  forbidPending: values.strict === true,
  reporter: Reporter,
  ...(values.grep !== undefined && { grep: values.grep }),
});

const { EVENT_FILE_PRE_REQUIRE, EVENT_FILE_REQUIRE, EVENT_FILE_POST_REQUIRE } = Mocha.Suite.constants;
for (const file of positionals) {
  mocha.suite.emit(EVENT_FILE_PRE_REQUIRE, globalThis, file, mocha);
  // Imported, where mocha's own loader would `require` them first: a fault in a file is then told as another, and a package
  // that is also imported is there twice, its errors' classes too.
  const loaded: unknown = await import(pathToFileURL(file).href);
  mocha.suite.emit(EVENT_FILE_REQUIRE, loaded, file, mocha);
  mocha.suite.emit(EVENT_FILE_POST_REQUIRE, globalThis, file, mocha);
}
mocha.run((failures) => {
  process.exitCode = failures > 0 ? 1 : 0;
  setTimeout(() => console.error('Open when all tests had ended:', process.getActiveResourcesInfo()), 5_000).unref();
});
