import type { ImageStatus } from '@janus/core';
import type { Database } from './database.js';
import type { Row } from './dialects/dialect.js';

// An image is in the queue while it has an instant `due_at`; while it is claimed, that is the end of the lease, and `lease_id` the
// claim's. There is no other table, which could lack an image. In the trash it has neither.

/** The columns that say who has claimed an image, for one that nobody has. */
export const NOBODY = { claimed_by: null, lease_id: null };

/** From when on a new image is to be processed: at once, before those that are younger. */
export const dueSince = (createdAt: Date): Date => (createdAt.getTime() <= Date.now() ? createdAt : new Date());

/** The columns of the queue for an image whose status is set, and not by failing. */
export const queueValues = (status: ImageStatus, now: Date): Row => ({
  due_at: status === 'pending' ? now : null,
  attempts: null,
  failure: null,
  ...NOBODY,
});

// MySQL and MariaDB set one column after the other, and read there what they have set before: what is read comes last.

/** The columns of the queue for images that are put into the trash: what was claimed is pending, as if it had not been. */
export const outOfQueue = ({ knex }: Database): Row => ({
  due_at: null,
  status: knex.raw("case when lease_id is null then status else 'pending' end"),
  attempts: knex.raw('case when lease_id is null then attempts else attempts - 1 end'),
  ...NOBODY,
});

/** The columns of the queue, and of the trash, for images that are taken out of it: those that are pending are due. */
export const backInQueue = ({ knex }: Database): Row => ({
  due_at: knex.raw("case when status = 'pending' then deleted_at end"),
  deleted_at: null,
  trashed: null,
});
