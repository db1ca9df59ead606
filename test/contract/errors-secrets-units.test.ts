import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { JanusError } from '@janus/core';
import { newUser, refusal, useStore } from './store.js';
import { markedBy, markIn, told } from './told.js';

const marks = markedBy('', "'", '%', '😀');

describe('errors of units of work tell no value that was passed in', () => {
  const store = useStore();
  const write = async (value: string) => {
    await store.users.create({ ...newUser(), username: value });
    await store.logs.append({ action: value, metadata: { [value]: value } });
  };

  const mistakes: Readonly<Record<string, readonly [name: string, mistake: (value: string) => Promise<unknown>]>> = {
    'one whose signal was aborted before': [
      'AbortError',
      async (value) => store.unitOfWork.run(async () => write(value), { signal: AbortSignal.abort(new Error(value)) }),
    ],
    'one whose signal is aborted inside': [
      'AbortError',
      async (value) => {
        const controller = new AbortController();
        return store.unitOfWork.run(
          async () => {
            await write(value);
            controller.abort(new Error(value));
            await write(`${value}2`);
          },
          { signal: controller.signal },
        );
      },
    ],
    'a call whose signal was aborted': [
      'AbortError',
      async (value) => store.users.findByUsername(value, { signal: AbortSignal.abort(value) }),
    ],
    'one whose deadline has passed': [
      'TimeoutError',
      async (value) => store.unitOfWork.run(async () => write(value), { deadline: new Date(0) }),
    ],
    'one that only reads': [
      'UnavailableError',
      async (value) => store.unitOfWork.run(async () => write(value), { readOnly: true }),
    ],
    'one that does not await what it calls': [
      'UnavailableError',
      async (value) =>
        store.unitOfWork.run(async () => {
          write(value).catch(() => undefined);
        }),
    ],
    'one that is over': [
      'UnavailableError',
      async (value) => {
        let late: Promise<void> = Promise.resolve();
        const read = async () => {
          await store.users.list();
          late = sleep(5).then(async () => write(value));
          late.catch(() => undefined);
        };
        await store.unitOfWork.run(read).catch(() => undefined);
        return late;
      },
    ],
    'one whose hook failed': [
      'AfterCommitError',
      async (value) =>
        store.unitOfWork.run(async () => {
          await write(value);
          await store.unitOfWork.afterCommit(() => {
            throw new Error('of the application');
          });
        }),
    ],
    'one of an isolation that there is not': [
      'InvalidError',
      async (value) => store.unitOfWork.run(async () => write(value), { isolation: value as 'serializable' }),
    ],
  };

  for (const [what, [name, mistake]] of Object.entries(mistakes)) {
    it(what, async () => {
      await fc.assert(
        fc.asyncProperty(marks, async (marked) => {
          const error = await refusal(mistake(marked.value));
          expect(error).to.be.instanceOf(JanusError).and.include({ name });
          expect(markIn(told(error), marked), told(error)).to.equal(undefined);
        }),
        { numRuns: 5 },
      );
    });
  }
});
