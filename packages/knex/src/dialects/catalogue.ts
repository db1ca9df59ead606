/** What a column holds, whatever a database calls its type. */
export type ColumnKind = 'id' | 'instant' | 'integer' | 'large integer' | 'double' | 'json' | 'text';

/** Something that Janus needs of a server, or of the connections to it. */
export interface Need {
  /** What it is, such as `server version`. */
  readonly what: string;
  /** A query whose row has it, as `value`. */
  readonly sql: string;
  readonly met: (value: string) => boolean;
  /** What is to be done where it is not met. */
  readonly advice: string;
}

/** Whether a version, such as `10.6.12-MariaDB`, is this one or later. */
export function atLeast(...least: readonly number[]): (version: string) => boolean {
  return (version) => {
    const parts = /\d+(?:\.\d+)*/.exec(version)?.[0].split('.').map(Number) ?? [];
    const at = least.findIndex((part, place) => part !== (parts[place] ?? 0));
    return at === -1 || (parts[at] ?? 0) > (least[at] ?? 0);
  };
}

/** A column of a line that a database makes of a row. */
export interface LineColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** Of text, ids and JSON: how many bytes it holds at the most. */
  readonly bytes: number;
}

/** Lines that a database makes of rows with what they hold as it is there, for a client that reads many faster so than row by row. */
export interface LinesMade {
  /**
   * SQL that is a row's line: text, ids and JSON as they are stored, whole numbers in digits, instants in milliseconds, doubles in 19
   * digits, and \\N for what is absent; a tab after each, and the end of a line after the last. Null in a row in which any of them is
   * none of its kind, or would be taken for what is absent.
   */
  of(columns: readonly LineColumn[]): string;
  /** SQL that is all of a query's lines, one after the other in its order, as bytes. What has none is passed over. */
  together(line: string): string;
}

/** Where a database describes its tables: queries whose rows have the same columns everywhere. */
export interface Catalogue {
  /** table_name, definition: the statement that made the table, where the database keeps that. */
  readonly tables: string;
  /** table_name, name, type, nullable, collation, fallback, position */
  readonly columns: string;
  /** A row for each column of each key: table_name, part, kind, name, column_name, position */
  readonly keys: string;
  /** A row for each column: table_name, part, name, column_name, parent, target, on_delete, on_update, position */
  readonly references: string;
  /** table_name, name */
  readonly triggers: string;
  /**
   * What a table can do without while it is filled: table_name, place (0 for a reference, 1 for an index that makes nothing unique),
   * and the statements `take_off`, `clear` (deletes the rows that it would forbid; null where there can be none) and `put_on` (unless
   * it is on). Null where these cannot be taken back with a transaction.
   */
  readonly burdens: string | null;
  /** How it makes lines of rows; null where it makes none so. */
  readonly lines: LinesMade | null;
  /** SQL that is the bytes of a text, where a database keeps text that is none, which its driver changes; null elsewhere. */
  readonly bytes: ((column: string) => string) | null;
  /** What a column of each type may hold; text of some length is not listed. One alone, but in SQLite, which has few types. */
  readonly kinds: Readonly<Record<string, readonly ColumnKind[]>>;
  /** The collation that compares text by code point; null where columns have it that name none. */
  readonly collation: string | null;
  readonly needs: readonly Need[];
}
