/** One `select` of a statement, as its text tells it: of that, SQLite and MariaDB say nothing in their plans. */
export interface Select {
  /** The name of the derived table that it is. */
  readonly name: string | null;
  /** How many rows it finds at the most, those passed over included. */
  readonly limit: number;
  /** The statement that it stands in. */
  readonly outer: Select | null;
}

interface Open {
  readonly start: number;
  readonly outer: Draft | null;
  draft: Draft | null;
}

interface Draft extends Select {
  name: string | null;
  limit: number;
}

const TOKEN = /[()]|\b(?:select|values|union)\b/gi;

/**
 * The selects of a statement, in the order in which they begin and in that in which they end. No value is in the statement,
 * and no parenthesis in a name.
 */
export function selectsOf(sql: string): { readonly begun: readonly Select[]; readonly ended: readonly Select[] } {
  const begun: Draft[] = [];
  const ended: Draft[] = [];
  const open: Open[] = [{ start: 0, outer: null, draft: null }];
  const end = (place: Open, at: number) => {
    if (!place.draft) return;
    const [, limit, offset] = / limit (\d+)(?: offset (\d+))?\s*$/i.exec(sql.slice(place.start, at)) ?? [];
    place.draft.limit = limit === undefined ? Infinity : Number(limit) + Number(offset ?? 0);
    place.draft.name = /^\) as [`"](\w+)[`"]/.exec(sql.slice(at))?.[1] ?? null;
    ended.push(place.draft);
    place.draft = null;
  };
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    const place = open.at(-1);
    if (!place) throw new Error(`a parenthesis closes that was not opened: ${sql}`);
    switch (token.toLowerCase()) {
      case '(':
        open.push({ start: index + 1, outer: place.draft ?? place.outer, draft: null });
        break;
      case ')':
        end(place, index);
        open.pop();
        break;
      case 'union':
        end(place, index);
        break;
      default:
        // The values of an insert are no rows of a table.
        if (place.draft) break;
        place.draft = { name: null, limit: Infinity, outer: place.outer };
        begun.push(place.draft);
    }
  }
  const [last] = open;
  if (last) end(last, sql.length);
  return { begun, ended };
}
