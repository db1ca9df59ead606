import type { Knex } from 'knex';
import { typesOf } from './column-types.js';

const INDEX = 'images_due_at_id_index';

const isMysql = (knex: Knex) => (knex.client as { driverName: string }).driverName === 'mysql2';

// An image is in the queue of those to be processed when it has an instant at which it is due: while it is claimed, that is the
// end of the lease. In the trash it has none.
export async function up(knex: Knex): Promise<void> {
  const type = await typesOf(knex);
  await knex.schema.alterTable('images', (t) => {
    t.specificType('due_at', type.instant);
    // null is none: an image that is created, or was before this, needs no value.
    t.integer('attempts');
    t.specificType('claimed_by', type.text(100));
    t.specificType('lease_id', type.id);
    t.specificType('failure', type.text(1000));
  });
  const now = new Date();
  // Nobody has a lease of what is being processed: it is due, too, for to do something twice is better than never.
  await knex('images').where('status', 'processing').update({ status: 'pending' });
  await knex('images')
    .where('status', 'pending')
    .whereNull('deleted_at')
    .update({ due_at: knex.raw('case when created_at < ? then created_at else ? end', [now, now]) });
  // Few images are in the queue at any time: where an index can leave out the others, it does. MySQL and MariaDB have no such.
  await knex.raw(`create index ${INDEX} on images (due_at, id)${isMysql(knex) ? '' : ' where due_at is not null'}`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('images', (t) => t.dropIndex([], INDEX));
  await knex.schema.alterTable('images', (t) => {
    t.dropColumns('due_at', 'attempts', 'claimed_by', 'lease_id', 'failure');
  });
}
