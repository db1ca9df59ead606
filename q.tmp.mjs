import { Database, KnexImageRepository, KnexUserRepository } from '/work/main/packages/knex/dist/src/index.js';
const url = process.argv[2];
const db = await Database.open(url);
await db.migrate();
db.knex.on('query-error', (e, q) => console.log('ERR', e.message, '\n', q.sql, q.bindings));
if (process.argv[3]) db.knex.on('query', (q) => console.log('Q', q.sql, q.bindings));
const users = new KnexUserRepository(db), images = new KnexImageRepository(db);
let n = Date.now();
const u = await users.create({ email: `u${n}@x.org`, username: `u${n}` });
const mk = (i, more={}) => ({ ownerId: u.id, filename: `IMG_${i}.jpg`, mimeType: 'image/jpeg', byteSize: 5, width: 10, height: 10, sha256: (++n).toString(16).padStart(64,'0'), ...more });
const a = await images.create(mk(1, { tags: ['cat','night'], title: 'Hello beach', perceptualHash: 'ff00ff00ff00ff00', captured: {at: new Date(1e12), offset: 60} }));
console.log(JSON.stringify(a) === JSON.stringify(await images.get(a.id)), a.tags);
const t = async (name, f) => { try { const r = await f(); console.log(name, r?.items ? r.items.length : r); } catch (e) { console.log(name, 'FAILED', e.message); } };
for (const sort of ['createdAt','-createdAt','capturedAt','-capturedAt','byteSize','-byteSize','filename','-filename'])
for (const [k, where] of Object.entries({ none: {}, owner: { ownerId: u.id }, os: { ownerId: u.id, status: 'pending' }, all: { tags: { all: ['cat'] } }, all2: { tags: { all: ['cat','night'] } }, any: { tags: { any: ['cat','x'] } }, none_: { tags: { none: ['dog','cat'] } }, text: { text: 'beach' }, text2: { text: 'bea hel' }, meta: { metadata: { path: ['a'] } }, near: { near: { hash: 'ff00ff00ff00ff01', distance: 7 } }, cap: { captured: { from: new Date(0) } }, width: { width: { min: 1 }, byteSize: {max: 9} }, trash: { trash: 'only' }, created: { created: { from: new Date(0) }, ownerId: u.id, tags: {all:['cat']} } })) {
  await t(`${sort} ${k}`, async () => { let p = await images.list({ where, sort, limit: 1 }); if (p.next) p = await images.list({ where, sort, limit: 1, after: p.next }); return p; });
}
await t('owners', () => images.listWithOwners());
await t('count', () => images.count({ tags: { all: ['cat', 'night'] } }));
await t('count', () => images.count({ tags: { all: ['cat'] } }, { atMost: 1 }));
await t('upd', async () => (await images.update(a.id, { title: 'x y', status: 'ready' }, { version: 1 })).version);
await t('many', () => images.createMany(Array.from({ length: 300 }, (_, i) => mk(i, { tags: ['cat', `t${i}`], title: 'tab\there \\ back\nnl' }))));
await t('page', async () => (await images.list({ limit: 5 })).items[0].title);
await t('unit', () => db.run(async () => { const b = await images.create(mk(7, { tags: ['cat', 'new' + n] })); await images.create(mk(7, { sha256: b.sha256 })).catch((e) => console.log(e.name)); return (await images.get(b.id)).tags; }));
await db.close();
