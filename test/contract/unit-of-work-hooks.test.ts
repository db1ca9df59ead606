import { expect } from 'chai';
import { AfterCommitError } from '@janus/core';
import { refusal, useStore } from './store.js';

describe('a hook after a unit of work', () => {
  const store = useStore();
  const { done, note } = notes();
  const log = (action: string) => store.logs.append({ action });
  const actions = async () => (await store.logs.list()).items.map((entry) => entry.action).toReversed();

  it('runs once, when the unit has been kept, and sees what it kept', async () => {
    await store.unitOfWork.run(async () => {
      await log('inside');
      await store.unitOfWork.afterCommit(async () => note(`after ${(await actions()).join(' ')}`));
      note('work');
    });
    expect(done()).to.deep.equal(['work', 'after inside']);
  });

  it('is outside of it: what it does is kept by itself', async () => {
    await store.unitOfWork.run(async () => {
      await log('inside');
      await store.unitOfWork.afterCommit(async () => void (await log('after')));
    });
    expect(await actions()).to.deep.equal(['inside', 'after']);
  });

  it('waits for the outermost unit', async () => {
    await store.unitOfWork.run(async () => {
      await store.unitOfWork.run(async () => {
        await log('inside');
        await store.unitOfWork.afterCommit(() => note('inner'));
      });
      await store.unitOfWork.afterCommit(() => note('outer'));
      note('work');
    });
    expect(done()).to.deep.equal(['work', 'inner', 'outer']);
  });

  it('does not run when the unit is taken back', async () => {
    await refusal(
      store.unitOfWork.run(async () => {
        await store.unitOfWork.afterCommit(() => note('after'));
        throw new Error('taken back');
      }),
    );
    expect(done()).to.deep.equal([]);
  });

  it('does not run when the unit inside, where it was asked for, is taken back', async () => {
    await store.unitOfWork.run(async () => {
      await refusal(
        store.unitOfWork.run(async () => {
          await log('inside');
          await store.unitOfWork.afterCommit(() => note('inner'));
          throw new Error('taken back');
        }),
      );
      await store.unitOfWork.afterCommit(() => note('outer'));
    });
    expect(done()).to.deep.equal(['outer']);
  });

  it('that fails is told as that, and keeps neither the unit nor the other hooks from being done', async () => {
    const thrown = new Error('no');
    const error = await refusal(
      store.unitOfWork.run(async () => {
        await log('inside');
        await store.unitOfWork.afterCommit(() => Promise.reject(thrown));
        await store.unitOfWork.afterCommit(() => note('second'));
      }),
    );
    expect(error).to.be.instanceOf(AfterCommitError).and.have.property('cause', thrown);
    expect(done()).to.deep.equal(['second']);
    expect(await actions()).to.deep.equal(['inside']);
  });

  it('runs at once where there is no unit', async () => {
    await store.unitOfWork.afterCommit(() => note('at once'));
    expect(done()).to.deep.equal(['at once']);
  });
});

/** Notes what was done, in each test anew. */
function notes() {
  let list: string[] = [];
  beforeEach(() => void (list = []));
  return { done: () => list, note: (what: string) => void list.push(what) };
}
