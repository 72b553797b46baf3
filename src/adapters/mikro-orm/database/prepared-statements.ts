/** Statement texts that are prepared once a connection, and the names they go by there. */
const names = new Map<string, string>();

/**
 * Marks a statement of the hot path as worth preparing. Planning the save costs PostgreSQL more than
 * running it does (see docs/BENCH.md).
 * @returns `sql` as it was.
 */
export function prepared(name: string, sql: string): string {
  names.set(sql, name);
  return sql;
}

/** The name under which to prepare `sql`; undefined where it was not marked. */
export const nameOf = (sql: string): string | undefined => names.get(sql);
