import type { OwnedImage } from '@janus/core';
import { toImage } from './image-row.js';
import type { With } from './image-list.js';
import { toUser, USER_COLUMNS } from './user-repository.js';

const PREFIX = 'user_';
const COLUMNS = USER_COLUMNS.map((column) => `users.${column} as ${PREFIX}${column}`);

/** Images and their owners. */
export const withOwners: With<OwnedImage> = {
  name: 'WithOwners',
  // A left join, for then no database begins with the users; every image has an owner.
  join: (images) => void images.leftJoin('users', 'users.id', 'images.owner_id').select(COLUMNS),
  item: (row) => ({
    image: toImage(row),
    owner: toUser(Object.fromEntries(USER_COLUMNS.map((column) => [column, row[`${PREFIX}${column}`]]))),
  }),
  image: ({ image }) => image,
};
