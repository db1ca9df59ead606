import { IMAGE_COLUMNS, IMAGE_FIELDS } from './image-record.js';
import { PAGE } from './side.js';

/** Sorts after every id that there is. */
export const LAST_ID = 'ffffffff-ffff-7fff-bfff-ffffffffffff';

/** How many rows a page has when all are read, page by page. */
export const BATCH = 500;

const values = (count: number) => `(${Array.from({ length: count }, () => '?').join(', ')})`;

/** An insert of some rows, with a `?` for each value. */
export const insert = (table: string, columns: readonly string[], rows = 1): string =>
  `insert into ${table} (${columns.join(', ')}) values ${Array.from({ length: rows }, () => values(columns.length)).join(', ')}`;

export const WORD_COLUMNS = ['word', 'image_id'];
export const TAG_COLUMNS = ['image_id', 'tag_id'];
export const LOG_COLUMNS = ['id', 'timestamp', 'level', 'action', 'module', 'user_id', 'image_id', 'metadata'];

/** The names of an image's tags. @param jsonArray the function that gathers a column into a JSON array */
export const tagNames = (jsonArray: string): string =>
  `(select ${jsonArray}(tags.name) from image_tags join tags on tags.id = image_tags.tag_id
    where image_tags.image_id = images.id) as tags`;

/**
 * The statements as one writes them by hand, with a `?` for each value.
 * @param byId says that images are to be read in the order of their ids, to a planner that does not see it
 */
export function statements(jsonArray: string, byId = '') {
  const select = `select ${IMAGE_FIELDS.join(', ')}, ${tagNames(jsonArray)}`;
  const before = 'where images.id < ? and images.deleted_at is null order by images.id desc';
  return {
    find: `${select} from images where images.id = ? and images.deleted_at is null`,
    findByHash: `${select} from images where images.owner_id = ? and images.sha256 = ? and images.deleted_at is null`,
    page: `${select} from images ${byId} ${before} limit ${PAGE}`,
    batch: `${select} from images ${byId} ${before} limit ${BATCH}`,
    all: `${select} from images where images.deleted_at is null order by images.id desc`,
    pageWithOwners: `${select}, users.id as user_id, users.email as user_email, users.username as user_username,
      users.created_at as user_created_at, users.updated_at as user_updated_at
      from images ${byId} join users on users.id = images.owner_id ${before} limit ${PAGE}`,
    pageTagged: `${select} from images
      join image_tags a on a.image_id = images.id join tags tag_a on tag_a.id = a.tag_id
      join image_tags b on b.image_id = images.id join tags tag_b on tag_b.id = b.tag_id
      where tag_a.name = ? and tag_b.name = ? and images.status = ? and images.deleted_at is null
      order by images.id desc limit ${PAGE}`,
    update: `update images set status = ?, due_at = ?, attempts = null, failure = null, claimed_by = null,
      lease_id = null, version = version + 1, updated_at = ? where id = ? and version = ? and deleted_at is null`,
    insertImage: insert('images', IMAGE_COLUMNS),
    insertWord: insert('image_words', WORD_COLUMNS),
    insertTag: insert('image_tags', TAG_COLUMNS),
    insertLog: insert('logs', LOG_COLUMNS),
  };
}
