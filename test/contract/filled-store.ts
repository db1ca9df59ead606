import { openStore } from '../open-store.js';
import type { Store } from './store.js';

/** Gives the tests of a `describe` one store, which is filled once, before the first of them: for those that only read. */
export function useFilledStore(fill: (store: Store) => Promise<void>): Store {
  const store = {} as Store;
  let opened: Awaited<ReturnType<typeof openStore>> | undefined;
  before(async function open() {
    this.timeout(60_000);
    opened = await openStore();
    await opened.empty();
    Object.assign(store, opened.store);
    await fill(store);
  });
  after(async function close() {
    await opened?.empty();
    await opened?.close();
  });
  return store;
}
