// A process of its own, for what DEBUG says is read once: has a value stored, refused, found, and looked for.
import { newUser, refusal } from '../contract/store.js';
import { openStore } from '../open-store.js';

const value = process.argv[2] ?? '';
const { store, empty, close } = await openStore();
const user = newUser();
await store.users.create({ ...user, username: value });
await refusal(store.users.create({ ...user, username: value }));
await store.users.findByUsername(value);
await store.unitOfWork.run(async () =>
  store.logs.appendMany(Array.from({ length: 50 }, () => ({ action: value, metadata: { [value]: value } }))),
);
await store.logs.list({ where: { action: value, metadata: { path: ['a'], equals: value } } });
await empty();
await close();
