/** The tables of the prototype, and the columns that its versions gave them. */
export const PROTOTYPE = {
  users: ['id', 'username', 'email', 'password_hash', 'role', 'created_at', 'updated_at'],
  admins: ['id', 'user_id', 'admin_level', 'created_at', 'updated_at'],
  images: [
    'id',
    'user_id',
    'filename',
    'width',
    'height',
    'bit_depth',
    'color_type',
    'compression_method',
    'image_metadata',
    'created_at',
    'updated_at',
  ],
  image_analysis: ['id', 'image_id', 'analysis_results', 'created_at', 'updated_at'],
  logs: [
    'id',
    'action',
    'user_id',
    'timestamp',
    'created_at',
    'updated_at',
    'module',
    'level',
    'meta_data',
    'log_metadata',
  ],
  analytics: ['id', 'data', 'research_topic', 'created_at', 'updated_at'],
  security: ['id', 'user_id', 'action', 'timestamp', 'created_at', 'updated_at'],
} as const;

export type PrototypeTable = keyof typeof PROTOTYPE;

/** Parents before children. */
export const PROTOTYPE_TABLES = Object.keys(PROTOTYPE) as readonly PrototypeTable[];

/** What SQLite and SQLAlchemy’s migrations keep for themselves. */
export const FOREIGN_BOOKKEEPING: readonly string[] = [
  'alembic_version',
  'sqlite_sequence',
  'sqlite_stat1',
  'sqlite_stat4',
];

/** In which of its ways each part of the schema is there: what the versions of the prototype differ in. */
export function versionOf(tables: ReadonlyMap<string, readonly string[]>): string {
  const has = (table: PrototypeTable, column: string) => tables.get(table)?.includes(column) ?? false;
  const either = (table: PrototypeTable, columns: readonly string[]) =>
    columns.filter((column) => has(table, column)).join(' and ') || 'none';
  const parts = PROTOTYPE_TABLES.map((table) => {
    if (!tables.has(table)) return `no ${table}`;
    switch (table) {
      case 'users':
        return has('users', 'role') ? 'users with a role' : 'users without a role';
      case 'images':
        return has('images', 'user_id') ? 'images with a user' : 'images without a user';
      case 'logs':
        return `logs with the time in ${either('logs', ['timestamp', 'created_at'])}, and metadata in ${either('logs', ['meta_data', 'log_metadata'])}`;
      default:
        return table;
    }
  });
  return parts.join('; ');
}
