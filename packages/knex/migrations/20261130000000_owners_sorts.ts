import type { Knex } from 'knex';

const SORTS = ['filename', 'captured_at', 'byte_size'];
const nameOf = (column: string) => `images_owner_id_${column}_id_index`;

// An owner's images in each order. By the index of a name alone, those of all others would be passed over: of an owner who has one
// image in ten thousand, half a million for a page.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('images', (t) => {
    for (const column of SORTS) t.index(['owner_id', column, 'id'], nameOf(column));
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('images', (t) => {
    for (const column of SORTS) t.dropIndex([], nameOf(column));
  });
}
